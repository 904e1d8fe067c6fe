"""A proposal to add, remove, swap or reclaim licences."""

from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.errors import BadRequest, Refused
from licenseiq.playbooks.change_request import Action, ChangeRequest, When, check
from licenseiq.ports import LicenceGroup
from licenseiq.text import clean_or_none
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Name, optional_selector, selector
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.proposal_view import fields, how_to_approve, plan_words
from licenseiq_tools.wording import sentences

_MOST, _MOST_GROUPS = 25, 4
Kind = Literal["disabled_holder", "inactive_holder", "never_used"]
FindingId = Annotated[str, Field(min_length=1, max_length=120, pattern="^[!-~]+$")]


class GroupRow(BaseModel):
    group_id: str
    name: str | None
    rule: str | None = Field(description="null = filled by hand")


class ProposedChanges(Proposed):
    groups: list[GroupRow] = Field(description="Groups that hand_offs name by id, as far as they could be read")


@guarded
async def propose_license_changes(
    call: Call,
    action: Annotated[
        Literal["add", "remove", "swap", "reclaim"], Field(description="reclaim: what the findings claim")
    ],
    users: Annotated[
        list[Name] | None, Field(min_length=1, max_length=_MOST, description="People by name or id")
    ] = None,
    findings: Annotated[
        list[FindingId] | None, Field(min_length=1, max_length=_MOST, description="Instead: ids from list_waste")
    ] = None,
    kind: Annotated[Kind | None, Field(description="Instead: findings of a kind (and sku, department)")] = None,
    department: Annotated[Name | None, Field(description="With kind")] = None,
    expected_count: Annotated[int | None, Field(ge=1, le=_MOST, description="How many of kind")] = None,
    sku: Annotated[Name | None, Field(description="To add, remove or swap from")] = None,
    to_sku: Annotated[Name | None, Field(description="To swap to")] = None,
    when: Annotated[Literal["now", "at_renewal"], Field(description="When")] = "now",
) -> Annotated[CallToolResult, ProposedChanges]:
    """Propose licence changes, with money, free seats and blockers; licences from groups become hand-offs. Stores a
    proposal only: nothing changes, and this version cannot carry it out."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    request = ChangeRequest(
        action=Action(action),
        users=_each(users, "users"),
        findings=_each(findings, "findings"),
        kind=kind,
        department=optional_selector(department, "department"),
        expected_count=expected_count,
        sku=optional_selector(sku, "sku"),
        to_sku=optional_selector(to_sku, "to_sku"),
        when=When(when),
    )
    check(request)
    stored = await deps.proposals.change_licences(request, client_of(call.session), progress_of(call))
    record = stored.record
    total = len(record.plan.steps)
    step = how_to_approve(record, f"{deps.approve_command} {record.proposal_id}")
    now = deps.now()

    def build(rows: int) -> ProposedChanges:
        more = f" More steps: get_proposal with from_step={rows + 1}." if rows < total else ""
        return ProposedChanges(
            **fields(record, deps.approve_command, now, 1, rows),
            groups=[_group(one) for one in stored.groups[:_MOST_GROUPS]],
            next_step=step + more,
            unknown=[
                *deps.privacy_note,
                "Legal holds: not read by this version.",
                "Which licence an add-on needs: known for the add-ons of the catalogue only.",
                "When the money is realised, and what a change costs in a running term: Graph tells neither.",
            ],
        )

    content = build(fitting(total, build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    return answer(
        sentences(f"{found}: {record.proposal_id}.", plan_words(record), "Nothing has changed.", step), content
    )


def _each(values: list[str] | None, argument: str) -> tuple[str, ...]:
    """The values, trimmed. Nothing selects everybody, and nothing is named twice."""
    given = tuple(selector(value, argument, f"Name each of {argument} by itself.") for value in values or ())
    if len({value.casefold() for value in given}) != len(given):
        raise BadRequest(f"Something is named twice in {argument}.", "Name each once.")
    return given


def _group(group: LicenceGroup) -> GroupRow:
    return GroupRow(group_id=group.group_id, name=clean_or_none(group.display_name), rule=clean_or_none(group.rule))
