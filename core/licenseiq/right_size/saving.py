"""What a change of seats is worth, from when, and what it does in the present term.

Inside a commitment a seat that is given up is paid for until its renewal, and a seat that has to be bought beside it
costs more: such a change is for the renewal date. What the customer did not import is unknown: Microsoft Graph tells
the next lifecycle date, and nothing of terms, prices or windows in which seats can be given back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from licenseiq.context import Context
from licenseiq.money import Money, Total, add_up
from licenseiq.prices import OwnPrice
from licenseiq.right_size.offers import has_free_seat


@dataclass(frozen=True, slots=True)
class Saving:
    """`amount` is per month, `net_this_term` what remains in the bank at the renewal; None is unknown, and a negative
    amount costs more. `basis` says in words where both come from, `realisable_from` is the first day of it."""

    amount: Total | None
    basis: str
    realisable_from: date | None
    needs_purchase: bool
    net_this_term: Total | None


def difference(removed: Iterable[str], added: Iterable[str], context: Context) -> Money | None:
    """What the change saves a month; None where a price that may enter amounts is missing, or currencies differ."""
    out, into = [context.price(s) for s in removed], [context.price(s) for s in added]
    known = [p for p in out if p is not None] + [p.times(-1) for p in into if p is not None]
    total = add_up(known)
    if len(known) != len(out) + len(into) or len(total) != 1:
        return None
    return total[0]


def saving_of(
    removed: tuple[str, ...], added: tuple[str, ...], context: Context, to_buy: tuple[str, ...] | None = None
) -> Saving:
    """The saving of giving up `removed` and taking `added`; many people have the same change.

    `to_buy` are seats that a whole plan finds neither free nor freed; by default those of `added` that are not free.
    """
    if to_buy is not None:
        return _saving(removed, added, to_buy, context)
    known: dict[tuple[tuple[str, ...], tuple[str, ...]], Saving] = context.memo.setdefault("savings", {})
    found = known.get((removed, added))
    if found is None:
        lacking = tuple(sku_id for sku_id in added if not has_free_seat(sku_id, context))
        found = known[removed, added] = _saving(removed, added, lacking, context)
    return found


def _saving(removed: tuple[str, ...], added: tuple[str, ...], to_buy: tuple[str, ...], context: Context) -> Saving:
    change = difference(removed, added, context)
    ends = [_end_of(sku_id, context) for sku_id in removed]
    starts = [end.day for end in ends if end.day is not None]
    whole = len(starts) == len(ends) and bool(ends)
    from_own = all(end.is_own for end in ends)
    start = max(starts) if whole else None
    net = _net(removed, to_buy, ends, start, context) if whole and from_own and change is not None else None
    basis = [price_basis((*removed, *added), context)]
    if not whole:
        basis.append("When seats can be given back is not known: no renewal date was imported or read.")
    elif not from_own:
        basis.append(
            "The date is Microsoft Graph's next lifecycle date, which need not be a renewal; the term is unknown."
        )
    elif start is not None and start > context.today:
        basis.append("The seats are bound until their renewal.")
    if net is not None and any(money.micros < 0 for money in net):
        basis.append("Changing now costs more in this term: propose it for the renewal.")
    return Saving(None if change is None else (change,), " ".join(basis), start, bool(to_buy), net)


@dataclass(frozen=True, slots=True)
class _End:
    """The first day on which a seat can be given back; `is_own` where the customer's own terms say so."""

    day: date | None
    is_own: bool


def _end_of(sku_id: str, context: Context) -> _End:
    today = context.today
    rows = [row for row in context.prices.rows if row.sku_id == sku_id]
    days = [day for row in rows if (day := _first_day(row, today)) is not None]
    if days:
        return _End(min(days), True)
    line = context.lines.get(sku_id)
    ids = line.subscription_ids if line else ()
    dates = [
        s.next_lifecycle.date()
        for s in context.subscriptions
        if (s.sku_id == sku_id or s.subscription_id in ids) and s.next_lifecycle is not None and not s.is_trial
    ]
    return _End(min((day for day in dates if day > today), default=None), False)


def _first_day(row: OwnPrice, today: date) -> date | None:
    """When a seat of this purchase can be given back; None where its terms were not given, or are past."""
    if row.reducible_until is not None and row.reducible_until >= today:
        return today
    return row.renewal if row.renewal is not None and row.renewal >= today else None


def _net(
    removed: tuple[str, ...], to_buy: tuple[str, ...], ends: list[_End], start: date | None, context: Context
) -> Total | None:
    """What is saved less what is paid more until the last of the renewals, in begun months."""
    renewals = [day for sku_id in removed if (day := _renewal(sku_id, context)) is not None]
    if start is None or len(renewals) != len(removed):
        return None
    term_end = max(renewals)
    parts = []
    for sku_id, end in zip(removed, ends, strict=True):
        price = context.price(sku_id)
        if price is not None and end.day is not None:
            parts.append(price.times(_months(end.day, term_end)))
    months = _months(context.today, term_end)
    for sku_id in to_buy:
        price = context.price(sku_id)
        if price is None:
            return None
        parts.append(price.times(-months))
    return add_up(parts)


def _renewal(sku_id: str, context: Context) -> date | None:
    days = [r.renewal for r in context.prices.rows if r.sku_id == sku_id and r.renewal and r.renewal >= context.today]
    return min(days, default=None)


def _months(begin: date, end: date) -> int:
    """Begun months from one day to another; none where the end does not lie later."""
    if end <= begin:
        return 0
    return (end.year - begin.year) * 12 + end.month - begin.month + (end.day > begin.day)


def price_basis(sku_ids: tuple[str, ...], context: Context) -> str:
    """Where the prices of these SKUs come from, in a sentence."""
    own = {row.sku_id for row in context.prices.rows}
    unpriced = sorted({context.sku(sku_id).name for sku_id in sku_ids if context.price(sku_id) is None})
    if unpriced:
        return f"No current price is known of {', '.join(unpriced)}."
    mine = [sku_id in own for sku_id in sku_ids]
    whose = "Your own prices" if all(mine) else "Your own prices and list prices" if any(mine) else "List prices"
    return f"{whose} a month."
