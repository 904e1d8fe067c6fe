"""A proposal to add, remove, swap or reclaim licences."""

from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from licenseiq.errors import BadRequest, Refused
from licenseiq.findings.finding import Confidence
from licenseiq.playbooks.change_request import Action, ChangeRequest, FindingFilter, When, check
from licenseiq.ports import StoredChanges
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Name, optional_selector, selector
from licenseiq_tools.change_shapes import ProposedChanges, because_row, group_row, seats_row
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.kinds import SeatOfAPersonKind
from licenseiq_tools.proposal_view import fields, how_to_approve, plan_words
from licenseiq_tools.wording import sentences

_MOST, _MOST_GROUPS, _MOST_SKUS, _LARGEST = 25, 4, 3, 9_999
FindingId = Annotated[str, Field(max_length=120, pattern="^[!-~]+$")]


class Filter(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    kind: SeatOfAPersonKind
    sku: Name
    department: Name
    confidence: Literal["certain", "likely"]


@guarded
async def propose_license_changes(
    call: Call,
    action: Annotated[
        Literal["add", "remove", "swap", "reclaim"] | None,
        Field(description="What users get; findings say it themselves"),
    ] = None,
    users: Annotated[list[Name] | None, Field(min_length=1, max_length=_MOST, description="Names or ids")] = None,
    findings: Annotated[
        list[FindingId] | None,
        Field(min_length=1, max_length=_MOST, description="Instead: list_waste ids. With add: seats to free"),
    ] = None,
    filter: Annotated[Filter | None, Field(description="Instead of findings")] = None,
    expected_count: Annotated[int | None, Field(ge=1, le=_LARGEST, description="Matches of filter")] = None,
    sku: Annotated[Name | None, Field(description="What users get or lose")] = None,
    to_sku: Annotated[Name | None, Field(description="What swap gives")] = None,
    when: Annotated[Literal["now", "at_renewal"], Field(description="When")] = "now",
) -> Annotated[CallToolResult, ProposedChanges]:
    """Propose licence changes, with money, blockers and where seats come from; by joining and leaving groups where
    these give licences, else as hand-offs. Stores a proposal only: nothing changes until a person has approved it."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    request = ChangeRequest(
        action=Action(action) if action is not None else None,
        users=_each(users, "users"),
        findings=_each(findings, "findings"),
        filter=_filter(filter),
        expected_count=expected_count,
        sku=optional_selector(sku, "sku"),
        to_sku=optional_selector(to_sku, "to_sku"),
        when=When(when),
    )
    check(request)
    stored = await deps.proposals.change_licences(request, client_of(call.session), progress_of(call))
    record = stored.record
    total = max(len(record.plan.steps), len(stored.because))
    step = _next_step(stored, how_to_approve(record, f"{deps.approve_command} {record.proposal_id}"))
    now = deps.now()

    def build(rows: int) -> ProposedChanges:
        more = f" More steps: get_proposal with from_step={rows + 1}." if rows < len(record.plan.steps) else ""
        return ProposedChanges(
            **fields(record, deps.approve_command, now, 1, rows),
            because=[because_row(one, record) for one in stored.because[:rows]],
            seats=[seats_row(one) for one in stored.seats[:_MOST_SKUS]],
            groups=[group_row(one) for one in stored.groups[:_MOST_GROUPS]],
            next_step=step + more,
            unknown=[
                *deps.privacy_note,
                "Legal holds: not read by this version.",
                "Which licence an add-on needs: known for the add-ons of the catalogue only.",
            ],
        )

    content = build(fitting(total, build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    return answer(
        sentences(f"{found}: {record.proposal_id}.", plan_words(record), "Nothing has changed.", step), content
    )


def _next_step(stored: StoredChanges, approve: str) -> str:
    """Where seats are missing, what to do about the first SKU; else how a person goes on."""
    short = next((one for one in stored.seats if one.missing), None)
    if short is None:
        waiting = sum(one.after_hand_off for one in stored.seats)
        first = f"{count(waiting, 'seat')} come free once a person has done hand_offs. " if waiting else ""
        return first + approve
    if short.claimed:
        return (
            f"{count(short.missing, 'seat')} missing: propose again with action add and findings from seats, which are "
            f"taken back first; else a person buys {short.missing}."
        )
    return f"A person buys {count(short.missing, 'seat')} first: none is free, and no finding claims one."


def _filter(given: Filter | None) -> FindingFilter | None:
    if given is None:
        return None
    confidence = given.get("confidence")
    return FindingFilter(
        kind=given.get("kind"),
        sku=optional_selector(given.get("sku"), "filter.sku"),
        department=optional_selector(given.get("department"), "filter.department"),
        confidence=Confidence(confidence) if confidence is not None else None,
    )


def _each(values: list[str] | None, argument: str) -> tuple[str, ...]:
    """The values, trimmed. Nothing selects everybody, and nothing is named twice."""
    given = tuple(selector(value, argument, f"Name each of {argument} by itself.") for value in values or ())
    if len({value.casefold() for value in given}) != len(given):
        raise BadRequest(f"Something is named twice in {argument}.", "Name each once.")
    return given
