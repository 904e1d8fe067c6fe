"""The shape of list_waste's answer, by the contract in docs."""

from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.findings.finding import Fact, Finding
from licenseiq.money import Total
from licenseiq.text import clean, clean_or_none
from licenseiq.waste import GroupBy, Waste, WasteGroup, known_money
from licenseiq.words import count
from licenseiq_tools.proposal_shapes import Saving
from licenseiq_tools.shapes import MoneyList, SkuRef, WasteKind, money, sku_ref, sku_refs
from licenseiq_tools.wording import one_line


class WasteUser(BaseModel):
    id: str
    user_principal_name: str | None


class WasteRow(BaseModel):
    id: str
    kind: str
    user: WasteUser | None = Field(description="null = about seats or a subscription")
    skus: list[SkuRef]
    seats: int
    confidence: str = Field(description="certain, likely; unknown = to review, not in exposure")
    reason: str
    evidence: dict[str, str | int | bool | None]
    saving: Saving
    exception: str | None = Field(description="null = none; else it counts nowhere until then")


class GroupRow(BaseModel):
    group: str = Field(
        description="kind, sku, department, no_department, unassigned_seats (nobody holds them), or other: small groups"
    )
    kind: str | None
    sku: SkuRef | None
    department: str | None
    people: int = Field(description="Who hold these seats")
    findings: int = Field(description="Also those that free no seat")
    seats: int
    exposure: MoneyList | None = Field(description="Groups add up to matched_exposure; null = no seat has a price")
    unpriced_seats: int
    to_review: int = Field(description="Seats that a person has to look at; not in exposure")


class WasteList(BaseModel):
    total: int | None = Field(description="All matching findings, or groups with group_by; null = unknown")
    shown: int
    exposure: MoneyList | None = Field(description="The tenant's headline figure, as in health_score")
    matched_exposure: MoneyList | None = Field(description="What of it this query matches; null = unknown")
    matched_seats: int | None
    matched_unpriced_seats: int
    to_review: list[WasteKind] = Field(description="Matched, but not in exposure: a person has to look")
    without_money: list[WasteKind] = Field(description="Matched faults and dates that free no seat")
    excepted: list[WasteKind] = Field(description="Matched, but left by a person's decision: counts nowhere")
    groups: list[GroupRow] | None = Field(description="With group_by")
    findings: list[WasteRow] | None = Field(description="Without group_by")
    next_cursor: str | None = Field(description="Pass as cursor for the next page; null = this was the last")
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


def waste_row(one: Waste, context: Context) -> WasteRow:
    found = one.finding
    return WasteRow(
        id=clean(found.finding_id).text,
        kind=found.kind,
        user=None
        if found.user_id is None
        else WasteUser(id=clean(found.user_id).text, user_principal_name=clean_or_none(one.user_principal_name)),
        skus=sku_refs(context, one.sku_ids),
        seats=one.seats,
        confidence=found.confidence.value,
        reason=one_line(found.reason, 200),
        evidence=evidence(found),
        saving=saving(found, one.seats, one.monthly, one.unpriced_seats),
        exception=exception_words(found),
    )


def group_row(group: WasteGroup, by: GroupBy, context: Context) -> GroupRow:
    name: str = by.value
    if by is GroupBy.DEPARTMENT and group.key is None:
        name = "no_department" if group.held else "unassigned_seats"
    if group.merged:
        name = "other"
    return GroupRow(
        group=name,
        kind=group.key if by is GroupBy.KIND else None,
        sku=sku_ref(context.sku(group.key)) if by is GroupBy.SKU and group.key else None,
        department=clean_or_none(group.key) if by is GroupBy.DEPARTMENT else None,
        people=group.people,
        findings=group.findings,
        seats=group.seats,
        exposure=money(known_money(group.seats, group.monthly, group.unpriced_seats)),
        unpriced_seats=group.unpriced_seats,
        to_review=group.review_seats,
    )


def evidence(found: Finding) -> dict[str, Fact]:
    """The facts of a finding: dates, numbers and words of ours, cleaned all the same."""
    return {one.name: clean(one.value).text if isinstance(one.value, str) else one.value for one in found.evidence[:12]}


def exception_words(found: Finding) -> str | None:
    """'accepted until 2027-03-31'; who decided it and why is told by the command alone."""
    made = found.exception
    return f"{made.state.value} until {made.until.isoformat()}" if made is not None else None


def saving(found: Finding, seats: int, monthly: Total, unpriced_seats: int) -> Saving:
    """What a finding's seats cost; that is saved only once a person has confirmed what is unknown."""
    basis = "List prices a month"
    if unpriced_seats:
        basis += f"; {count(unpriced_seats, 'seat')} without a known price not in it"
    if monthly and not seats:
        basis += "; what a cheaper product would save"
    if not found.confidence.counts:
        basis += "; only if a person finds that nobody needs them"
    return Saving(
        amount=money(known_money(seats, monthly, unpriced_seats)),
        basis=basis,
        realisable_from=str(day) if (day := found.facts.get("realisable_from")) else None,
        needs_purchase=found.facts.get("needs_purchase") is True,
        net_this_term=None,
    )
