"""What every rule may look at beside its one person or seat line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.prices import BoughtSeats, OwnPrice, PaidPart, PriceBook, by_sku, paid_parts, seat_price
from licenseiq.readings import Reading, Reason, Source
from licenseiq.seats import UNLIMITED, SeatLine, Subscription
from licenseiq.skus import Catalogue, Sku


@dataclass(frozen=True)
class Context:
    """One tenant at one moment: `now` is the time of evaluation (UTC), and the only clock that rules know.

    `prices` are the customer's own. `country` is where the tenant is registered (ISO 3166, two letters), None unknown.
    """

    tenant_id: str
    now: datetime
    catalogue: Catalogue
    policy: Policy = field(default_factory=Policy)
    readings: Mapping[Source, Reading] = field(default_factory=dict)
    lines: Mapping[str, SeatLine] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    prices: PriceBook = field(default_factory=PriceBook)
    country: str | None = None

    @cached_property
    def today(self) -> date:
        """The day of the evaluation, in UTC."""
        return self.now.date()

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
        return sku_id not in self._trial_skus

    @cached_property
    def _trial_skus(self) -> frozenset[str]:
        """SKUs of which every known subscription is a trial; computed once, as it is asked for each assignment."""
        by_id = {s.subscription_id: s for s in self.subscriptions}
        by_sku: dict[str, list[Subscription]] = {}
        for subscription in self.subscriptions:
            by_sku.setdefault(subscription.sku_id, []).append(subscription)
        found = set()
        for sku_id, line in self.lines.items():
            mine = [by_id[i] for i in line.subscription_ids if i in by_id] + by_sku.get(sku_id, [])
            if mine and all(s.is_trial for s in mine):
                found.add(sku_id)
        return frozenset(found)

    @cached_property
    def device_skus(self) -> frozenset[str]:
        """SKUs for rooms, shared devices and call queues, whether owned or not."""
        known = {sku_id for sku_id in self.catalogue.skus if self.catalogue.is_for_devices(sku_id)}
        owned = {i for i, line in self.lines.items() if self.catalogue.is_for_devices(i, line.part_number)}
        return frozenset(known | owned | {i for i in self.catalogue.free if self.catalogue.is_for_devices(i)})

    def paid_seats(self, person: Person) -> tuple[str, ...]:
        """The SKUs that the person takes a paid seat of, each once, sorted."""
        return tuple(sku_id for sku_id in person.seats() if self.is_paid(sku_id))

    def is_unlimited(self, line: SeatLine) -> bool:
        """Whether the units of a SKU stand for "as many as you like": very many, of something without a price."""
        return line.enabled is not None and line.enabled >= UNLIMITED and self.price(line.sku_id) is None

    def price(self, sku_id: str) -> Money | None:
        """What a seat costs a month, or None where that is unknown. Ask `is_paid` first: free is not unknown."""
        if sku_id not in self._own_rows:
            return self.catalogue.list_price(sku_id)
        return self._own_prices[sku_id]

    def paid_parts(self, sku_id: str, seats: int) -> tuple[PaidPart, ...]:
        """How `seats` of a SKU are paid for, subscription by subscription; the parts add up to `seats`."""
        line = self.lines.get(sku_id)
        ids = line.subscription_ids if line else ()
        mine = [s for s in self.subscriptions if s.sku_id == sku_id or s.subscription_id in ids]
        bought = [BoughtSeats(s.subscription_id, s.total) for s in mine]
        return paid_parts(self._own_rows.get(sku_id, ()), bought, seats, self.catalogue.list_price(sku_id))

    @cached_property
    def _own_rows(self) -> Mapping[str, tuple[OwnPrice, ...]]:
        return by_sku(self.prices.rows)

    @cached_property
    def _own_prices(self) -> Mapping[str, Money | None]:
        """A seat of each SKU that the customer has given a price for, on the average of what is paid for."""
        found: dict[str, Money | None] = {}
        for sku_id in self._own_rows:
            line = self.lines.get(sku_id)
            seats = (line.paid_for() if line else None) or 1
            one = seat_price(self.paid_parts(sku_id, seats))
            found[sku_id] = one.monthly if one else None
        return found


@dataclass(frozen=True)
class TenantView:
    """Everything an evaluation looks at: the context and the people, in the order of their ids."""

    context: Context
    people: tuple[Person, ...]
