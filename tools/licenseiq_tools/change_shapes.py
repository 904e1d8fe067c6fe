"""The shape of a proposal to change licences: what every proposal shows, its findings, and the source of its seats."""

from pydantic import BaseModel, Field

from licenseiq.licensing_groups import LicenceGroup
from licenseiq.ports import Because, SeatsNeeded
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.text import clean, clean_or_none
from licenseiq.words import count
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.shapes import SkuRef, sku_ref
from licenseiq_tools.wording import one_line


class BecauseRow(BaseModel):
    target: str
    kind: str
    confidence: str
    reason: str


class SeatsRow(BaseModel):
    sku: SkuRef
    free: int = Field(description="Taken of free seats")
    freed_here: int = Field(description="Taken of seats that this proposal frees first")
    after_hand_off: int = Field(description="Seats that come free once hand_offs are done")
    missing: int
    unknown: int
    findings: list[str] = Field(description="Where seats are missing: first ids of findings that would free one")
    findings_total: int
    to_buy: str | None = Field(description="null = none is missing")


class GroupRow(BaseModel):
    group_id: str
    name: str | None
    rule: str | None = Field(description="null = filled by hand")


class ProposedChanges(Proposed):
    because: list[BecauseRow] = Field(description="The findings behind it, the least sure first")
    seats: list[SeatsRow] = Field(description="Where the seats of additions come from")
    groups: list[GroupRow] = Field(description="Groups that steps and hand_offs name by id, as far as known")


def because_row(one: Because, record: ProposalRecord) -> BecauseRow:
    return BecauseRow(
        target=record.target(one.reference), kind=one.kind, confidence=one.confidence, reason=one_line(one.reason, 160)
    )


def seats_row(one: SeatsNeeded) -> SeatsRow:
    return SeatsRow(
        sku=sku_ref(one.sku),
        free=one.free,
        freed_here=one.freed_here,
        after_hand_off=one.after_hand_off,
        missing=one.missing,
        unknown=one.unknown,
        findings=[clean(finding).text for finding in one.findings],
        findings_total=one.claimed,
        to_buy=f"{count(one.missing, 'seat')} {one.price}" if one.missing else None,
    )


def group_row(group: LicenceGroup) -> GroupRow:
    return GroupRow(group_id=group.group_id, name=clean_or_none(group.display_name), rule=clean_or_none(group.rule))
