"""What every rule may look at beside its one person or seat line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.readings import Reading, Reason, Source
from licenseiq.seats import SeatLine, Subscription
from licenseiq.skus import Catalogue, Sku


@dataclass(frozen=True)
class Context:
    """One tenant at one moment: `now` is the time of evaluation (UTC), and the only clock that rules know."""

    tenant_id: str
    now: datetime
    catalogue: Catalogue
    policy: Policy = field(default_factory=Policy)
    readings: Mapping[Source, Reading] = field(default_factory=dict)
    lines: Mapping[str, SeatLine] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()

    def reading(self, source: Source) -> Reading:
        return self.readings.get(source) or Reading(source, Reason.NOT_YET)

    def is_read(self, source: Source) -> bool:
        return self.reading(source).is_read

    def sku(self, sku_id: str) -> Sku:
        line = self.lines.get(sku_id)
        return self.catalogue.sku(sku_id, line.part_number if line else None)

    def is_paid(self, sku_id: str) -> bool:
        """Whether a seat of this SKU is money, known or not: neither free, nor a trial, nor a tenant's own SKU."""
        if sku_id in self.catalogue.free:
            return False
        line = self.lines.get(sku_id)
        if line is None:
            return True
        if not line.assignable:
            return False
        mine = [s for s in self.subscriptions if s.subscription_id in line.subscription_ids or s.sku_id == sku_id]
        return not (mine and all(s.is_trial for s in mine))

    def price(self, sku_id: str) -> Money | None:
        """What a seat costs a month, or None where that is unknown. Ask `is_paid` first: free is not unknown."""
        known = self.catalogue.prices.get(sku_id)
        return known.monthly if known else None


@dataclass(frozen=True)
class TenantView:
    """Everything an evaluation looks at: the context and the people, in the order of their ids."""

    context: Context
    people: tuple[Person, ...]
