"""What a finding is: one rule's claim about one person or one seat line, with its evidence and its money."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.money import Money


class Confidence(StrEnum):
    """How sure a claim is. Only CERTAIN and LIKELY count as exposure; UNKNOWN goes to a person for review."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"

    @property
    def counts(self) -> bool:
        return self is not Confidence.UNKNOWN


Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim. `user_id` is None for a claim about seats. `sku_ids` are the seats it is about, each once.

    `seats` is how many seats it claims in all. `evidence` holds plain facts (dates as ISO text), no tenant text.
    `reason` says in one sentence why the claim holds and how sure it is.
    """

    kind: str
    user_id: str | None
    sku_ids: tuple[str, ...]
    seats: int
    confidence: Confidence
    reason: str
    evidence: Mapping[str, Fact]

    @property
    def finding_id(self) -> str:
        """Stable over evaluations: kind and subject."""
        return f"{self.kind}:{self.user_id or '+'.join(self.sku_ids)}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A seat as counted: which finding claims it first, and what it costs (None where unpriced)."""

    finding_id: str
    kind: str
    sku_id: str
    seats: int
    counts: bool
    monthly: Money | None
