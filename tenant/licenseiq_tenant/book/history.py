"""What each day of one tenant was like: the summary that its last evaluation left."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from licenseiq.evaluation import KindTotal
from licenseiq.money import Money, Total
from licenseiq.spending.days import KEPT_DAYS, Day
from licenseiq.spending.savings import SeenSeats
from licenseiq.spending.table import Role, SkuSpend, SpendBy, SpendRow
from licenseiq.times import iso, parse_iso
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = tuple[Any, ...]
_TABLES = ("history_day", "history_sku", "history_group", "history_kind")


class HistoryBook:
    """Blocking: call it off the event loop."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant = tenant_id

    def keep(self, day: Day, user_ids: Collection[str]) -> None:
        """Keeps a day in place of what it left before, and forgets what is too old and managers who are not among
        `user_ids`, the people of the tenant."""
        text = day.day.isoformat()
        key = (self._tenant, text)
        oldest = (day.day - timedelta(days=KEPT_DAYS)).isoformat()
        groupings = " ".join(sorted(day.groups))
        with self._database.write() as db:
            for table in _TABLES:
                db.exec_driver_sql(
                    f"DELETE FROM {table} WHERE tenant_id = ? AND (day = ? OR day < ?)",  # noqa: S608 - our own table
                    (*key, oldest),
                )
            _insert(db, "history_day", [(*key, iso(day.as_of), iso(day.seats_as_of), groupings)])
            _insert(db, "history_sku", [(*key, *_sku_row(one)) for one in day.skus])
            _insert(
                db,
                "history_group",
                [(*key, by.value, *_group_row(row)) for by, rows in day.groups.items() for row in rows],
            )
            _insert(
                db,
                "history_kind",
                [
                    (*key, one.kind, one.seats, _text(one.monthly), one.unpriced_seats, one.findings)
                    for one in day.kinds
                ],
            )
            self._forget_managers(db, frozenset(user_ids))

    def days(self) -> tuple[date, ...]:
        """The days that are kept, oldest first."""
        with self._database.read() as db:
            found = db.exec_driver_sql("SELECT day FROM history_day WHERE tenant_id = ? ORDER BY day", (self._tenant,))
            return tuple(date.fromisoformat(text) for text in found.scalars())

    def day(self, day: date) -> Day | None:
        """A day as it was kept, but for managers who are gone; None where none is."""
        key = (self._tenant, day.isoformat())
        with self._database.read() as db:
            head = db.exec_driver_sql(
                "SELECT as_of, seats_as_of, groupings FROM history_day WHERE tenant_id = ? AND day = ?", key
            ).first()
            if head is None:
                return None
            skus = db.exec_driver_sql(
                "SELECT sku_id, enabled, consumed, held, paid, price, spend, unpriced FROM history_sku "
                "WHERE tenant_id = ? AND day = ? ORDER BY sku_id",
                key,
            ).all()
            groups = db.exec_driver_sql(
                "SELECT grouping, role, key, label, people, seats, spend, unpriced, exposure, exposed_seats, "
                "exposed_unpriced FROM history_group WHERE tenant_id = ? AND day = ?",
                key,
            ).all()
            kinds = db.exec_driver_sql(
                "SELECT kind, seats, monthly, unpriced, findings FROM history_kind "
                "WHERE tenant_id = ? AND day = ? ORDER BY kind",
                key,
            ).all()
        found: dict[SpendBy, list[SpendRow]] = {SpendBy(name): [] for name in head[2].split()}
        for row in groups:
            found[SpendBy(row[0])].append(_group(tuple(row[1:])))
        return Day(
            as_of=parse_iso(head[0]),
            seats_as_of=parse_iso(head[1]),
            skus=tuple(_sku(tuple(row)) for row in skus),
            groups={by: tuple(rows) for by, rows in found.items()},
            kinds=tuple(KindTotal(row[0], row[1], _total(row[2]), row[3], row[4]) for row in kinds),
        )

    def seats(self, since: datetime) -> dict[str, tuple[SeenSeats, ...]]:
        """By SKU what was bought and taken, from the last day that was read before `since` on, where both are known."""
        found: dict[str, list[SeenSeats]] = {}
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT s.sku_id, d.seats_as_of, s.enabled, s.consumed FROM history_day d "
                "JOIN history_sku s ON s.tenant_id = d.tenant_id AND s.day = d.day "
                "WHERE d.tenant_id = ? AND s.enabled IS NOT NULL AND s.consumed IS NOT NULL AND d.day >= COALESCE("
                "(SELECT MAX(day) FROM history_day WHERE tenant_id = ? AND seats_as_of < ?), '') ORDER BY d.day",
                (self._tenant, self._tenant, iso(since)),
            )
            for sku_id, as_of, bought, taken in rows:
                found.setdefault(sku_id, []).append(SeenSeats(parse_iso(as_of), int(bought), int(taken)))
        return {sku_id: tuple(seen) for sku_id, seen in found.items()}

    def _forget_managers(self, db: "Connection", user_ids: frozenset[str]) -> None:
        by = (self._tenant, SpendBy.MANAGER.value, Role.GROUP.value)
        known = db.exec_driver_sql(
            "SELECT DISTINCT key FROM history_group WHERE tenant_id = ? AND grouping = ? AND role = ?", by
        ).scalars()
        for gone in set(known.all()) - user_ids:
            db.exec_driver_sql(
                "DELETE FROM history_group WHERE tenant_id = ? AND grouping = ? AND role = ? AND key = ?", (*by, gone)
            )


def _sku_row(one: SkuSpend) -> Row:
    price = _text(() if one.price is None else (one.price,))
    return (one.sku_id, one.enabled, one.consumed, one.held, one.paid, price, _text(one.spend), one.unpriced)


def _sku(row: Row) -> SkuSpend:
    sku_id, enabled, consumed, held, paid, price, spend, unpriced = row
    each = _total(price)
    return SkuSpend(sku_id, enabled, consumed, held, paid, each[0] if each else None, _total(spend), unpriced)


def _group_row(row: SpendRow) -> Row:
    money = (_text(row.spend), row.unpriced, _text(row.exposure))
    key, what = row.key or "", row.role.value
    return (what, key, row.label, row.people, row.seats, *money, row.exposed_seats, row.exposed_unpriced)


def _group(row: Row) -> SpendRow:
    role, key, label, people, seats, spend, unpriced, exposure, *exposed = row
    money = (_total(spend), unpriced, _total(exposure))
    return SpendRow(Role(role), key or None, label, people, seats, *money, *exposed)


def _text(total: Total) -> str:
    return " ".join(f"{money.currency}:{money.micros}" for money in total)


def _total(text: str) -> Total:
    parts = (one.partition(":") for one in text.split())
    return tuple(Money(currency, int(micros)) for currency, _, micros in parts)


def _insert(db: "Connection", table: str, found: list[Row]) -> None:
    if found:
        marks = ", ".join("?" * len(found[0]))
        db.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", found)  # noqa: S608 - our own table
