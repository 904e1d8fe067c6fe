"""The answer to a question about spend to come, asked of the ports: the tool and the command show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from licenseiq.context import Context
from licenseiq.errors import BadRequest, NotFound
from licenseiq.money import Total, add_up
from licenseiq.ports import EvaluationHead, Proposals, Tenant
from licenseiq.prices import Term
from licenseiq.spending.blocks import Block, blocks_of
from licenseiq.spending.forecast import Month, Ranges, WhatIf, forecast, total, without_change
from licenseiq.spending.savings import Reclaim, ReclaimState
from licenseiq.spending.table import Per, SkuSpend, SpendBy
from licenseiq.words import count


@dataclass(frozen=True, slots=True)
class OutlookQuestion:
    """`sku` is what somebody calls one. The reclaimed seats of `what` come from `approve_all` alone."""

    months: int = 12
    what: WhatIf = field(default_factory=WhatIf)
    sku: str | None = None
    approve_all: bool = False
    per: Per = Per.MONTH


@dataclass(frozen=True, slots=True)
class Renewal:
    """A date at which seats or prices can change. `imported` is False for Graph's date, which promises no renewal."""

    day: date
    sku_id: str
    seats: int
    imported: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """`periods` are months, quarters or years ('2027-01', '2027-Q1', '2027'); `total` is their sum, and `effect` what
    the assumptions add to what is expected without them, None where nothing is assumed. `now` is what is paid a month
    today, `unpriced` seats are in no amount."""

    head: EvaluationHead
    context: Context
    sku_id: str | None
    now: Total
    unpriced: int
    periods: tuple[tuple[str, Ranges], ...]
    total: Ranges
    effect: Mapping[str, int] | None
    assumptions: tuple[str, ...]
    renewals: tuple[Renewal, ...]


async def outlook(tenant: Tenant, proposals: Proposals, head: EvaluationHead, question: OutlookQuestion) -> Outlook:
    """Raises BadRequest for assumptions that make no sense, NotFound for a SKU without paid seats, and what the ports
    raise."""
    context = await tenant.context(head.evaluation_id)
    sku_id = await tenant.sku_id(head.evaluation_id, question.sku) if question.sku is not None else None
    if sku_id is None and question.what.extra_seats:
        raise BadRequest("Seats more are seats of one SKU.", "Name it with sku.")
    found = await tenant.spending(head.evaluation_id, SpendBy.SKU)
    skus = tuple(one for one in found.skus if sku_id in (None, one.sku_id))
    if sku_id is not None and not skus:
        raise NotFound("The tenant has no paid seats of that SKU.", "Call list_subscriptions for what it owns.")
    if found.holders is None and sku_id is None and question.what.net:
        raise BadRequest("Who holds which seats could not be read, so joiners have no mix.", "Name one sku.")
    reclaims = await proposals.reclaims() if question.approve_all else ()
    what = replace(question.what, sku_id=sku_id, reclaimed=_reclaimed(reclaims))
    months = forecast(context, skus, found.holders, question.months, what)
    whole, effect = total(months), None
    if what.asks_for_something:
        plain = total(forecast(context, skus, found.holders, question.months, without_change(what)))
        effect = {
            currency: (whole[currency].expected if currency in whole else 0)
            - (plain[currency].expected if currency in plain else 0)
            for currency in sorted({*whole, *plain})
        }
    blocks = [block for one in skus for block in blocks_of(context, one.sku_id, one.paid)]
    return Outlook(
        head=head,
        context=context,
        sku_id=sku_id,
        now=add_up(money for one in skus for money in one.spend),
        unpriced=sum(one.unpriced for one in skus),
        periods=_periods(months, question.per),
        total=whole,
        effect=effect,
        assumptions=_assumptions(context, skus, blocks, what, question),
        renewals=_renewals(blocks, context.today, months[-1].day),
    )


def _reclaimed(reclaims: Sequence[Reclaim]) -> dict[str, int]:
    """The seats by SKU that proposals would free if all of them were approved; what is done is seen in the tenant."""
    found: dict[str, int] = {}
    for one in reclaims:
        if one.state is not ReclaimState.DONE:
            found[one.sku_id] = found.get(one.sku_id, 0) + one.seats
    return {sku_id: seats for sku_id, seats in found.items() if seats}


def _periods(months: Sequence[Month], per: Per) -> tuple[tuple[str, Ranges], ...]:
    grouped: dict[str, list[Month]] = {}
    for month in months:
        day = month.day
        names = {
            Per.MONTH: f"{day:%Y-%m}",
            Per.QUARTER: f"{day:%Y}-Q{(day.month + 2) // 3}",
            Per.YEAR: f"{day:%Y}",
        }
        grouped.setdefault(names[per], []).append(month)
    return tuple((name, total(same)) for name, same in grouped.items())


def _renewals(blocks: Sequence[Block], today: date, until: date) -> tuple[Renewal, ...]:
    """The dates of the time that is looked at, soonest first; those of single months are left out."""
    found: dict[tuple[date, str, bool], int] = {}
    for block in blocks:
        day = block.renewal or block.lifecycle
        if day is not None and today < day <= until and block.term is not Term.MONTH:
            key = (day, block.sku_id, block.renewal is not None)
            found[key] = found.get(key, 0) + block.seats
    return tuple(Renewal(day, sku_id, seats, mine) for (day, sku_id, mine), seats in sorted(found.items()))


def _assumptions(
    context: Context, skus: Sequence[SkuSpend], blocks: Sequence[Block], what: WhatIf, question: OutlookQuestion
) -> tuple[str, ...]:
    """Everything that the figures rest on, in words."""
    said = [
        "Today's seats at today's prices; each month as it stands on its first day, nothing prorated, no tax.",
        "Expected keeps seats that are free today; low gives back what is above the need and the buffer for joiners, "
        "at imported renewals or Microsoft's next dates; high gives nothing back.",
    ]
    undated = sum(block.seats for block in blocks if block.renewal is None and block.term is not Term.MONTH)
    if undated:
        said.append(f"No renewal date is imported for {count(undated, 'seat')}: expected gives none of them back.")
    if any(row.auto_renew is False for one in skus for row in context.own_rows(one.sku_id)):
        said.append("A purchase that does not renew by itself is taken to be renewed.")
    if first := sum(block.ratio is not None for block in blocks):
        changed = context.catalogue.changed
        said.append(
            f"{count(first, 'purchase')} with an own price renew for the first time since list prices changed on "
            f"{changed}: expected changes as the list price did, the other end keeps the price."
        )
    if what.price_change_percent:
        said.append(
            f"Prices change by {what.price_change_percent:+d} % at imported renewals; where none is known, expected at "
            "once, and the other end not at all."
        )
    if what.joiners_per_month or what.leavers_per_month:
        who = "a seat of this SKU" if what.sku_id else "the tenant's mix of seats"
        said.append(
            f"{what.joiners_per_month} join and {what.leavers_per_month} leave a month, each with {who}. Joiners take "
            "free seats first, the rest is bought; leavers' seats go at renewals. High keeps the buffer free."
        )
    if what.extra_seats:
        said.append(f"{count(what.extra_seats, 'seat')} more from next month on, at today's average price.")
    if question.approve_all:
        freed = sum(what.reclaimed.values())
        said.append(
            f"All open and approved proposals are carried out, which frees {count(freed, 'seat')}: they serve joiners, "
            "and go at renewals."
        )
    if unpriced := sum(one.unpriced for one in skus):
        said.append(f"{count(unpriced, 'seat')} without a price are in no amount.")
    return tuple(said)
