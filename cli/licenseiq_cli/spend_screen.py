"""Spend and forecast for a person to read."""

from licenseiq.context import Context
from licenseiq.money import Money, Total
from licenseiq.spending.movements import Cause, Movement, Part
from licenseiq.spending.outlook import Outlook
from licenseiq.spending.report import Line, SpendReport
from licenseiq.spending.savings import Saving, SavingState
from licenseiq.spending.table import Role, SpendBy
from licenseiq.text import clean, one_line
from licenseiq.times import iso
from licenseiq.waste import known_money
from licenseiq.words import count
from licenseiq_cli.report_words import amount, money_cell, money_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title

_MOST = 40
_GROUPS = (
    Column("Group", flex=True),
    Column("Seats", right=True),
    Column("Spend", right=True),
    Column("Exposure", right=True),
)
_CHANGED = (
    Column("Group", flex=True),
    Column("Seats", right=True),
    Column("Spend", right=True),
    Column("Change", right=True),
)
_MOVES = (Column("SKU"), Column("Change", right=True), Column("Why", flex=True))
_RANGES = (
    Column("Period", flex=True),
    Column("Low", right=True),
    Column("Expected", right=True),
    Column("High", right=True),
)
_STATES = {
    SavingState.IDENTIFIED: "Identified: exposure today",
    SavingState.APPROVED: "Approved, not done yet",
    SavingState.RECLAIMED: "Reclaimed: the seat reads free",
    SavingState.REALISED: "Realised: reused, or no longer bought",
    SavingState.REVERSED: "Reversed: bought again without need",
}
_NAMES = {
    Role.OUTSIDE: "outside of it",
    Role.OTHER: "others",
    Role.UNASSIGNED: "unassigned: nobody holds them",
    Role.NOT_SPLIT: "not split: no one price per seat",
}
_CAUSES = {
    Cause.BOUGHT: "bought",
    Cause.GIVEN_UP: "given up",
    Cause.BEYOND: "taken beyond what was bought",
    Cause.NOT_SPLIT: "and prices, which cannot be told apart",
}


def spend_blocks(report: SpendReport) -> list[Block]:
    head, total, changed = report.head, report.total, report.total.change is not None
    facts = [
        ("Spend per month", money_words(_spend(total))),
        ("Paid seats", f"{total.row.seats:,}"),
        ("Exposure per month", money_words(head.summary.exposure)),
    ]
    if report.compared is not None:
        facts.append(("Compared", report.compared.words()))
    if total.change is not None:
        facts.append(("Change per month", money_words(total.change)))
    if report.summed is not None:
        facts.append(("Sum of the groups named", money_words(_spend(report.summed))))
    rows = [_group(line, report, changed=changed) for line in report.lines[:_MOST]]
    blocks: list[Block] = [
        Title("LicenseIQ spend", f"data as of {iso(head.as_of)}"),
        Table(FACTS, facts),
        Section(f"By {report.by.value.replace('_', ' ')}"),
        Table(_CHANGED if changed else _GROUPS, rows, _cells("Total", total, changed=changed)),
    ]
    if len(report.lines) > _MOST:
        blocks.append(Lines((f"And {count(len(report.lines) - _MOST, 'group')} more: --json shows all.",), dim=True))
    if report.movements:
        moves = [_movement(one, report.context) for one in report.movements]
        blocks += [Section("Largest movements"), Table(_MOVES, moves)]
    if report.savings is not None:
        blocks += [Section("Savings per month"), Table(FACTS, [_saving(one) for one in report.savings])]
    notes = [one_line(words) for words in (*report.notes, *head.summary.unknown, *head.notes)]
    return [*blocks, Lines(notes, dim=True)] if notes else blocks


def outlook_blocks(found: Outlook) -> list[Block]:
    of = f" of {clean(found.context.sku(found.sku_id).name).text}" if found.sku_id is not None else ""
    facts = [("Spend per month today", money_words(found.now))]
    if found.effect is not None:
        effect = tuple(Money(name, micros) for name, micros in found.effect.items() if micros)
        facts.append(("What is assumed adds", f"{money_words(effect)} in all"))
    rows = [
        (name, *(amount(Money(currency, micros)) for micros in (one.low, one.expected, one.high)))
        for name, ranges in (*found.periods, ("Total", found.total))
        for currency, one in sorted(ranges.items())
    ]
    blocks: list[Block] = [
        Title(f"LicenseIQ forecast{of}", f"data as of {iso(found.head.as_of)}"),
        Table(FACTS, facts),
        Section("Spend to come"),
        Table(_RANGES, rows),
        Section("What this rests on"),
        Lines([one_line(words) for words in found.assumptions], bullets=True),
    ]
    if found.renewals:
        dates = [
            (
                one.day.isoformat(),
                f"{clean(found.context.sku(one.sku_id).name).text}, {count(one.seats, 'seat')}"
                f"{'' if one.imported else ' (the next date of Microsoft, no promise of renewal)'}",
            )
            for one in found.renewals[:_MOST]
        ]
        blocks += [Section("Renewals"), Table(FACTS, dates)]
    return blocks


def _spend(line: Line) -> Total | None:
    return known_money(line.row.seats, line.row.spend, line.row.unpriced)


def _group(line: Line, report: SpendReport, *, changed: bool) -> tuple[str, ...]:
    row, by = line.row, report.by
    if row.role is Role.GROUP and by is SpendBy.SKU:
        name = clean(report.context.sku(row.key or "").name).text
    elif row.role is Role.GROUP:
        name = clean(row.label or row.key or "").text
    else:
        name = _NAMES.get(row.role) or f"no {by.value.replace('_', ' ')}"
    return _cells(name, line, changed=changed)


def _cells(name: str, line: Line, *, changed: bool) -> tuple[str, ...]:
    row = line.row
    last = money_cell(row.exposure, row.exposed_seats, row.exposed_unpriced)
    if changed:
        last = "unknown" if line.change is None else "\n".join(map(_signed, line.change)) or "-"
    return name, f"{row.seats:,}", money_cell(row.spend, row.seats, row.unpriced), last


def _movement(one: Movement, context: Context) -> tuple[str, str, str]:
    why = [*map(_part, one.parts)]
    if one.held:
        why.append(f"{count(abs(one.held), 'holder')} {'more' if one.held > 0 else 'fewer'}")
    if one.reclaimed:
        why.append(f"{count(one.reclaimed, 'seat')} taken back by approved runs")
    change = "\n".join(map(_signed, one.change)) or "no price"
    return clean(context.sku(one.sku_id).name).text, change, "; ".join(why)


def _part(part: Part) -> str:
    money = " and ".join(map(_signed, part.change)) or "no price"
    if part.seats is None:
        return f"prices changed ({money})"
    return f"{count(abs(part.seats), 'seat')} {_CAUSES.get(part.cause, '')} ({money})"


def _saving(one: Saving) -> tuple[str, str]:
    money = money_words(known_money(one.seats, one.monthly, one.unpriced))
    return _STATES[one.state], f"{count(one.seats, 'seat')}, {money}"


def _signed(money: Money) -> str:
    return f"+{amount(money)}" if money.micros > 0 else amount(money)
