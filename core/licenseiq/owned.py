"""What the tenant owns, SKU by SKU: seats, purchases and money."""

from collections.abc import Mapping
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.findings.unassigned_seats import unassigned_seats
from licenseiq.money import Total, add_up
from licenseiq.prices import OwnPrice, SeatPrice
from licenseiq.seats import SeatLine, Subscription
from licenseiq.skus import Price, Sku


@dataclass(frozen=True, slots=True)
class Owned:
    """One SKU. `line` is None where people hold it, but Graph does not list it among what is owned.

    `why_free` is empty for a SKU whose seats are money, known or not. `price` is the list price, `seat` what a seat
    costs the customer a month, None where that is unknown or has several currencies. `own` are the rows of the
    customer's price list. `monthly` is what is paid a month for
    max(bought, taken) seats: None where a quantity or the price is unknown, empty for nothing. `beyond_buffer` are the
    seats that unassigned_seats claims, and `beyond_buffer_monthly` their money. `subscriptions` is None where they
    could not be read.
    """

    sku: Sku
    line: SeatLine | None
    held: int
    why_free: str
    price: Price | None
    seat: SeatPrice | None
    own: tuple[OwnPrice, ...]
    monthly: Total | None
    beyond_buffer: int | None
    beyond_buffer_monthly: Total | None
    subscriptions: tuple[Subscription, ...] | None


def owned(context: Context, held: Mapping[str, int], *, subscriptions_read: bool) -> tuple[Owned, ...]:
    """Every SKU, the dearest first, then those with most seats. `held` counts the people who take a paid seat."""
    found = [_owned(context, sku_id, held.get(sku_id, 0), subscriptions_read) for sku_id in {*context.lines, *held}]
    return tuple(sorted(found, key=_order))


def _order(one: Owned) -> tuple[bool, int, int, str]:
    # Currencies are compared, never added: the largest amount orders.
    most = max((money.micros for money in one.monthly or ()), default=0)
    seats = max(one.held, one.line.enabled or 0, one.line.consumed or 0) if one.line else one.held
    return (bool(one.why_free), -most, -seats, one.sku.sku_id)


def _owned(context: Context, sku_id: str, held: int, subscriptions_read: bool) -> Owned:
    line = context.lines.get(sku_id)
    paid = context.is_paid(sku_id)
    price = context.catalogue.prices.get(sku_id) if paid else None
    seat = context.seat(sku_id) if paid else None
    monthly = _monthly(context, line, held) if paid else ()
    found = unassigned_seats(line, context) if line else None
    free = line.free() if line else None
    beyond = found.seats if found else None if free is None else 0
    money: Total | None = ()
    if beyond is None or (beyond and seat is None):
        money = None
    elif beyond and seat is not None:
        money = (seat.monthly.times(beyond),)
    return Owned(
        sku=context.sku(sku_id),
        line=line,
        held=held,
        why_free="" if paid else _why_free(context, line, sku_id),
        price=price,
        seat=seat,
        own=context.own_rows(sku_id) if paid else (),
        monthly=monthly,
        beyond_buffer=beyond,
        beyond_buffer_monthly=money,
        subscriptions=_purchases(context, sku_id) if subscriptions_read else None,
    )


def _monthly(context: Context, line: SeatLine | None, held: int) -> Total | None:
    """As `licenseiq.spend` counts, but None where a quantity is unknown: a part is no total."""
    if line is None or line.enabled is None or line.consumed is None:
        return None
    bought = 0 if context.is_unlimited(line) else line.enabled
    seats = max(held, bought, line.consumed)
    if not seats:
        return ()
    parts = context.paid_parts(line.sku_id, seats)
    known = [part.monthly for part in parts if part.monthly is not None]
    return add_up(known) if len(known) == len(parts) else None


def _why_free(context: Context, line: SeatLine | None, sku_id: str) -> str:
    if (known := context.catalogue.free.get(sku_id)) is not None:
        return known
    return "trial" if line is None or line.assignable else "tenant"


def _purchases(context: Context, sku_id: str) -> tuple[Subscription, ...]:
    """By when their state changes next."""
    return tuple(
        sorted(
            context.purchases(sku_id),
            key=lambda s: (s.next_lifecycle is None, s.next_lifecycle or context.now, s.subscription_id),
        )
    )
