"""What a finding is: one rule's claim about a person, a seat line or a subscription, with its evidence and money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from licenseiq.exceptions import Exception_
from licenseiq.money import Money
from licenseiq.readings import Source


class Confidence(StrEnum):
    """How sure a claim is. Only CERTAIN and LIKELY count as exposure; UNKNOWN goes to a person for review."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"

    @property
    def counts(self) -> bool:
        return self is not Confidence.UNKNOWN


Fact = str | int | bool | None


class Evidence(NamedTuple):
    """One fact that a finding rests on: dates as ISO text, None for what is not known, no text of the tenant.

    `source` says from where it was read, and so of when it is; None for what the policy says, or a rule counted.
    """

    name: str
    value: Fact
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim. `user_id` is None for a claim about no person; `subject` is the id of a subscription. `sku_ids` are
    the seats it is about, each once, and `seats` how many they are in all.

    `reason` says in one sentence why the claim holds and how sure it is. `claims_seats` is False for a finding that
    frees no seat: its money is nothing. `claimed` is what of the price of a seat is claimed, by SKU, where that is
    less than the whole (None as a value: a part that is not known; such a finding is never counted); a SKU that is not
    in it is claimed whole. `exception` is set on what somebody has decided to leave.
    """

    kind: str
    user_id: str | None
    sku_ids: tuple[str, ...]
    seats: int
    confidence: Confidence
    reason: str
    evidence: tuple[Evidence, ...] = ()
    claimed: Mapping[str, Money | None] | None = None
    claims_seats: bool = True
    subject: str | None = None
    exception: Exception_ | None = None

    @property
    def finding_id(self) -> str:
        """Stable over evaluations: kind and subject."""
        return f"{self.kind}:{self.user_id or self.subject or '+'.join(self.sku_ids)}"

    @property
    def counts(self) -> bool:
        """Whether it enters exposure and score."""
        return self.exception is None and self.confidence.counts

    @property
    def claims_whole_seats(self) -> bool:
        """Whether nobody needs the seats at all, if it holds."""
        return self.claims_seats and self.claimed is None

    @property
    def facts(self) -> dict[str, Fact]:
        """The evidence by name."""
        return {one.name: one.value for one in self.evidence}


def dated(name: str, day: date | None, source: Source | None = None) -> Evidence:
    """A day as evidence; None where there is none."""
    return Evidence(name, day.isoformat() if day is not None else None, source)


def on_seats(
    kind: str, user_id: str, held: tuple[str, ...], confidence: Confidence, reason: str, *evidence: Evidence
) -> Finding:
    """A finding that claims every one of the seats `held`, whole."""
    return Finding(kind, user_id, held, len(held), confidence, reason, evidence)


@dataclass(frozen=True, slots=True)
class Claim:
    """A seat as counted: which finding claims it first, and what of its price (None where unpriced).

    `seats` is 0 where only a part of a price is claimed, or nothing at all: a finding that frees no seat has one claim
    for each of its SKUs, or one without a SKU, so that lists and counts know it; `is_moneyless` tells it. `is_excepted`
    ones count nowhere but beside.
    """

    finding_id: str
    kind: str
    sku_id: str
    seats: int
    counts: bool
    monthly: Money | None
    is_moneyless: bool = False
    is_excepted: bool = False
