"""Reading the snapshot back as domain values, at the generations of one moment.

Blocking; each function works within the caller's transaction, so that it sees one state.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from licenseiq.context import Context, TenantView
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.readings import Reading, Reason, Source
from licenseiq.skus import Catalogue
from licenseiq.times import parse_iso
from licenseiq.usage import AppUse, Drive, Mailbox, ProductUse, Signals, SignIn
from licenseiq_tenant.snapshot import rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

Generations = Mapping[Source, int]

# The columns of what was observed of somebody, by source: table, key, columns, and how a row becomes a value.
_USES: dict[Source, tuple[str, str, Callable[[rows.Row], Any]]] = {
    Source.ACTIVE_USERS: (
        "product_use",
        "exchange, onedrive, sharepoint, teams, other, licensed_since",
        rows.product_use_of,
    ),
    Source.APPS: ("app_use", "last_activity, desktop, web, mobile", rows.app_use_of),
    Source.MAILBOXES: ("mailbox", "kind, last_activity, used_bytes, quota_bytes, has_archive", rows.mailbox_of),
    Source.ONEDRIVE: ("drive", "last_activity, used_bytes, files", rows.drive_of),
    Source.SIGN_INS: ("sign_in", "interactive, non_interactive, successful", rows.sign_in_of),
}


def newest_generations(db: "Connection", tenant_id: str) -> dict[Source, int]:
    found = db.exec_driver_sql("SELECT source, generation_id FROM pointer WHERE tenant_id = ?", (tenant_id,))
    return {Source(source): generation for source, generation in found}


def readings(db: "Connection", tenant_id: str, generations: Generations) -> dict[Source, Reading]:
    """How each source came out in these generations; one without a generation has not been read yet."""
    found = {}
    for source, generation in generations.items():
        row = db.exec_driver_sql(
            "SELECT reason, as_of, item_count, unreadable FROM reading "
            "WHERE tenant_id = ? AND generation_id = ? AND source = ?",
            (tenant_id, generation, source.value),
        ).first()
        if row is not None:
            reason = None if row[0] is None else Reason(row[0])
            found[source] = Reading(source, reason, parse_iso(row[1]), int(row[2]), int(row[3]))
    return found


def context(
    db: "Connection", tenant_id: str, generations: Generations, now: datetime, catalogue: Catalogue, policy: Policy
) -> Context:
    return Context(
        tenant_id=tenant_id,
        now=now,
        catalogue=catalogue,
        policy=policy,
        readings=readings(db, tenant_id, generations),
        lines={
            line.sku_id: line
            for line in map(
                rows.seat_line_of, _all(db, "seat_line", rows.SEAT_LINE_COLUMNS, tenant_id, generations, Source.SKUS)
            )
        },
        subscriptions=tuple(
            map(
                rows.subscription_of,
                _all(db, "subscription", rows.SUBSCRIPTION_COLUMNS, tenant_id, generations, Source.SUBSCRIPTIONS),
            )
        ),
    )


def tenant_view(db: "Connection", ground: Context, generations: Generations) -> TenantView:
    """Everybody, in the order of their ids."""
    tenant = ground.tenant_id
    assigned: dict[str, list[Assignment]] = {}
    for row in _all(db, "assignment", rows.ASSIGNMENT_COLUMNS, tenant, generations, Source.USERS, "user_id, place"):
        assigned.setdefault(row[0], []).append(rows.assignment_of(row))
    roles = None
    if ground.is_read(Source.ROLES):
        roles = dict[str, list[str]]()
        for holder, name in _all(db, "role_holder", "principal_id, role_name", tenant, generations, Source.ROLES):
            roles.setdefault(holder, []).append(name)
    uses = {source: _uses(db, ground, generations, source) for source in _USES}
    products: dict[str, ProductUse] = uses[Source.ACTIVE_USERS]
    apps: dict[str, AppUse] = uses[Source.APPS]
    mailboxes: dict[str, Mailbox] = uses[Source.MAILBOXES]
    drives: dict[str, Drive] = uses[Source.ONEDRIVE]
    sign_ins: dict[str, SignIn] = uses[Source.SIGN_INS]
    people = []
    for row in _all(db, "person", rows.PERSON_COLUMNS, tenant, generations, Source.USERS, "user_id"):
        who, name = row[0], rows.fold(row[1]) or ""
        people.append(
            rows.person_of(
                row,
                assignments=tuple(assigned.get(who, ())),
                roles=None if roles is None else tuple(roles.get(who, ())),
                signals=Signals(
                    sign_ins.get(who), products.get(name), apps.get(name), mailboxes.get(name), drives.get(name)
                ),
            )
        )
    return TenantView(ground, tuple(people))


def people(
    db: "Connection", ground: Context, generations: Generations, column: str, value: str, most: int
) -> tuple[Person, ...]:
    """Up to `most` people whose `column` of the table is `value`, whole, in the order of their ids."""
    generation = generations.get(Source.USERS)
    found = db.exec_driver_sql(
        f"SELECT {rows.PERSON_COLUMNS} FROM person WHERE tenant_id = ? AND generation_id = ? "  # noqa: S608
        f"AND {column} = ? ORDER BY user_id LIMIT ?",
        (ground.tenant_id, generation, value, most),
    ).all()
    return tuple(_whole(db, ground, generations, tuple(row)) for row in found)


def _whole(db: "Connection", ground: Context, generations: Generations, row: rows.Row) -> Person:
    tenant, who, name = ground.tenant_id, row[0], rows.fold(row[1]) or ""
    assigned = db.exec_driver_sql(
        f"SELECT {rows.ASSIGNMENT_COLUMNS} FROM assignment "  # noqa: S608
        "WHERE tenant_id = ? AND generation_id = ? AND user_id = ? ORDER BY place",
        (tenant, generations.get(Source.USERS), who),
    )
    roles = None
    if ground.is_read(Source.ROLES):
        roles = db.exec_driver_sql(
            "SELECT role_name FROM role_holder WHERE tenant_id = ? AND generation_id = ? AND principal_id = ?",
            (tenant, generations[Source.ROLES], who),
        ).scalars()
    uses: dict[Source, Any] = {}
    for source, (table, columns, of) in _USES.items():
        key, value = ("user_id", who) if source is Source.SIGN_INS else ("principal_key", name)
        if ground.is_read(source):
            seen = db.exec_driver_sql(
                f"SELECT {columns} FROM {table} WHERE tenant_id = ? AND generation_id = ? AND {key} = ?",  # noqa: S608
                (tenant, generations[source], value),
            ).first()
            uses[source] = None if seen is None else of(tuple(seen))
    return rows.person_of(
        row,
        assignments=tuple(rows.assignment_of(tuple(one)) for one in assigned),
        roles=None if roles is None else tuple(roles),
        signals=Signals(
            uses.get(Source.SIGN_INS),
            uses.get(Source.ACTIVE_USERS),
            uses.get(Source.APPS),
            uses.get(Source.MAILBOXES),
            uses.get(Source.ONEDRIVE),
        ),
    )


def _uses(db: "Connection", ground: Context, generations: Generations, source: Source) -> dict[str, Any]:
    if not ground.is_read(source):
        return {}
    table, columns, of = _USES[source]
    key = "user_id" if source is Source.SIGN_INS else "principal_key"
    found = _all(db, table, f"{key}, {columns}", ground.tenant_id, generations, source)
    return {row[0]: of(row[1:]) for row in found}


def _all(
    db: "Connection",
    table: str,
    columns: str,
    tenant_id: str,
    generations: Generations,
    source: Source,
    order: str = "1",
) -> list[rows.Row]:
    """Every row of a table in the generation of `source`; none where there is none."""
    found = db.exec_driver_sql(
        f"SELECT {columns} FROM {table} WHERE tenant_id = ? AND generation_id = ? ORDER BY {order}",  # noqa: S608
        (tenant_id, generations.get(source, -1)),
    )
    return [tuple(row) for row in found.all()]
