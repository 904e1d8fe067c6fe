"""The first sections of the report: score, figures, exposure by finding, and what to do first."""

from collections.abc import Sequence

from licenseiq.evaluation import KindTotal, Summary
from licenseiq.money import Total
from licenseiq.words import count
from licenseiq_cli.html_report.markup import Column, Markup, Shown, bar, fill, joined, money, section, small, table
from licenseiq_cli.report_words import money_cell, money_words, name_of, tenths

_GOOD, _FAIR = 800, 600


def headline(summary: Summary) -> list[Shown]:
    """Score and figures, what they are made of, and what to do first."""
    found: list[Shown] = [_cards(summary), fill('<p class="note">$note</p>', note=summary.price_note)]
    if summary.components:
        rows = [
            (
                name_of(part.name),
                f"{tenths(part.points)} of {tenths(part.weight)}",
                bar(1000 * part.points // part.weight if part.weight else 0),
                part.explanation,
            )
            for part in summary.components
        ]
        columns = (Column("Part"), Column("Points", "n"), Column("", "meter"), Column("Why"))
        found.append(section("What makes up the score", table(columns, rows)))
    found += [_exposure(summary), _actions(summary)]
    if beside := _beside(summary):
        found.append(section("Beside the exposure", *beside))
    return found


def _cards(summary: Summary) -> Markup:
    score = "unknown" if summary.score is None else tenths(summary.score)
    tone = (
        ""
        if summary.score is None
        else "good"
        if summary.score >= _GOOD
        else "fair"
        if summary.score >= _FAIR
        else "poor"
    )
    under = "of 100, by what is known so far" if summary.provisional else "of 100"
    meter = bar(summary.score, tone) if summary.score is not None else Markup("")
    coverage = "unknown" if summary.coverage is None else f"{tenths(summary.coverage)} %"
    unpriced = f"and {count(summary.unpriced_seats, 'seat')} without a price" if summary.unpriced_seats else ""
    seats = "unknown" if summary.paid_seats is None else f"{summary.paid_seats:,}"
    first = fill(
        '<dl class="card score"><dt>License Health Score</dt><dd>$score<small>$under</small></dd>$meter</dl>',
        score=score,
        under=under if summary.score is not None else "",
        meter=meter,
    )
    cards = [
        first,
        _card("Exposure per month", money_words(summary.exposure), _share(summary)),
        _card("Spend per month", money_words(summary.monthly_spend), unpriced),
        _card("Paid seats", seats, "bought, or taken if that is more"),
        _card("Usage data", coverage, "of the people with a paid seat"),
    ]
    return fill('<div class="cards">$cards</div>', cards=joined(cards))


def _card(label: str, value: str, under: str) -> Markup:
    return fill('<dl class="card"><dt>$label</dt><dd>$value</dd></dl>', label=label, value=small(value, under))


def _share(summary: Summary) -> str:
    spend, exposed = summary.monthly_spend or (), summary.exposure or ()
    if len(spend) == len(exposed) == 1 and spend[0].currency == exposed[0].currency and spend[0].micros > 0:
        return f"{tenths(1000 * exposed[0].micros // spend[0].micros)} % of the spend"
    return ""


def _exposure(summary: Summary) -> Markup:
    note = "What is paid today, each month, for seats that findings claim. Each seat is counted once."
    parts: list[Shown] = []
    if summary.exposure is None and not summary.by_kind:
        parts.append(Markup("<p>Unknown: what is owned, or who holds it, could not be read.</p>"))
    elif not summary.by_kind:
        parts.append(Markup("<p>No paid seat is claimed by a finding.</p>"))
    else:
        parts.append(_kinds(summary.by_kind, summary.exposure))
    return section("Exposure by finding", *parts, note=note)


def _beside(summary: Summary) -> list[Shown]:
    """What no exposure counts: for a person to look at, left by a decision, and what has no money."""
    parts: list[Shown] = []
    for title, totals in (
        ("To review: a person has to look", summary.to_review),
        ("Left by a decision: not in the score either", summary.excepted),
    ):
        if totals:
            parts += [fill("<h3>$title</h3>", title=title), _kinds(totals, None, bars=False)]
    if summary.without_money:
        rows = [
            (name_of(t.kind), f"{t.findings:,}")
            for t in sorted(summary.without_money, key=lambda t: (-t.findings, t.kind))
        ]
        parts += [
            Markup("<h3>Without money: faults to mend and dates to keep</h3>"),
            table((Column("Finding"), Column("Number", "n")), rows, name="few"),
        ]
    return parts


def _kinds(totals: Sequence[KindTotal], exposure: Total | None, *, bars: bool = True) -> Markup:
    """By money, with bars where all of it is in one currency, else by seats."""
    currencies = {money.currency for total in totals for money in total.monthly}
    ordered = sorted(
        totals, key=lambda total: (-sum(money.micros for money in total.monthly), -total.seats, total.kind)
    )
    sizes = [_size(total, len(currencies) == 1) for total in ordered]
    most = max(sizes, default=0)
    columns = [Column("Finding"), Column("", "meter"), Column("Seats", "n"), Column("Per month", "n")]
    rows: list[list[Shown]] = []
    for total, size in zip(ordered, sizes, strict=True):
        meter = bar(1000 * size // most if most else 0)
        cell = money(money_cell(total.monthly, total.seats, total.unpriced_seats))
        rows.append([name_of(total.kind), meter, f"{total.seats:,}", cell])
    foot: list[Shown] = []
    if bars:
        seats, unpriced = sum(t.seats for t in totals), sum(t.unpriced_seats for t in totals)
        cell = Markup("no known price") if exposure is None else money(money_cell(exposure, seats, unpriced))
        foot = ["Exposure", "", f"{seats:,}", cell]
    if not bars:
        columns.pop(1)
        rows = [[row[0], *row[2:]] for row in rows]
    return table(columns, rows, foot, name="" if bars else "few")


def _size(total: KindTotal, one_currency: bool) -> int:
    return sum(money.micros for money in total.monthly) if one_currency else total.seats


def _actions(summary: Summary) -> Markup:
    if not summary.actions:
        return section("What to do first", Markup("<p>Nothing stands out to be done.</p>"))
    rows = []
    for action in summary.actions:
        is_open = action.kind == "missing_sources" or action.kind.startswith("review_") or summary.score is None
        rows.append(
            (
                action.text,
                "?" if is_open else f"+{tenths(action.score_gain)}",
                f"{action.seats:,}" if action.seats else None,
                money(money_cell(action.monthly, action.seats, action.unpriced_seats)),
            )
        )
    columns = (Column("Action"), Column("Score", "n"), Column("Seats", "n"), Column("Per month", "n"))
    return section("What to do first", table(columns, rows))
