"""The renewal worklist: how many seats of each purchase to keep, by when to ask for it, and what that saves.

A seat that was taken back costs as before until the quantity of its purchase falls, and often it can fall only where a
term ends. No seat is recommended away that somebody holds whom no finding claims, nor one of the buffer for joiners.
Seats of trials, and of purchases that are past their end, are not relied on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.price_list import row_of
from licenseiq.prices import OwnPrice, PriceBasis, Term, priced
from licenseiq.readings import Source
from licenseiq.renewal_dates import Deadline, deadline_of
from licenseiq.seats import SeatLine, Subscription
from licenseiq.skus import Sku


class Standing(StrEnum):
    """What a purchase is. The seats of ACTIVE ones alone are relied on."""

    ACTIVE = "active"
    TRIAL = "trial"
    MAYBE_TRIAL = "perhaps a trial"
    PAST_END = "past its end"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class SkuNeed:
    """Seats of one SKU over all of its purchases; None is unknown.

    `held` are the people who take a paid seat. `claimed` are the seats of people that findings claim with confidence
    certain or likely, None where people could not be read. `beyond_buffer` are unassigned seats that `unassigned_seats`
    claims. `excluded` by the policy.
    """

    enabled: int | None
    consumed: int | None
    held: int
    claimed: int | None
    buffer: int
    beyond_buffer: int | None
    excluded: bool = False

    @property
    def wanted(self) -> int | None:
        """Seats to have in all: those of people whom no finding claims, and the buffer."""
        if self.consumed is None or self.enabled is None:
            return None
        return max(0, max(self.consumed, self.held) - (self.claimed or 0)) + self.buffer


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """One purchase. `subscription_id` is None for seats of a SKU whose purchases are not known.

    `quantity` is what Microsoft Graph says, else the price list; `recommended` at most that, None where it cannot be
    said. `reclaim_first` are claimed seats of the SKU that have to be taken back before it can fall so far. `each` is
    what a seat costs a month, None without a price. `row` is what the customer said of it.
    """

    sku: Sku
    subscription_id: str | None
    commerce_id: str | None
    standing: Standing
    quantity: int | None
    recommended: int | None
    reclaim_first: int
    need: SkuNeed
    deadline: Deadline
    each: Money | None
    basis: PriceBasis | None
    row: OwnPrice

    @property
    def change(self) -> int | None:
        """Seats more (never) or less than today."""
        return None if self.quantity is None or self.recommended is None else self.recommended - self.quantity

    @property
    def monthly_change(self) -> Money | None:
        """The same in money a month; None without a price or a recommendation."""
        return None if self.each is None or self.change is None else self.each.times(self.change)

    @property
    def said_quantity(self) -> int | None:
        """What the price list says of the quantity, where that is something else."""
        said = self.row.quantity if self.row.subscription_id is not None else None
        return said if said != self.quantity else None


@dataclass(frozen=True, slots=True)
class _Bought:
    subscription_id: str | None
    commerce_id: str | None
    standing: Standing
    quantity: int | None
    row: OwnPrice
    deadline: Deadline


def renewals(context: Context, held: Mapping[str, int], claimed: Mapping[str, int] | None) -> tuple[RenewalLine, ...]:
    """Every purchase of a paid SKU and every trial, the nearest deadline first, unknown ones last.

    `held` counts the people who take a paid seat, by SKU; `claimed` those of these seats that count as exposure, each
    once. None: the people could not be read, so that nothing of theirs is recommended away.
    """
    ids = {*context.lines, *(one.sku_id for one in context.subscriptions), *(row.sku_id for row in context.prices.rows)}
    found: list[RenewalLine] = []
    for sku_id in ids:
        line = context.lines.get(sku_id)
        if context.catalogue.free.get(sku_id) not in (None, "trial"):
            continue
        if line is not None and (not line.assignable or context.is_unlimited(line)):
            continue
        need = _need(context, sku_id, line, held.get(sku_id, 0), None if claimed is None else claimed.get(sku_id, 0))
        found += _of_sku(context, sku_id, need, _bought(context, sku_id, line))
    return tuple(sorted(found, key=_order))


def _order(one: RenewalLine) -> tuple[bool, date, str, str]:
    day = one.deadline.day
    return day is None, day or date.max, one.sku.name, one.subscription_id or ""


def _need(context: Context, sku_id: str, line: SeatLine | None, held: int, claimed: int | None) -> SkuNeed:
    enabled, consumed = (line.enabled, line.consumed) if line is not None else (None, None)
    buffer = context.policy.buffer(enabled or 0, sku_id)
    free = line.free() if line is not None else None
    excluded = sku_id in context.policy.excluded_skus
    beyond = None if free is None else 0 if excluded else max(0, free - buffer)
    return SkuNeed(enabled, consumed, held, claimed, buffer, beyond, excluded)


def _bought(context: Context, sku_id: str, line: SeatLine | None) -> list[_Bought]:
    """The purchases that Graph tells, and those that only the price list names; where there is none of either, one that
    stands for all seats of the SKU."""

    def one(subscription: Subscription | None, row: OwnPrice, quantity: int | None) -> _Bought:
        ends = subscription.next_lifecycle if subscription is not None else None
        deadline = deadline_of(row, ends.date() if ends else None, context.today, context.policy.renewal_notice_days)
        if subscription is None:
            return _Bought(row.subscription_id, None, Standing.ACTIVE, quantity, row, deadline)
        standing, ids = _standing(subscription), (subscription.subscription_id, subscription.commerce_id)
        if standing is not Standing.ACTIVE:
            # Nothing of it can fall, so there is nothing to begin with.
            deadline = replace(deadline, start_by=None, realisable_from=None)
        return _Bought(*ids, standing, quantity, row, deadline)

    told = [s for s in context.purchases(sku_id) if s.status != "Deleted"]
    found = []
    for subscription in told:
        row = row_of(context, sku_id, subscription.subscription_id)
        found.append(one(subscription, row, row.quantity if subscription.total is None else subscription.total))
    known = {s.subscription_id for s in context.purchases(sku_id)}
    there = frozenset(line.subscription_ids if line is not None else ())
    for row in context.own_rows(sku_id):
        if row.subscription_id is None or row.subscription_id in known:
            continue
        if row.subscription_id in there or not context.is_read(Source.SUBSCRIPTIONS):
            found.append(one(None, row, row.quantity))
    if not found and line is not None and (line.enabled is None or line.enabled > 0):
        found.append(one(None, replace(row_of(context, sku_id, None), subscription_id=None), line.enabled))
    return found


def _standing(one: Subscription) -> Standing:
    if one.is_trial:
        return Standing.TRIAL
    if not one.gives_seats:
        return Standing.SUSPENDED
    if one.status == "Warning":
        return Standing.PAST_END
    return Standing.MAYBE_TRIAL if one.is_trial is None else Standing.ACTIVE


def _of_sku(context: Context, sku_id: str, need: SkuNeed, bought: Sequence[_Bought]) -> list[RenewalLine]:
    found = []
    for one, (recommended, reclaim_first) in zip(bought, _kept(need, bought, context.today), strict=True):
        each: Money | None = None
        basis: PriceBasis | None = None
        if one.standing not in (Standing.TRIAL, Standing.MAYBE_TRIAL):
            each, basis = priced(one.row, context.catalogue.list_price(sku_id), context.catalogue.uplifts)
        ids = (one.subscription_id, one.commerce_id)
        found.append(
            RenewalLine(
                context.sku(sku_id),
                *ids,
                one.standing,
                one.quantity,
                recommended,
                reclaim_first,
                need,
                one.deadline,
                each,
                basis,
                one.row,
            )
        )
    return found


def _kept(need: SkuNeed, bought: Sequence[_Bought], today: date) -> list[tuple[int | None, int]]:
    """Of each purchase the seats to keep, and how many to take back before. What can fall first falls first."""
    relied = {
        n: one.quantity for n, one in enumerate(bought) if one.standing is Standing.ACTIVE and one.quantity is not None
    }
    known = need.enabled is not None and need.consumed is not None
    kept = [(relied.get(n) if need.excluded or known else None, 0) for n in range(len(bought))]
    if need.excluded or need.wanted is None or need.enabled is None or need.consumed is None:
        return kept
    trials = sum(one.quantity or 0 for one in bought if one.standing in (Standing.TRIAL, Standing.MAYBE_TRIAL))
    # Only seats that both Graph's count of the SKU and its purchases know of.
    left = max(0, min(sum(relied.values()), need.enabled - trials))
    for n in sorted(relied, key=lambda n: _falls(bought[n], today)):
        given = min(max(0, left - need.wanted), relied[n])
        left -= given
        kept[n] = (relied[n] - given, max(0, need.consumed - left) if given else 0)
    return kept


def _falls(one: _Bought, today: date) -> tuple[bool, date, str]:
    """How purchases are sorted by when their quantity can fall. What is bought by the month can within one."""
    day = one.deadline.realisable_from
    if day is None and one.row.term is Term.MONTH:
        day = today + timedelta(days=31)
    return day is None, day or date.max, one.subscription_id or ""
