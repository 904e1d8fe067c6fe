"""`licenseiq prices list` and `prices template`: what was said of prices, what stands in for it, a file to fill in."""

import argparse
import json
import sys
from collections.abc import Iterable

from licenseiq.context import Context
from licenseiq.owned import Owned, owned
from licenseiq.price_file import to_fill_in, write_price_file
from licenseiq.price_list import NotRenewed, OwnLine, not_renewed, own_lines
from licenseiq.readings import Source
from licenseiq.skus import Price
from licenseiq.spend import spend_of
from licenseiq.text import clean, one_line
from licenseiq.times import iso
from licenseiq_cli.prices import Known
from licenseiq_cli.prices_words import price_json, price_words, terms_words, what
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import amount, money_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title, show

_OWN = (Column("What", flex=True), Column("Seats", right=True), Column("A seat, a month", right=True))
_LISTED = (Column("What", flex=True), Column("A seat, a month", right=True), Column("As of"), Column("Status"))
_OLD = (Column("What", flex=True), Column("Until"), Column("Before", right=True), Column("Now", right=True))


async def list_prices(options: argparse.Namespace, known: Known) -> int:
    """Always 0: a price that is missing is no fault."""
    skus = [one for one in owned(known.context, known.held, subscriptions_read=True) if not one.why_free]
    if options.json:
        print(json.dumps(_facts(known, skus), indent=2))  # noqa: T201 - facts for machines
    else:
        show(_blocks(known, skus))
    return 0


async def template(known: Known) -> int:
    """Prints the tenant's own purchases as a file to fill in."""
    sys.stdout.write(write_price_file(to_fill_in(known.context), known.context))
    return 0


def whose(context: Context) -> str:
    """'list price', with the country that it is of where the tenant is not known to be there."""
    return "list price" if context.country == context.catalogue.country else f"{context.catalogue.country} list price"


def status(price: Price | None) -> str:
    if price is None:
        return "none known"
    return "current" if price.confirmed else "last known"


def _blocks(known: Known, skus: list[Owned]) -> list[Block]:
    context, book = known.context, known.context.prices
    spend = spend_of(context, known.held)
    blocks: list[Block] = [Title("LicenseIQ", f"prices, tenant as of {context.now:%Y-%m-%d %H:%M} UTC")]
    imported = f", imported {book.imported}" if book.imported else ""
    blocks.append(Section(f"Your own prices{imported}"))
    if own := own_lines(context):
        blocks.append(Table(_OWN, [_own_row(one) for one in own]))
    else:
        blocks.append(Lines(("None yet. 'licenseiq prices template' prints a file to fill in.",)))
    name = whose(context)
    blocks += [
        Section(f"{name[0].upper()}{name[1:]}s of what is owned"),
        Table(_LISTED, [_listed_row(one) for one in skus]),
    ]
    blocks.append(Lines(_notes(context, skus), dim=True))
    if old := not_renewed(context):
        changed = context.catalogue.changed
        blocks += [
            Section(f"At list price, and perhaps not renewed since {changed}"),
            Table(_OLD, [_old_row(one) for one in old]),
            Lines(
                ("Until they renew they may pay the price before; amounts are computed with the one of now.",), dim=True
            ),
        ]
    figures = [("Spend per month", money_words(spend.monthly)), ("Seats with your own price", f"{spend.own:,}")]
    if spend.unpriced:
        figures.append(("Seats without a price", f"{spend.unpriced:,}, in no amount"))
    return [*blocks, Section("In short"), Table(FACTS, figures)]


def _own_row(one: OwnLine) -> tuple[str, str, str]:
    gone = "" if one.there else "gives the tenant no seats today, and prices none"
    more = "; ".join(filter(None, (terms_words(one.row), gone)))
    seats = "-" if one.row.subscription_id is None else "unknown" if one.seats is None else f"{one.seats:,}"
    return what(one.sku.name, one.row.subscription_id, more, whole=True), seats, price_words(one.monthly, one.basis)


def _listed_row(one: Owned) -> tuple[str, str, str, str]:
    price = one.price
    seen = price.observed.isoformat() if price and price.observed else "-"
    return clean(one.sku.name).text, amount(price.monthly) if price else "-", seen, status(price)


def _old_row(one: NotRenewed) -> tuple[str, str, str, str]:
    until = "unknown" if one.until is None else f"{one.until}{'' if one.sure else ' ?'}"
    return what(one.sku.name, one.subscription_id, whole=True), until, amount(one.before), amount(one.now)


def _notes(context: Context, skus: Iterable[Owned]) -> list[str]:
    """Where the list prices come from, and what they are for."""
    notes = ["For a year paid at once, without tax. Only current ones enter amounts."]
    for id_, rule in context.catalogue.uplifts.items():
        verified = "" if rule.verified else ", not verified"
        notes.append(
            f"{id_.replace('-', ' ').capitalize()}: times {rule.per_mille / 1000:g} ({rule.source}{verified})."
        )
    sources = sorted({one.price.source for one in skus if one.price is not None})
    if context.reading(Source.SUBSCRIPTIONS).reason is not None:
        notes.append("The subscriptions could not be read: rows that name one count with their own quantity.")
    return [*notes, *(one_line(f"Source: {source}") for source in sources)]


def _facts(known: Known, skus: list[Owned]) -> dict[str, JsonValue]:
    context, book = known.context, known.context.prices
    spend = spend_of(context, known.held)
    return {
        "as_of": iso(context.now),
        "version": book.version,
        "imported": book.imported.isoformat() if book.imported else None,
        "country": context.country,
        "list_prices_of": context.catalogue.country,
        "own": [_own_facts(one) for one in own_lines(context)],
        "listed": [_listed_facts(one) for one in skus],
        "not_renewed": [
            {
                "subscription_id": one.subscription_id,
                "sku_id": one.sku.sku_id,
                "quantity": one.seats,
                "before": price_json(one.before, None),
                "now": price_json(one.now, None),
                "until": one.until.isoformat() if one.until else None,
                "sure": one.sure,
            }
            for one in not_renewed(context)
        ],
        "uplifts": {
            name: {"per_mille": rule.per_mille, "source": rule.source, "verified": rule.verified}
            for name, rule in context.catalogue.uplifts.items()
        },
        "monthly_spend": money_json(spend.monthly),
        "own_seats": spend.own,
        "unpriced_seats": spend.unpriced,
    }


def _own_facts(one: OwnLine) -> JsonValue:
    row = one.row
    return {
        "sku_id": one.sku.sku_id,
        "name": clean(one.sku.name).text,
        "subscription_id": row.subscription_id,
        "price": price_json(one.monthly, one.basis),
        "quantity": one.seats,
        "channel": row.channel,
        "term": row.term,
        "billing": row.billing,
        "renewal": row.renewal.isoformat() if row.renewal else None,
        "auto_renew": row.auto_renew,
        "reducible_until": row.reducible_until.isoformat() if row.reducible_until else None,
        "contact": row.contact,
        "gives_seats": one.there,
    }


def _listed_facts(one: Owned) -> JsonValue:
    price = one.price
    return {
        "sku_id": one.sku.sku_id,
        "name": clean(one.sku.name).text,
        "list_price": price_json(price.monthly, None) if price else None,
        "status": status(price),
        "observed": price.observed.isoformat() if price and price.observed else None,
        "source": one_line(price.source) if price else None,
        "seat": price_json(one.seat.monthly, one.seat.basis) if one.seat else None,
        "monthly_spend": money_json(one.monthly),
    }
