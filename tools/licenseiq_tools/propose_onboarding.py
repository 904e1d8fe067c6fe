"""A proposal for somebody who starts, or who moves to other work."""

from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.errors import Refused
from licenseiq.playbooks.onboarding.joiner import Tier, TierBy
from licenseiq.playbooks.onboarding.request import JoinRequest, MadeBy, check
from licenseiq.ports import StoredJoining
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Day, Name, day, optional_selector, selector
from licenseiq_tools.change_shapes import SeatsRow, seats_row
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.proposal_view import fields, how_to_approve, plan_words
from licenseiq_tools.shapes import SkuRef, sku_refs
from licenseiq_tools.wording import few, sentences

_MOST_SKUS = 5
Country = Annotated[str, Field(max_length=2, pattern=r"^[A-Z]{2}$")]


class TierRow(BaseModel):
    skus: list[SkuRef]
    decided_by: str = Field(description="request, persona, similar_people, or nobody: then name skus")
    because: list[str]


class ProposedJoining(Proposed):
    tier: TierRow
    seats: list[SeatsRow] = Field(description="By SKU, those without enough seats first")


@guarded
async def propose_onboarding(
    call: Call,
    user: Annotated[Name | None, Field(description="Who moves: is there already. Else names of a newcomer")] = None,
    display_name: Annotated[Name | None, Field(description="Newcomer")] = None,
    user_principal_name: Annotated[Name | None, Field(description="Newcomer: the one to be")] = None,
    employee_id: Annotated[Name | None, Field(description="Newcomer")] = None,
    department: Annotated[Name | None, Field(description="From then on")] = None,
    job_title: Annotated[Name | None, Field(description="From then on")] = None,
    office: Annotated[Name | None, Field(description="From then on")] = None,
    usage_location: Annotated[Country | None, Field(description="ISO 3166, two letters")] = None,
    employee_type: Annotated[Name | None, Field(description="From then on")] = None,
    manager: Annotated[Name | None, Field(description="Principal name, id, or unambiguous name")] = None,
    start: Annotated[Day | None, Field(description="First day, YYYY-MM-DD")] = None,
    skus: Annotated[
        list[Name] | None, Field(min_length=1, max_length=_MOST_SKUS, description="Without: persona, similar people")
    ] = None,
    account: Annotated[
        Literal["here", "elsewhere"] | None,
        Field(description="elsewhere: wait for AD or HR provisioning"),
    ] = None,
) -> Annotated[CallToolResult, ProposedJoining]:
    """Propose to onboard a newcomer, or to move somebody: account, attributes, manager, groups, licences, first day.
    Stores a proposal only: nothing changes until a person has approved it."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    request = JoinRequest(
        user=optional_selector(user, "user"),
        display_name=_text(display_name),
        user_principal_name=_text(user_principal_name),
        employee_id=_text(employee_id),
        department=_text(department),
        job_title=_text(job_title),
        office=_text(office),
        usage_location=usage_location,
        employee_type=_text(employee_type),
        manager=optional_selector(manager, "manager"),
        skus=tuple(selector(sku, "skus", "Name each SKU by itself.") for sku in skus or ()),
        start=day(start, "start"),
        account=MadeBy(account) if account is not None else None,
    )
    check(request)
    stored = await deps.proposals.onboard(request, client_of(call.session), progress_of(call))
    record = stored.record
    context = await deps.tenant.context(record.plan.evaluation_id)
    step = _next_step(stored, how_to_approve(record, f"{deps.approve_command} {record.proposal_id}"))
    now, total = deps.now(), len(record.plan.steps)

    def build(rows: int) -> ProposedJoining:
        more = f" More steps: get_proposal with from_step={rows + 1}." if rows < total else ""
        return ProposedJoining(
            **fields(record, deps.approve_command, now, 1, rows),
            tier=_tier(stored.tier, context),
            seats=[seats_row(one) for one in stored.seats[:_MOST_SKUS]],
            next_step=step + more,
            unknown=[
                *deps.privacy_note,
                "Whether a provisioning job or a workflow does the same: read by the desk, before a person approves.",
            ],
        )

    content = build(fitting(total, build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    return answer(
        sentences(f"{found}: {record.proposal_id}.", plan_words(record), "Nothing has changed.", step), content
    )


def _tier(tier: Tier, context: Context) -> TierRow:
    return TierRow(skus=sku_refs(context, tier.skus), decided_by=tier.by.value, because=few(tier.because, 700))


def _next_step(stored: StoredJoining, approve: str) -> str:
    """What is missing before it helps to approve, else how a person does."""
    short = next((one for one in stored.seats if one.missing), None)
    if short is not None and short.claimed:
        return (
            f"{count(short.missing, 'seat')} missing: take one back first (propose_license_changes with findings from "
            "seats), then propose again."
        )
    if short is not None:
        return f"A person buys {count(short.missing, 'seat')} first: none is free, and no finding claims one."
    if stored.tier.by is TierBy.NOBODY and stored.record.plan.kind == "onboard":
        return f"No licence is in the plan: propose again with skus, or as it is. {approve}"
    return approve


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
