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
from licenseiq.usage import Signals
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
    Source.TEAMS: ("teams_use", "last_activity", rows.last_use_of),
    Source.SHAREPOINT: ("sharepoint_use", "last_activity", rows.last_use_of),
    Source.EMAIL: ("email_use", "last_activity", rows.last_use_of),
    Source.ACTIVATIONS: ("activation", "last_activity", rows.last_use_of),
    Source.COPILOT: ("copilot_use", "last_activity", rows.last_use_of),
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
            "SELECT reason, as_of, item_count, unreadable, unchecked FROM reading "
            "WHERE tenant_id = ? AND generation_id = ? AND source = ?",
            (tenant_id, generation, source.value),
        ).first()
        if row is not None:
            reason = None if row[0] is None else Reason(row[0])
            found[source] = Reading(source, reason, parse_iso(row[1]), int(row[2]), int(row[3]), bool(row[4]))
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
    roles = _roles(db, ground, generations)
    uses = {source: _uses(db, ground, generations, source) for source in _USES}
    people = []
    for row in _all(db, "person", rows.PERSON_COLUMNS, tenant, generations, Source.USERS, "user_id"):
        who, name = row[0], rows.fold(row[1]) or ""
        people.append(
            rows.person_of(
                row,
                assignments=tuple(assigned.get(who, ())),
                roles=None if roles is None else tuple(roles.get(who, ())),
                signals=_signals({source: seen.get(_key(source, who, name)) for source, seen in uses.items()}),
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
    roles = _roles(db, ground, generations, who)
    uses: dict[Source, Any] = {}
    for source, (table, columns, of) in _USES.items():
        if ground.is_read(source):
            seen = db.exec_driver_sql(
                f"SELECT {columns} FROM {table} "  # noqa: S608
                f"WHERE tenant_id = ? AND generation_id = ? AND {_key_column(source)} = ?",
                (tenant, generations[source], _key(source, who, name)),
            ).first()
            uses[source] = None if seen is None else of(tuple(seen))
    return rows.person_of(
        row,
        assignments=tuple(rows.assignment_of(tuple(one)) for one in assigned),
        roles=None if roles is None else tuple(roles.get(who, ())),
        signals=_signals(uses),
    )


def _signals(uses: Mapping[Source, Any]) -> Signals:
    return Signals(
        sign_in=uses.get(Source.SIGN_INS),
        products=uses.get(Source.ACTIVE_USERS),
        apps=uses.get(Source.APPS),
        mailbox=uses.get(Source.MAILBOXES),
        drive=uses.get(Source.ONEDRIVE),
        teams=uses.get(Source.TEAMS),
        sharepoint=uses.get(Source.SHAREPOINT),
        email=uses.get(Source.EMAIL),
        activation=uses.get(Source.ACTIVATIONS),
        copilot=uses.get(Source.COPILOT),
    )


def _roles(
    db: "Connection", ground: Context, generations: Generations, who: str | None = None
) -> dict[str, list[str]] | None:
    """The roles of everybody, or of one; None where it is not known who holds one. A role that somebody may activate
    is among them: whoever can become privileged is protected like who is."""
    if not ground.is_read(Source.ROLES):
        return None
    held: dict[str, list[str]] = {}
    for source, table in ((Source.ROLES, "role_holder"), (Source.ELIGIBLE_ROLES, "eligible_role")):
        if not ground.is_read(source):
            continue
        found = db.exec_driver_sql(
            f"SELECT principal_id, role_name FROM {table} WHERE tenant_id = ? AND generation_id = ?"  # noqa: S608
            + ("" if who is None else " AND principal_id = ?"),
            (ground.tenant_id, generations[source], *(() if who is None else (who,))),
        )
        for holder, name in found:
            names = held.setdefault(holder, [])
            if name not in names:
                names.append(name)
    return held


def _key_column(source: Source) -> str:
    return "user_id" if source is Source.SIGN_INS else "principal_key"


def _key(source: Source, user_id: str, principal_key: str) -> str:
    return user_id if source is Source.SIGN_INS else principal_key


def _uses(db: "Connection", ground: Context, generations: Generations, source: Source) -> dict[str, Any]:
    if not ground.is_read(source):
        return {}
    table, columns, of = _USES[source]
    found = _all(db, table, f"{_key_column(source)}, {columns}", ground.tenant_id, generations, source)
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
