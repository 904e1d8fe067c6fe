"""Evaluations: stored whole with the generations they rest on, so that a cursor can go on in the same one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from licenseiq.context import Context
from licenseiq.evaluation import Evaluation, Holder, Summary
from licenseiq.findings import Confidence
from licenseiq.holders import monthly_cost
from licenseiq.money import Money, Total, add_up
from licenseiq.ports import HolderGroup, HolderPage, HolderQuery
from licenseiq.readings import Source
from licenseiq.times import iso, parse_iso
from licenseiq.waste import GroupBy
from licenseiq_tenant.database import Database
from licenseiq_tenant.snapshot.finding_rows import claim_row, finding_row
from licenseiq_tenant.snapshot.lease import Lease
from licenseiq_tenant.snapshot.rows import Row, fold

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Editions:
    """The versions of what an evaluation was made with, beside what was read."""

    rules: str
    policy: str
    catalogue: str
    prices: str
    exceptions: str
    hr: str


def save(lease: Lease, evaluation: Evaluation, generations: Mapping[Source, int]) -> str:
    """Stores an evaluation in one transaction, and makes it the newest. Returns its id."""
    with lease.database.write() as db:
        lease.check(db)
        return _store(db, evaluation, generations)


def save_instead(database: Database, evaluation: Evaluation, generations: Mapping[Source, int], last: str) -> bool:
    """Stores an evaluation and makes it the newest, if `last` still is that; says whether it did."""
    with database.write() as db:
        if newest(db, evaluation.tenant_id) != last:
            return False
        _store(db, evaluation, generations)
    return True


def _store(db: "Connection", evaluation: Evaluation, generations: Mapping[Source, int]) -> str:
    tenant, name = evaluation.tenant_id, f"ev-{secrets.token_hex(6)}"
    ranked = sorted(evaluation.holders, key=lambda h: (h.days_inactive is None, -(h.days_inactive or 0), h.user_id))
    whose = {f.finding_id: f.user_id for f in evaluation.findings}
    departments = {h.user_id: h.department for h in evaluation.holders} | dict(evaluation.departments)
    db.exec_driver_sql(
        "INSERT INTO evaluation (tenant_id, evaluation_id, number, as_of, rules_version, policy_version, "
        "catalogue_version, prices_version, exceptions_version, hr_version, summary) "
        "SELECT ?, ?, COALESCE(MAX(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? "
        "FROM evaluation WHERE tenant_id = ?",
        (
            tenant,
            name,
            iso(evaluation.as_of),
            evaluation.rules_version,
            evaluation.policy_version,
            evaluation.catalogue_version,
            evaluation.prices_version,
            evaluation.exceptions_version,
            evaluation.hr_version,
            msgspec.json.encode(evaluation.summary),
            tenant,
        ),
    )
    _insert(db, "evaluation_source", [(tenant, name, source.value, g) for source, g in generations.items()])
    _insert(db, "holder", [_holder_row(tenant, name, place, holder) for place, holder in enumerate(ranked, 1)])
    _insert(
        db,
        "holder_seat",
        [(tenant, name, place, sku_id) for place, holder in enumerate(ranked, 1) for sku_id in holder.sku_ids],
    )
    _insert(
        db,
        "finding",
        [finding_row(tenant, name, found) for found in evaluation.findings],
    )
    _insert(
        db,
        "claim",
        [
            claim_row(tenant, name, c, user := whose[c.finding_id], departments.get(user or ""))
            for c in evaluation.claims
        ],
    )
    return name


def newest(db: "Connection", tenant_id: str) -> str | None:
    found = db.exec_driver_sql(
        "SELECT evaluation_id FROM evaluation WHERE tenant_id = ? ORDER BY number DESC LIMIT 1", (tenant_id,)
    ).scalar()
    return None if found is None else str(found)


def editions_of(db: "Connection", tenant_id: str, evaluation_id: str) -> Editions | None:
    row = db.exec_driver_sql(
        "SELECT rules_version, policy_version, catalogue_version, prices_version, exceptions_version, hr_version "
        "FROM evaluation WHERE tenant_id = ? AND evaluation_id = ?",
        (tenant_id, evaluation_id),
    ).first()
    return None if row is None else Editions(*row)


def headline(db: "Connection", tenant_id: str, evaluation_id: str) -> tuple[datetime, Summary] | None:
    row = db.exec_driver_sql(
        "SELECT as_of, summary FROM evaluation WHERE tenant_id = ? AND evaluation_id = ?", (tenant_id, evaluation_id)
    ).first()
    return None if row is None else (parse_iso(row[0]), msgspec.json.decode(row[1], type=Summary))


def generations_of(db: "Connection", tenant_id: str, evaluation_id: str) -> dict[Source, int]:
    found = db.exec_driver_sql(
        "SELECT source, generation_id FROM evaluation_source WHERE tenant_id = ? AND evaluation_id = ?",
        (tenant_id, evaluation_id),
    )
    return {Source(source): int(generation) for source, generation in found}


@dataclass(frozen=True, slots=True)
class HolderTotals:
    """What holds for all pages of a query: how many match, how many could not be judged, and the SKUs' seats held."""

    matched: int
    unjudged: int
    seats: tuple[tuple[str, int], ...]


def holder_totals(db: "Connection", tenant_id: str, evaluation_id: str, query: HolderQuery) -> HolderTotals:
    """The totals of `query`, whatever its page."""
    where, given = _conditions(tenant_id, evaluation_id, query)
    meant, days = _meant(query)
    matched, unjudged = db.exec_driver_sql(
        f"SELECT COUNT(CASE WHEN {meant} THEN 1 END), COUNT(CASE WHEN h.is_person = 1 AND h.days_inactive IS NULL "  # noqa: S608
        f"THEN 1 END) FROM holder h WHERE {where}",
        (*days, *given),
    ).one()
    # CROSS JOIN tells SQLite to go from holders to their seats: three times as fast as what it would choose.
    seats = db.exec_driver_sql(
        "SELECT s.sku_id, COUNT(*) FROM holder h CROSS JOIN holder_seat s "  # noqa: S608
        "WHERE s.tenant_id = h.tenant_id AND s.evaluation_id = h.evaluation_id AND s.position = h.position "
        f"AND {where} AND {meant} GROUP BY s.sku_id",
        (*given, *days),
    ).all()
    return HolderTotals(int(matched), int(unjudged), tuple((sku_id, int(count)) for sku_id, count in seats))


def holders(
    db: "Connection", context: Context, evaluation_id: str, query: HolderQuery, after: int, totals: HolderTotals
) -> HolderPage:
    """One page of the people that `query` asks for, from behind position `after`."""
    where, given = _conditions(context.tenant_id, evaluation_id, query)
    meant, days = _meant(query)
    found = db.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM holder h WHERE {where} AND {meant} "  # noqa: S608
        "AND h.position > ? ORDER BY h.position LIMIT ?",
        (*given, *days, after, query.limit + 1),
    ).all()
    page = [_holder(db, context, evaluation_id, tuple(row)) for row in found[: query.limit]]
    prices = [(context.price(sku_id), count) for sku_id, count in totals.seats]
    return HolderPage(
        total=totals.matched,
        rows=tuple(page),
        next_after=str(found[query.limit - 1][0]) if len(found) > query.limit else None,
        matched_monthly=_money(prices),
        matched_unpriced_seats=sum(count for price, count in prices if price is None),
        unjudged=totals.unjudged,
    )


def holder_groups(
    db: "Connection", context: Context, evaluation_id: str, query: HolderQuery, by: GroupBy
) -> tuple[HolderGroup, ...]:
    """The same people by department or SKU, the largest group first."""
    where, given = _conditions(context.tenant_id, evaluation_id, query)
    meant, days = _meant(query)
    key, label = (
        ("s.sku_id", "s.sku_id") if by is GroupBy.SKU else ("NULLIF(h.department_key, '')", "MIN(h.department)")
    )
    found = db.exec_driver_sql(
        f"SELECT {key} AS name, {label}, s.sku_id, COUNT(*), COUNT(DISTINCT h.position) "  # noqa: S608
        "FROM holder h CROSS JOIN holder_seat s "
        "WHERE s.tenant_id = h.tenant_id AND s.evaluation_id = h.evaluation_id AND s.position = h.position "
        f"AND {where} AND {meant} GROUP BY name, s.sku_id ORDER BY name",
        (*given, *days),
    ).all()
    people: dict[str | None, int] = {}
    if by is GroupBy.DEPARTMENT:
        counted = db.exec_driver_sql(
            f"SELECT {key}, COUNT(*) FROM holder h "  # noqa: S608
            f"WHERE {where} AND {meant} GROUP BY 1",
            (*given, *days),
        )
        people = {name: int(number) for name, number in counted}
    groups = []
    for name, same in groupby(found, key=lambda row: row[0]):
        rows = list(same)
        prices = [(context.price(row[2]), int(row[3])) for row in rows]
        groups.append(
            HolderGroup(
                key=None if name is None else str(min(row[1] for row in rows)),
                people=int(people[name]) if people else int(rows[0][4]),
                monthly=_money(prices),
                unpriced_seats=sum(count for price, count in prices if price is None),
            )
        )
    return tuple(sorted(groups, key=lambda group: (-group.people, group.key is None, group.key or "")))


def _money(prices: list[tuple[Money | None, int]]) -> Total:
    return add_up(price.times(count) for price, count in prices if price is not None)


def _conditions(tenant_id: str, evaluation_id: str, query: HolderQuery) -> tuple[str, Row]:
    where, given = "h.tenant_id = ? AND h.evaluation_id = ?", [tenant_id, evaluation_id]
    if query.department is not None:
        where += " AND h.department_key = ?"
        given.append(fold(query.department) or "")
    if not query.include_disabled:
        where += " AND (h.account_enabled IS NULL OR h.account_enabled = 1)"
    if query.sku_id is not None:
        where += (
            " AND EXISTS (SELECT 1 FROM holder_seat x WHERE x.tenant_id = h.tenant_id "
            "AND x.evaluation_id = h.evaluation_id AND x.position = h.position AND x.sku_id = ?)"
        )
        given.append(query.sku_id)
    return where, tuple(given)


def _meant(query: HolderQuery) -> tuple[str, Row]:
    """Which of the holders are meant by a query, beside its conditions."""
    return ("1 = 1", ()) if query.everybody else ("h.is_person = 1 AND h.days_inactive >= ?", (query.inactive_days,))


_COLUMNS = (
    "h.position, h.user_id, h.principal_name, h.display_name, h.department, h.account_enabled, h.is_person, "
    "h.last_activity, h.days_inactive, h.never_active, h.confidence, h.reason"
)


def _holder_row(tenant_id: str, evaluation_id: str, place: int, holder: Holder) -> Row:
    return (
        tenant_id,
        evaluation_id,
        place,
        holder.user_id,
        holder.user_principal_name,
        holder.display_name,
        holder.department,
        fold(holder.department),
        holder.account_enabled,
        holder.is_person,
        None if holder.last_activity is None else holder.last_activity.isoformat(),
        holder.days_inactive,
        holder.never_active,
        holder.confidence.value,
        holder.reason,
    )


def _holder(db: "Connection", context: Context, evaluation_id: str, row: Row) -> Holder:
    skus = tuple(
        db.exec_driver_sql(
            "SELECT sku_id FROM holder_seat WHERE tenant_id = ? AND evaluation_id = ? AND position = ? ORDER BY sku_id",
            (context.tenant_id, evaluation_id, row[0]),
        ).scalars()
    )
    return Holder(
        user_id=row[1],
        user_principal_name=row[2],
        display_name=row[3],
        department=row[4],
        account_enabled=None if row[5] is None else bool(row[5]),
        is_person=bool(row[6]),
        last_activity=None if row[7] is None else date.fromisoformat(row[7]),
        days_inactive=row[8],
        never_active=bool(row[9]),
        confidence=Confidence(row[10]),
        reason=row[11],
        sku_ids=skus,
        monthly=monthly_cost(skus, context),
    )


def _insert(db: "Connection", table: str, found: list[Row]) -> None:
    if found:
        marks = ", ".join("?" * len(found[0]))
        db.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", found)  # noqa: S608 - our own table
