"""What every rule may look at beside its one person or seat line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from licenseiq.exceptions import Exception_
from licenseiq.hr import HrList
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.prices import (
    BoughtSeats,
    OwnPrice,
    PaidPart,
    PriceBasis,
    PriceBook,
    SeatPrice,
    by_sku,
    paid_parts,
    seat_price,
)
from licenseiq.readings import Reading, Source, unread
from licenseiq.seats import UNLIMITED, SeatLine, Subscription
from licenseiq.skus import Catalogue, Sku

_LAST_SEATS = "paid seats of the last person"


@dataclass(frozen=True)
class Context:
    """One tenant at one moment: `now` is the time of evaluation (UTC), and the only clock that rules know.

    `prices` are the customer's own. `country` is where the tenant is registered (ISO 3166, two letters), None unknown.
    `exceptions` are those that were made, by id of finding, whether they still hold or not. `hr` is what HR says, of
    which each person's part stands at the person.
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
    exceptions: Mapping[str, Exception_] = field(default_factory=dict)
    hr: HrList = field(default_factory=HrList)

    @cached_property
    def memo(self) -> dict[str, Any]:
        """Room for what a rule works out once for the whole tenant, under a name of its own."""
        return {}

    @cached_property
    def today(self) -> date:
        """The day of the evaluation, in UTC."""
        return self.now.date()

    def reading(self, source: Source) -> Reading:
        return self.readings.get(source) or unread(source)

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
        # Many rules ask of one person, one after the other, and people hold few different sets.
        last: tuple[Person, tuple[str, ...]] | None = self.memo.get(_LAST_SEATS)
        if last is not None and last[0] is person:
            return last[1]
        seats = person.seats()
        known: dict[tuple[str, ...], tuple[str, ...]] = self.memo.setdefault("paid seats", {})
        paid = known.get(seats)
        if paid is None:
            paid = known[seats] = tuple(sku_id for sku_id in seats if self.is_paid(sku_id))
        self.memo[_LAST_SEATS] = (person, paid)
        return paid

    def claimable_seats(self, person: Person) -> tuple[str, ...]:
        """Those of them that a rule may claim: without the SKUs that the policy excludes."""
        paid, excluded = self.paid_seats(person), self.policy.excluded_skus
        return tuple(sku_id for sku_id in paid if sku_id not in excluded) if excluded else paid

    def inactive_days(self, person: Person) -> int:
        """The days of silence after which this person counts as inactive, by the paid seats held."""
        if not self.policy.inactive_days_by_sku:
            return self.policy.inactive_days
        return self.policy.inactive_days_of(self.paid_seats(person))

    def is_unlimited(self, line: SeatLine) -> bool:
        """Whether the units of a SKU stand for "as many as you like": very many, of something without a price."""
        return line.enabled is not None and line.enabled >= UNLIMITED and self.price(line.sku_id) is None

    def price(self, sku_id: str) -> Money | None:
        """What a seat costs a month, or None where that is unknown. Ask `is_paid` first: free is not unknown."""
        if sku_id not in self._own_rows:
            return self.catalogue.list_price(sku_id)
        own = self._own_prices[sku_id]
        return own.monthly if own is not None else None

    def seat(self, sku_id: str) -> SeatPrice | None:
        """The same with where it comes from."""
        if sku_id in self._own_rows:
            return self._own_prices[sku_id]
        listed = self.catalogue.list_price(sku_id)
        return SeatPrice(listed, PriceBasis.LIST) if listed is not None else None

    def own_rows(self, sku_id: str) -> tuple[OwnPrice, ...]:
        """What the customer said of the SKU's subscriptions, and of the SKU in general."""
        return self._own_rows.get(sku_id, ())

    def paid_parts(self, sku_id: str, seats: int) -> tuple[PaidPart, ...]:
        """How `seats` of a SKU are paid for, subscription by subscription; the parts add up to `seats`."""
        mine = [one for one in self.purchases(sku_id) if one.gives_seats]
        rows = self._own_rows.get(sku_id, ())
        if self.is_read(Source.SUBSCRIPTIONS):
            # A purchase that is over, or whose seats cannot be used, says nothing of what the seats of today cost.
            line = self.lines.get(sku_id)
            over = {one.subscription_id for one in self.purchases(sku_id) if not one.gives_seats}
            there = {*(line.subscription_ids if line else ()), *(one.subscription_id for one in mine)} - over
            rows = tuple(row for row in rows if row.subscription_id is None or row.subscription_id in there)
        bought = [BoughtSeats(one.subscription_id, one.total) for one in mine]
        return paid_parts(rows, bought, seats, self.catalogue.list_price(sku_id), self.catalogue.uplifts)

    def purchases(self, sku_id: str) -> tuple[Subscription, ...]:
        """The subscriptions that name the SKU, or that its line of seats names."""
        line = self.lines.get(sku_id)
        ids = line.subscription_ids if line else ()
        return tuple(one for one in self.subscriptions if one.sku_id == sku_id or one.subscription_id in ids)

    @cached_property
    def _own_rows(self) -> Mapping[str, tuple[OwnPrice, ...]]:
        return by_sku(self.prices.rows)

    @cached_property
    def _own_prices(self) -> Mapping[str, SeatPrice | None]:
        """A seat of each SKU that the customer has given a price for, on the average of what is paid for."""
        found: dict[str, SeatPrice | None] = {}
        for sku_id in self._own_rows:
            line = self.lines.get(sku_id)
            found[sku_id] = seat_price(self.paid_parts(sku_id, (line.paid_for() if line else None) or 1))
        return found


@dataclass(frozen=True)
class TenantView:
    """Everything an evaluation looks at: the context and the people, in the order of their ids."""

    context: Context
    people: tuple[Person, ...]
