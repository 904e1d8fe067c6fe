"""What the fake tenant spends: from any people and a context, as the core computes it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.spending.days import Day
from licenseiq.spending.groups import Exposed, holding_of, rows_by
from licenseiq.spending.managers import Organisation
from licenseiq.spending.skus import sku_spends
from licenseiq.spending.table import SpendBy, Spending
from licenseiq.waste import Waste


def spending_of(
    people: tuple[Person, ...], found: Iterable[Waste], context: Context, by: SpendBy, under: str | None
) -> Spending:
    """Every person's seats, and what the findings claim of them."""
    holdings = [holding_of(who, who.seats()) for who in people if who.seats()]
    skus = sku_spends(context, Counter(sku_id for one in holdings for sku_id in one.sku_ids))
    exposed = [
        Exposed(one.finding.user_id, sku_id, each, price.times(each) if price is not None else None)
        for one in found
        if one.finding.counts
        for each in [one.seats // len(one.sku_ids)]
        for sku_id in one.sku_ids
        for price in [context.price(sku_id)]
    ]
    organisation = Organisation({who.user_id: who.manager_id for who in people}, under)
    names = {who.user_id: who.user_principal_name for who in people}
    rows = rows_by(by, holdings, exposed, skus, organisation)
    if by is SpendBy.MANAGER:
        rows = tuple(replace(row, label=names.get(row.key or "")) for row in rows)
    return Spending(by, rows, skus, len(holdings))


def day_of_people(people: tuple[Person, ...], found: Iterable[Waste], context: Context, as_of: datetime) -> Day:
    """What a day with these people leaves."""
    every = tuple(found)
    by_group = {by: spending_of(people, every, context, by, None) for by in SpendBy}
    return Day(as_of, as_of, by_group[SpendBy.SKU].skus, {by: one.rows for by, one in by_group.items()}, ())
