"""An invoice beside what the tenant has: seats times price, line by line, and what differs.

Nothing is invented: no proration, no credit, no tax. What is compared are the seats of today and the prices of today.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.context import Context
from licenseiq.money import Money, Total, add_up
from licenseiq.price_list import each_of, row_of
from licenseiq.readings import Source

# Invoices are in whole hundredths; less than one is rounding.
ROUNDING = 10_000


class Reason(StrEnum):
    """Why an invoiced amount is not the computed one."""

    QUANTITY = "quantity differs"
    PRICE = "price differs"
    NOT_IN_TENANT = "not in tenant"
    NOT_ON_INVOICE = "not on invoice"
    UNPRICED = "unpriced"
    CURRENCY = "currency differs"
    SEATS_UNKNOWN = "seats unknown"


_NOT_COMPARED = {Reason.CURRENCY, Reason.UNPRICED, Reason.SEATS_UNKNOWN}


@dataclass(frozen=True, slots=True)
class Invoiced:
    """One line of an invoice. `amount` is for all of its seats in the month `period` ('2026-11'). `sku_id` None: a
    product that is not known here, whose name as written is `name`."""

    line: int
    subscription_id: str | None
    sku_id: str | None
    name: str
    seats: int | None
    amount: Money
    period: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What an invoice says of one purchase in one month, beside what the tenant has. None is unknown, or the side on
    which the purchase is missing; `lines` are those of the invoice."""

    lines: tuple[int, ...]
    period: str
    subscription_id: str | None
    sku_id: str | None
    name: str
    invoiced_seats: int | None
    computed_seats: int | None
    invoiced: Money | None
    computed: Money | None
    reasons: tuple[Reason, ...]

    @property
    def variance_seats(self) -> int | None:
        if Reason.NOT_IN_TENANT in self.reasons:
            return self.invoiced_seats
        if Reason.NOT_ON_INVOICE in self.reasons:
            return None if self.computed_seats is None else -self.computed_seats
        if self.invoiced_seats is None or self.computed_seats is None:
            return None
        return self.invoiced_seats - self.computed_seats

    @property
    def variance(self) -> Money | None:
        """Invoiced less computed; None where the two cannot be compared."""
        if _NOT_COMPARED & set(self.reasons):
            return None
        if Reason.NOT_IN_TENANT in self.reasons:
            return self.invoiced
        if self.computed is None:
            return None
        taken = self.invoiced.micros if self.invoiced is not None else 0
        return Money(self.computed.currency, taken - self.computed.micros)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Every line, and the totals by currency. `variance` adds up the lines that can be compared; the rest is in the
    other totals and in `not_compared`."""

    lines: tuple[Compared, ...]

    @property
    def invoiced(self) -> Total:
        return add_up(one.invoiced for one in self.lines if one.invoiced is not None)

    @property
    def computed(self) -> Total:
        return add_up(one.computed for one in self.lines if one.computed is not None)

    @property
    def variance(self) -> Total:
        return add_up(one.variance for one in self.lines if one.variance is not None)

    @property
    def not_compared(self) -> int:
        return sum(one.variance is None for one in self.lines)

    @property
    def agrees(self) -> bool:
        return not any(one.reasons for one in self.lines)


@dataclass(frozen=True, slots=True)
class _Bought:
    """A purchase as the tenant has it: its seats and the price of one, None unknown."""

    subscription_id: str | None
    sku_id: str
    seats: int | None
    each: Money | None


def reconcile(invoiced: Iterable[Invoiced], context: Context) -> Reconciled:
    """Compares what is on the invoice, month by month, with the paid purchases of `context`. Lines of one purchase and
    month in one currency are added up. A line that names only a SKU stands for all of its seats that no other line of
    that month names by subscription."""
    groups: dict[tuple[str, str | None, str | None, str, str], list[Invoiced]] = {}
    for one in invoiced:
        key = (one.period, one.subscription_id, one.sku_id, one.name if one.sku_id is None else "", one.amount.currency)
        groups.setdefault(key, []).append(one)
    bought = _bought(context)
    lines: list[Compared] = []
    for period in sorted({key[0] for key in groups}):
        mine = [group for key, group in groups.items() if key[0] == period]
        named = {group[0].subscription_id for group in mine}
        whole = {group[0].sku_id for group in mine if group[0].subscription_id is None}
        lines += [_compared(group, [b for b in bought if _is_meant(b, group[0], named)], context) for group in mine]
        lines += [
            _missing(one, period, context)
            for one in bought
            if one.subscription_id not in (named - {None}) and one.sku_id not in whole and one.seats != 0
        ]
    return Reconciled(tuple(lines))


def _is_meant(one: _Bought, line: Invoiced, named: set[str | None]) -> bool:
    if line.subscription_id is not None:
        return one.subscription_id == line.subscription_id
    return one.sku_id == line.sku_id and (one.subscription_id is None or one.subscription_id not in named)


def _compared(group: Sequence[Invoiced], mine: Sequence[_Bought], context: Context) -> Compared:
    first = group[0]
    seats = _sum([one.seats for one in group])
    amount = Money(first.amount.currency, sum(one.amount.micros for one in group))
    computed_seats, computed, reasons = _computed(mine)
    if not mine:
        computed_seats, computed, reasons = None, None, [Reason.NOT_IN_TENANT]
    elif computed is not None and computed.currency != amount.currency:
        reasons.append(Reason.CURRENCY)
    elif computed is not None and _price_differs(amount, seats, computed, computed_seats):
        reasons.append(Reason.PRICE)
    if seats is not None and computed_seats is not None and seats != computed_seats:
        reasons.insert(0, Reason.QUANTITY)
    return Compared(
        lines=tuple(one.line for one in group),
        period=first.period,
        subscription_id=first.subscription_id,
        sku_id=first.sku_id,
        name=first.name if first.sku_id is None else context.sku(first.sku_id).name,
        invoiced_seats=seats,
        computed_seats=computed_seats,
        invoiced=amount,
        computed=computed,
        reasons=tuple(reasons),
    )


def _price_differs(amount: Money, seats: int | None, computed: Money, computed_seats: int | None) -> bool:
    """Whether the amounts differ by more than the seats explain. Compared by cross-multiplying: nothing is rounded."""
    if not seats or not computed_seats:
        return abs(amount.micros - computed.micros) >= ROUNDING
    return abs(amount.micros * computed_seats - computed.micros * seats) >= ROUNDING * abs(computed_seats)


def _missing(one: _Bought, period: str, context: Context) -> Compared:
    seats, computed, reasons = _computed([one])
    name = context.sku(one.sku_id).name
    found = (Reason.NOT_ON_INVOICE, *reasons)
    return Compared((), period, one.subscription_id, one.sku_id, name, None, seats, None, computed, found)


def _computed(mine: Sequence[_Bought]) -> tuple[int | None, Money | None, list[Reason]]:
    """Seats and money of purchases; where there is no one amount, why."""
    seats = _sum([one.seats for one in mine])
    parts = [one.each.times(one.seats) for one in mine if one.each is not None and one.seats is not None]
    if len(parts) == len(mine):
        total = add_up(parts)
        return seats, total[0] if len(total) == 1 else None, [Reason.CURRENCY] if len(total) > 1 else []
    unpriced = any(one.each is None for one in mine)
    return seats, None, [Reason.UNPRICED] if unpriced else [Reason.SEATS_UNKNOWN]


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _bought(context: Context) -> list[_Bought]:
    """The paid purchases: by subscription where they could be read, else by SKU. Seats are those that Microsoft Graph
    says; of a subscription without a number, those of the price list."""
    found: list[_Bought] = []
    for sku_id, line in sorted(context.lines.items()):
        if not context.is_paid(sku_id) or context.is_unlimited(line):
            continue
        bought = [one for one in context.purchases(sku_id) if one.gives_seats and not one.is_trial]
        if not bought or not context.is_read(Source.SUBSCRIPTIONS):
            price = context.price(sku_id)
            found.append(_Bought(None, sku_id, line.enabled, price))
            continue
        for one in bought:
            quantity = row_of(context, sku_id, one.subscription_id).quantity
            seats = one.total if one.total is not None else quantity
            found.append(_Bought(one.subscription_id, sku_id, seats, each_of(context, sku_id, one.subscription_id)[0]))
    return found
