"""The headline figures as a table: what the score is made of, money, what is unknown, and what it all rests on."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from licenseiq.evaluation import RULES_VERSION, KindTotal
from licenseiq.money import Total
from licenseiq.text import clean, one_line
from licenseiq.times import iso
from licenseiq.waste import known_money
from licenseiq.words import count
from licenseiq_cli.export_cells import Row, Sheet, amount_cell
from licenseiq_cli.export_data import Gathered
from licenseiq_cli.report import unknown_sentences
from licenseiq_cli.report_words import name_of

COLUMNS = ("section", "what", "value", "unit", "seats", "note")


def summary_sheet(found: Gathered) -> Sheet:
    return Sheet("summary", COLUMNS, tuple(_rows(found)))


def versions_of(found: Gathered) -> tuple[tuple[str, str], ...]:
    """What the figures rest on, as names and values without text of the tenant."""
    context, head = found.context, found.head
    return (
        ("Tenant", f"{clean(head.tenant_id).text}{' (simulated)' if head.simulated else ''}"),
        ("Data as of", iso(head.as_of)),
        ("Evaluation", head.evaluation_id),
        ("Rules", RULES_VERSION),
        ("Policy", context.policy.version),
        ("Catalogue", context.catalogue.version),
        ("Own prices", context.prices.version),
        ("Privacy", found.privacy.value),
    )


def _rows(found: Gathered) -> Iterator[Row]:
    summary = found.head.summary
    for what, value in versions_of(found):
        yield "about", what, None, None, None, value
    yield "about", "Prices", None, None, None, one_line(summary.price_note)
    note = "provisional, not all is read yet" if summary.provisional else None
    yield "score", "License Health Score", _tenths(summary.score), "of 100", None, note
    for part in summary.components:
        unit = f"of {_tenths(part.weight)}"
        yield "score", name_of(part.name), _tenths(part.points), unit, None, one_line(part.explanation)
    yield "figures", "Usage data", _tenths(summary.coverage), "% of the people with a paid seat", None, None
    yield "figures", "Paid seats", None, None, summary.paid_seats, None
    yield "figures", "Paid seats without a price", None, None, summary.unpriced_seats, None
    yield from _money("figures", "Spend per month", summary.monthly_spend)
    yield from _money("figures", "Exposure per month", summary.exposure)
    yield from _kinds("exposure", summary.by_kind)
    yield from _kinds("left by a decision", summary.excepted)
    yield from _kinds("to review", summary.to_review)
    for total in summary.without_money:
        yield "without money", name_of(total.kind), total.findings, "findings", None, None
    for said in unknown_sentences(found.head):
        yield "unknown", None, None, None, None, said
    for name, error in found.missing.items():
        yield "unknown", f"Table {name}", None, None, None, one_line(str(error))


def _kinds(section: str, totals: Sequence[KindTotal]) -> Iterator[Row]:
    for total in totals:
        note = f"{count(total.unpriced_seats, 'seat')} without a price" if total.unpriced_seats else None
        money = known_money(total.seats, total.monthly, total.unpriced_seats)
        yield from _money(section, name_of(total.kind), money, total.seats, note)


def _money(
    section: str, what: str, total: Total | None, seats: int | None = None, note: str | None = None
) -> Iterator[Row]:
    if not total:
        yield section, what, None if total is None else Decimal(0), None, seats, note
        return
    for place, money in enumerate(total):
        yield section, what, amount_cell(money), money.currency, seats if place == 0 else None, note


def _tenths(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-1)
