"""Spend and forecast as JSON objects, with the names of the tools' structured results."""

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.spending.forecast import Ranges
from licenseiq.spending.outlook import Outlook
from licenseiq.spending.report import Line, SpendReport
from licenseiq.spending.table import Role, SpendBy
from licenseiq.text import clean, clean_or_none, one_line
from licenseiq.times import iso
from licenseiq.waste import known_money
from licenseiq_cli.report_json import JsonValue, money_json


def spend_json(report: SpendReport) -> dict[str, JsonValue]:
    """Every group, movement and saving; null is unknown."""
    compared, moved = report.compared, report.movements
    return {
        "by": report.by.value,
        "groups": [_group(line, report.by, report.context) for line in report.lines],
        "tenant": _sum(report.total),
        "sum": _sum(report.summed) if report.summed is not None else None,
        "compared_with": compared.found.isoformat() if compared is not None and compared.found is not None else None,
        "compared_note": compared.words() if compared is not None else None,
        "movements": None
        if moved is None
        else [
            {
                "sku": sku_json(report.context, one.sku_id),
                "change": money_json(one.change),
                "causes": [
                    {"cause": part.cause.value, "seats": part.seats, "change": money_json(part.change)}
                    for part in one.parts
                ],
                "more_holders": one.held,
                "taken_back_by_runs": one.reclaimed,
            }
            for one in moved
        ],
        "savings": None
        if report.savings is None
        else [
            {
                "state": one.state.value,
                "seats": one.seats,
                "monthly_saving": money_json(known_money(one.seats, one.monthly, one.unpriced)),
                "unpriced_seats": one.unpriced,
            }
            for one in report.savings
        ],
        "as_of": iso(report.head.as_of),
        "simulated": report.head.simulated,
        "evaluation_id": report.head.evaluation_id,
        "unknown": [one_line(words) for words in (*report.notes, *report.head.summary.unknown, *report.head.notes)],
    }


def outlook_json(found: Outlook) -> dict[str, JsonValue]:
    """Every period and assumption."""
    effect = found.effect
    return {
        "sku": sku_json(found.context, found.sku_id) if found.sku_id is not None else None,
        "monthly_spend": money_json(found.now if found.now or not found.unpriced else None),
        "unpriced_seats": found.unpriced,
        "periods": [row for name, ranges in found.periods for row in _ranges(name, ranges)],
        "totals": _ranges("total", found.total),
        "effect": None if effect is None else money_json(tuple(Money(name, micros) for name, micros in effect.items())),
        "assumptions": [one_line(words) for words in found.assumptions],
        "renewals": [
            {
                "date": one.day.isoformat(),
                "sku": sku_json(found.context, one.sku_id),
                "seats": one.seats,
                "imported": one.imported,
            }
            for one in found.renewals
        ],
        "as_of": iso(found.head.as_of),
        "simulated": found.head.simulated,
        "evaluation_id": found.head.evaluation_id,
        "unknown": [one_line(words) for words in (*found.head.summary.unknown, *found.head.notes)],
    }


def sku_json(context: Context, sku_id: str) -> dict[str, JsonValue]:
    sku = context.sku(sku_id)
    return {
        "sku_id": clean(sku.sku_id).text,
        "part_number": clean(sku.part_number).text,
        "name": clean(sku.name).text,
    }


def _group(line: Line, by: SpendBy, context: Context) -> dict[str, JsonValue]:
    row = line.row
    key = clean(row.key).text if row.key and row.role is Role.GROUP else None
    is_text = key is not None and by not in (SpendBy.SKU, SpendBy.MANAGER)
    return {
        "group": {Role.GROUP: by.value, Role.NONE: f"no_{by.value}"}.get(row.role, row.role.value),
        "name": (clean_or_none(row.label) or key) if is_text else None,
        "sku": sku_json(context, row.key) if by is SpendBy.SKU and row.key else None,
        "manager": {"id": key, "user_principal_name": clean_or_none(row.label)}
        if key and by is SpendBy.MANAGER
        else None,
        **_sum(line),
    }


def _sum(line: Line) -> dict[str, JsonValue]:
    row = line.row
    return {
        "people": row.people,
        "seats": row.seats,
        "monthly_spend": money_json(known_money(row.seats, row.spend, row.unpriced)),
        "unpriced_seats": row.unpriced,
        "exposure": money_json(known_money(row.exposed_seats, row.exposure, row.exposed_unpriced)),
        "before": money_json(line.before),
        "change": money_json(line.change),
    }


def _ranges(name: str, ranges: Ranges) -> list[JsonValue]:
    return [
        {
            "period": name,
            "currency": currency,
            "low": Money(currency, one.low).amount(),
            "expected": Money(currency, one.expected).amount(),
            "high": Money(currency, one.high).amount(),
        }
        for currency, one in sorted(ranges.items())
    ]
