"""The sections of the report behind the headline: what is owned, what renews, what is unknown, and how it was made."""

from collections.abc import Sequence

from licenseiq.context import Context
from licenseiq.owned import Owned
from licenseiq.prices import PriceBasis
from licenseiq.readings import Source
from licenseiq.renewal_words import STILL_PAID, notes_of
from licenseiq.renewals import RenewalLine, Standing
from licenseiq.text import clean, one_line
from licenseiq.words import count
from licenseiq_cli.export_data import Gathered
from licenseiq_cli.export_summary import versions_of
from licenseiq_cli.html_report.markup import Column, Markup, Shown, bullets, fill, money, section, small, table
from licenseiq_cli.renewals_screen import saved
from licenseiq_cli.report import unknown_sentences
from licenseiq_cli.report_words import amount, money_cell


def subscriptions(every: Sequence[Owned]) -> Markup:
    """What is paid for, the dearest first; what costs nothing by the seat in one line."""
    paid = [one for one in every if not one.why_free]
    rows = []
    for one in paid:
        line = one.line
        free = line.free() if line is not None else None
        rows.append(
            (
                one.sku.name,
                _number(line.enabled if line is not None else None),
                _number(line.consumed if line is not None else None),
                _number(free),
                _number(one.beyond_buffer),
                _price(one),
                money(money_cell(one.monthly, 0, 0)),
            )
        )
    names = ("Bought", "Taken", "Free", "Beyond buffer", "A seat", "Per month")
    left = len(every) - len(paid)
    note = "Prices of a seat and a month; those without a word are list prices."
    if left:
        note += f" {count(left, 'product')} without a price by the seat (free, trial, tenant-wide) left out."
    columns = (Column("Product"), *(Column(name, "n") for name in names))
    return section("Products", table(columns, rows), note=note)


def _price(one: Owned) -> Markup:
    if one.seat is None:
        return Markup("no price")
    basis = "" if one.seat.basis is PriceBasis.LIST else one.seat.basis.value
    return small(amount(one.seat.monthly), basis)


def _number(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


def renewal_list(every: Sequence[RenewalLine], context: Context) -> Markup:
    """The worklist by deadline."""
    seats, monthly, unpriced = saved(every)
    rows: list[tuple[Shown, ...]] = []
    for one in every:
        deadline = one.deadline
        day = "unknown" if deadline.day is None else f"{deadline.day}{'' if deadline.sure else ' ?'}"
        is_late = bool(one.change) and deadline.is_late(context.today)
        when = fill('$day<small class="late">start now</small>', day=day) if is_late else day
        facts = [f"Subscription {clean(one.subscription_id).text}."] if one.subscription_id else []
        saving = one.monthly_change.times(-1) if one.monthly_change is not None else None
        rows.append(
            (
                when,
                small(one.sku.name, " ".join([*facts, *notes_of(one)])),
                _number(one.quantity),
                None if one.standing is not Standing.ACTIVE else _number(one.recommended),
                None if not one.change else "no price" if saving is None else amount(saving),
            )
        )
    total: tuple[Shown, ...] = ("", f"{count(seats, 'seat')} less", "", "", money(money_cell(monthly, seats, unpriced)))
    note = STILL_PAID
    if not all(one.deadline.sure for one in every):
        note += " A date with ? is Microsoft Graph's next lifecycle date, which promises no renewal."
    if not context.is_read(Source.SUBSCRIPTIONS):
        note += " The subscriptions could not be read: dates are those of the price list."
    columns = (
        Column("By", "d"),
        Column("Purchase"),
        Column("Now", "n"),
        Column("Keep", "n"),
        Column("Saves a month", "n"),
    )
    return section("Renewals", table(columns, rows, total), note=note, page=True)


def unknown(found: Gathered) -> Markup:
    said = unknown_sentences(found.head)
    said += [f"{name.capitalize()}: {one_line(str(error))}" for name, error in found.missing.items()]
    return section("What is unknown", bullets(said) if said else Markup("<p>Nothing that was looked for.</p>"))


_METHOD = (
    "Exposure is money paid today for seats that a finding of confidence certain or likely claims, each seat once, and "
    "for seats that nobody holds beyond the buffer for joiners. It is no promise of a saving: what becomes of it "
    "depends on renewals and on what people decide.",
    "Keep is what is taken, less the claimed seats, plus the buffer. Where a product has several purchases, the one "
    "that can fall first falls first. Seats of trials, and of purchases past their end, are not relied on.",
    "Unknown is never counted as zero: what has no price counts in seats alone, and currencies are never added up.",
)


def method(found: Gathered) -> Markup:
    said = [fill("<p>$one</p>", one=one) for one in _METHOD]
    facts = table((Column(""), Column("")), versions_of(found), name="facts")
    return section("How this was made", *said, facts)


def footer(found: Gathered) -> Markup:
    day = f"{found.head.as_of:%Y-%m-%d %H:%M}"
    return fill("Made by LicenseIQ from what was read at $day UTC. It holds totals, and no names of people.", day=day)
