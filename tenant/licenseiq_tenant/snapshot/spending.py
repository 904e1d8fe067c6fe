"""The paid seats of a stored evaluation in groups, from its holders, claims and generations."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.readings import Source
from licenseiq.spending.groups import Exposed, Holding, rows_by
from licenseiq.spending.managers import Organisation
from licenseiq.spending.skus import sku_spends
from licenseiq.spending.table import Role, SkuSpend, SpendBy, Spending, SpendRow
from licenseiq_tenant.snapshot import views

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class PaidSeats:
    """What every grouping of an evaluation starts from."""

    holdings: list[Holding]
    exposed: list[Exposed]
    skus: tuple[SkuSpend, ...]


def paid_seats(db: "Connection", ground: Context, generations: views.Generations, evaluation_id: str) -> PaidSeats:
    """Who holds what, what of it is exposure, and what it costs."""
    holdings = _holdings(db, ground, generations, evaluation_id)
    held = Counter(sku_id for one in holdings for sku_id in one.sku_ids)
    return PaidSeats(holdings, _exposed(db, ground.tenant_id, evaluation_id), sku_spends(ground, held))


def spending(
    db: "Connection",
    ground: Context,
    generations: views.Generations,
    seats: PaidSeats,
    by: SpendBy,
    under: str | None,
) -> Spending:
    """Every paid seat in one row; `under` is a user id. Managers are labelled with their principal names."""
    organisation = _organisation(db, ground, generations, under) if by is SpendBy.MANAGER else None
    rows = rows_by(by, seats.holdings, seats.exposed, seats.skus, organisation)
    if by is SpendBy.MANAGER:
        rows = _labelled(db, ground, generations, rows)
    return Spending(by, rows, seats.skus, len(seats.holdings) if ground.is_read(Source.USERS) else None)


def _holdings(db: "Connection", ground: Context, generations: views.Generations, evaluation_id: str) -> list[Holding]:
    key = (ground.tenant_id, evaluation_id)
    found = db.exec_driver_sql(
        "SELECT h.user_id, s.sku_ids, p.department, p.country, p.cost_center, p.usage_location FROM holder h "
        "JOIN (SELECT position, GROUP_CONCAT(sku_id, ' ') AS sku_ids FROM holder_seat "
        "WHERE tenant_id = ? AND evaluation_id = ? GROUP BY position) s ON s.position = h.position "
        "LEFT JOIN person p ON p.tenant_id = h.tenant_id AND p.generation_id = ? AND p.user_id = h.user_id "
        "WHERE h.tenant_id = ? AND h.evaluation_id = ?",
        (*key, generations.get(Source.USERS, -1), *key),
    ).all()
    return [Holding(user_id, _skus(sku_ids), *attributes) for user_id, sku_ids, *attributes in found]


@lru_cache(maxsize=4096)
def _skus(text: str) -> tuple[str, ...]:
    """Shared between people: they hold few different sets."""
    return tuple(sorted(text.split()))


def _exposed(db: "Connection", tenant_id: str, evaluation_id: str) -> list[Exposed]:
    found = db.exec_driver_sql(
        "SELECT user_id, sku_id, seats, currency, micros FROM claim "
        "WHERE tenant_id = ? AND evaluation_id = ? AND counts = 1 AND is_moneyless = 0 AND is_excepted = 0",
        (tenant_id, evaluation_id),
    ).all()
    return [
        Exposed(user_id, sku_id, int(seats), None if currency is None else Money(currency, int(micros)))
        for user_id, sku_id, seats, currency, micros in found
    ]


def _organisation(db: "Connection", ground: Context, generations: views.Generations, under: str | None) -> Organisation:
    found = db.exec_driver_sql(
        "SELECT p.user_id, m.manager_id FROM person p LEFT JOIN manager m ON m.tenant_id = p.tenant_id "
        "AND m.generation_id = ? AND m.user_id = p.user_id WHERE p.tenant_id = ? AND p.generation_id = ?",
        (generations.get(Source.MANAGERS, -1), ground.tenant_id, generations.get(Source.USERS, -1)),
    )
    return Organisation({row[0]: row[1] for row in found}, under)


def _labelled(
    db: "Connection", ground: Context, generations: views.Generations, rows: tuple[SpendRow, ...]
) -> tuple[SpendRow, ...]:
    ids = [row.key for row in rows if row.role is Role.GROUP and row.key is not None]
    names: dict[str, str | None] = {}
    for start in range(0, len(ids), views.MOST_AT_ONCE):
        some = ids[start : start + views.MOST_AT_ONCE]
        found = db.exec_driver_sql(
            "SELECT user_id, principal_name FROM person WHERE tenant_id = ? AND generation_id = ? "  # noqa: S608
            f"AND user_id IN ({', '.join('?' * len(some))})",
            (ground.tenant_id, generations.get(Source.USERS, -1), *some),
        )
        names |= {row[0]: row[1] for row in found}
    return tuple(replace(row, label=names.get(row.key or "")) for row in rows)
