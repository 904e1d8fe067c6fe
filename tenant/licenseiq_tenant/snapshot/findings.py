"""The findings of a stored evaluation, as lists and groups of the seats that they claim.

Everything is answered from the claims, so that a list, its groups and the exposure count the same seats.
"""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from licenseiq.errors import BadRequest
from licenseiq.evaluation import KindTotal
from licenseiq.money import Money, Total, add_up
from licenseiq.waste import GroupBy, Waste, WasteGroup, WastePage, WasteQuery, by_worth
from licenseiq_tenant.snapshot.finding_rows import FINDING_COLUMNS, finding_of
from licenseiq_tenant.snapshot.rows import Row, fold

if TYPE_CHECKING:
    from sqlalchemy import Connection

# How a claim stands: only what is counted is exposure.
_STANDING = (
    "CASE WHEN is_excepted = 1 THEN 'excepted' WHEN counts = 0 THEN 'to_review' "
    "WHEN is_moneyless = 1 THEN 'without_money' ELSE 'counted' END"
)
_OF_FINDING = ", ".join(f"f.{column}" for column in FINDING_COLUMNS.split(", "))
# What a group has in common: its key, what is shown for it, and whether somebody holds the seats.
_KEYS = {
    GroupBy.KIND: ("kind", "kind"),
    GroupBy.SKU: ("NULLIF(sku_id, '')", "MIN(sku_id)"),
    GroupBy.DEPARTMENT: ("NULLIF(department_key, '')", "MIN(department)"),
}


@dataclass(frozen=True, slots=True)
class WasteMatches:
    """All that a question matches, whatever its page: the ids of the findings in their order, and what a page says of
    all of them (without rows)."""

    finding_ids: tuple[str, ...]
    whole: WastePage


def matches(db: "Connection", tenant_id: str, evaluation_id: str, query: WasteQuery) -> WasteMatches:
    """What `query` asks for; its page and limit are not looked at."""
    where, given = _conditions(tenant_id, evaluation_id, query)
    # The sum over currencies orders rows, no more: what is shown is added up by currency.
    ranked = db.exec_driver_sql(
        "SELECT finding_id, MAX(counts) AS counting, SUM(seats) AS many "  # noqa: S608
        f"FROM claim WHERE {where} GROUP BY finding_id "
        "ORDER BY MIN(is_excepted), counting DESC, COALESCE(SUM(micros), 0) DESC, many DESC, finding_id",
        given,
    )
    finding_ids = tuple(row[0] for row in ranked)
    totals = _totals(db, where, given)
    of = {standing: _kinds(totals, standing) for standing in ("counted", "to_review", "without_money", "excepted")}
    people = int(db.exec_driver_sql(f"SELECT COUNT(DISTINCT user_id) FROM claim WHERE {where}", given).scalar() or 0)  # noqa: S608
    return WasteMatches(finding_ids, WastePage(total=len(finding_ids), rows=(), people=people, **of))


def page(
    db: "Connection", tenant_id: str, evaluation_id: str, query: WasteQuery, found: WasteMatches | None = None
) -> WastePage:
    """One page of the findings that `query` asks for; `found` is what it matches, where that is known already."""
    known = found or matches(db, tenant_id, evaluation_id, query)
    where, given = _conditions(tenant_id, evaluation_id, query)
    shown = known.finding_ids[query.skip : query.skip + query.limit]
    return replace(known.whole, rows=_rows(db, where, given, shown))


def groups(
    db: "Connection", tenant_id: str, evaluation_id: str, query: WasteQuery, by: GroupBy
) -> tuple[WasteGroup, ...]:
    """Every group of the seats that `query` asks for, by money and seats, without what was excepted; its page and limit
    are not looked at."""
    where, given = _conditions(tenant_id, evaluation_id, query)
    where += " AND is_excepted = 0"
    key, label = _KEYS[by]
    # Only departments tell seats that nobody holds from those of people without one.
    held = "user_id IS NOT NULL" if by is GroupBy.DEPARTMENT else "1"
    found = db.exec_driver_sql(
        f"SELECT {key} AS name, {held} AS held, {label}, counts, currency, SUM(seats), SUM(micros) FROM claim "  # noqa: S608
        f"WHERE {where} GROUP BY name, held, counts, currency ORDER BY held, name",
        given,
    ).all()
    numbers = {
        (name, held): (int(people), int(many))
        for name, held, people, many in db.exec_driver_sql(
            f"SELECT {key}, {held}, COUNT(DISTINCT user_id), COUNT(DISTINCT finding_id) FROM claim "  # noqa: S608
            f"WHERE {where} GROUP BY 1, 2",
            given,
        )
    }
    groups = (
        replace(_group(tuple(map(tuple, same))), people=numbers[one][0], findings=numbers[one][1])
        for one, same in groupby(found, lambda r: (r[0], r[1]))
    )
    return tuple(sorted(groups, key=by_worth))


def held_seats(db: "Connection", tenant_id: str, evaluation_id: str) -> dict[str, int]:
    """How many people take a paid seat, by SKU."""
    found = db.exec_driver_sql(
        "SELECT sku_id, COUNT(*) FROM holder_seat WHERE tenant_id = ? AND evaluation_id = ? GROUP BY sku_id",
        (tenant_id, evaluation_id),
    )
    return {sku_id: int(seats) for sku_id, seats in found}


def _conditions(tenant_id: str, evaluation_id: str, query: WasteQuery) -> tuple[str, Row]:
    where, given = "claim.tenant_id = ? AND claim.evaluation_id = ?", [tenant_id, evaluation_id]
    for column, value in (
        ("kind", query.kind),
        ("sku_id", query.sku_id),
        ("department_key", fold(query.department)),
    ):
        if value is not None:
            where += f" AND claim.{column} = ?"
            given.append(value)
    return where, tuple(given)


def _totals(db: "Connection", where: str, given: Row) -> tuple[list[Row], dict[tuple[str, str], int]]:
    """(kind, standing, currency, seats, micros), and how many findings there are by kind and standing."""
    found = db.exec_driver_sql(
        f"SELECT kind, {_STANDING} AS standing, currency, SUM(seats), SUM(micros) FROM claim WHERE {where} "  # noqa: S608
        "GROUP BY kind, standing, currency ORDER BY kind",
        given,
    ).all()
    many = db.exec_driver_sql(
        f"SELECT kind, {_STANDING} AS standing, COUNT(DISTINCT finding_id) FROM claim WHERE {where} "  # noqa: S608
        "GROUP BY kind, standing",
        given,
    )
    return [tuple(row) for row in found], {(kind, standing): int(number) for kind, standing, number in many}


def _kinds(totals: tuple[list[Row], dict[tuple[str, str], int]], standing: str) -> tuple[KindTotal, ...]:
    rows, many = totals
    found = []
    for kind, same in groupby((row for row in rows if row[1] == standing), lambda row: row[0]):
        seats, monthly, unpriced = _sum([(row[2], row[3], row[4]) for row in same])
        found.append(KindTotal(kind, seats, monthly, unpriced, many[(kind, standing)]))
    return tuple(found)


def _group(same: tuple[Row, ...]) -> WasteGroup:
    seats, monthly, unpriced = _sum([row[4:] for row in same if row[3]])
    review = sum(int(row[5]) for row in same if not row[3])
    label = None if same[0][0] is None else str(min(row[2] for row in same))
    return WasteGroup(label, bool(same[0][1]), seats, monthly, unpriced, review)


def _sum(parts: list[Row]) -> tuple[int, Total, int]:
    """Seats, money and seats without a price of (currency, seats, micros)."""
    return (
        sum(int(seats) for _, seats, _ in parts),
        add_up(Money(currency, int(micros)) for currency, _, micros in parts if currency is not None),
        sum(int(seats) for currency, seats, _ in parts if currency is None),
    )


def _rows(db: "Connection", where: str, given: Row, shown: tuple[str, ...]) -> tuple[Waste, ...]:
    if not shown:
        return ()
    found = db.exec_driver_sql(
        "SELECT claim.finding_id, claim.sku_id, claim.seats, claim.currency, claim.micros, p.principal_name, "  # noqa: S608
        f"{_OF_FINDING} "
        "FROM claim JOIN finding f USING (tenant_id, evaluation_id, finding_id) "
        "LEFT JOIN evaluation_source s ON s.tenant_id = claim.tenant_id AND s.evaluation_id = claim.evaluation_id "
        "AND s.source = 'users' "
        "LEFT JOIN person p ON p.tenant_id = claim.tenant_id AND p.generation_id = s.generation_id "
        "AND p.user_id = claim.user_id "
        f"WHERE {where} AND claim.finding_id IN ({', '.join('?' * len(shown))}) ORDER BY claim.sku_id",
        (*given, *shown),
    )
    claims: dict[str, list[Row]] = {}
    for row in found:
        claims.setdefault(row[0], []).append(tuple(row))
    if len(claims) < len(shown):  # it was forgotten since its matches were read
        raise BadRequest("That evaluation is no longer kept.", "Ask again without a cursor.")
    return tuple(_waste(claims[finding_id]) for finding_id in shown)


def _waste(claims: list[Row]) -> Waste:
    """The finding of these rows; all of them repeat what it says."""
    claimed, monthly, unpriced = _sum([(row[3], row[2], row[4]) for row in claims])
    return Waste(
        finding=finding_of(claims[0][6:]),
        user_principal_name=claims[0][5],
        sku_ids=tuple(row[1] for row in claims if row[1]),
        seats=claimed,
        monthly=monthly,
        unpriced_seats=unpriced,
    )
