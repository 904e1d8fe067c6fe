"""Reading the snapshot back as domain values, at the generations of one moment.

Blocking; each function works within the caller's transaction, so that it sees one state.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from licenseiq.context import Context, TenantView
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.prices import PriceBook
from licenseiq.readings import Reading, Reason, Source
from licenseiq.skus import Catalogue
from licenseiq.times import parse_iso
from licenseiq.usage import Signals
from licenseiq_tenant.snapshot import rows
from licenseiq_tenant.snapshot.exclusions import exclusions
from licenseiq_tenant.snapshot.leavers import left_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

Generations = Mapping[Source, int]
_EMPLOYEE_ID = rows.PERSON_COLUMNS.split(", ").index("employee_id")
# Keys to which a look is narrowed; None: all.
Only = tuple[str, ...] | None
MOST_AT_ONCE = 500

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
    Source.EMAIL: ("email_use", "last_activity, meetings", rows.email_use_of),
    Source.ACTIVATIONS: ("activation", "last_activity, products", rows.activation_of),
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
    db: "Connection",
    tenant_id: str,
    generations: Generations,
    now: datetime,
    catalogue: Catalogue,
    policy: Policy,
    prices: PriceBook,
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
        prices=prices,
        country=next(
            (row[0] for row in _all(db, "organization", "country", tenant_id, generations, Source.ORGANIZATION)), None
        ),
    )


def tenant_view(db: "Connection", ground: Context, generations: Generations) -> TenantView:
    """Everybody, in the order of their ids."""
    found = _all(db, "person", rows.PERSON_COLUMNS, ground.tenant_id, generations, Source.USERS, "user_id")
    return TenantView(ground, _whole(db, ground, generations, found, None, None))


def people(
    db: "Connection", ground: Context, generations: Generations, where: str, values: Sequence[str | int], most: int
) -> tuple[Person, ...]:
    """Up to `most` (at most 500) people for whom `where` holds, whole, in the order of their ids. `where` is a
    condition of ours over the columns of the table, with a mark for each of `values`."""
    found = db.exec_driver_sql(
        f"SELECT {rows.PERSON_COLUMNS} FROM person WHERE tenant_id = ? AND generation_id = ? "  # noqa: S608
        f"AND {where} ORDER BY user_id LIMIT ?",
        (ground.tenant_id, generations.get(Source.USERS), *values, min(most, MOST_AT_ONCE)),
    ).all()
    ids = tuple(row[0] for row in found)
    names = tuple({rows.fold(row[1]) or "" for row in found})
    return _whole(db, ground, generations, [tuple(row) for row in found], ids, names) if found else ()


def blocked_or_left(
    db: "Connection", ground: Context, generations: Generations, known: Container[str] = ()
) -> Iterator[tuple[Person, ...]]:
    """Everybody whose sign-in is blocked or of whom HR says something, whole, some hundred at a time; without those
    whose ids are `known`."""
    columns = "user_id, principal_name, employee_id, account_enabled"
    told = bool(ground.hr.records)
    ids = [
        row[0]
        for row in _all(db, "person", columns, ground.tenant_id, generations, Source.USERS)
        if (row[3] == 0 or (told and ground.hr.of(*row[:3]) is not None)) and row[0] not in known
    ]
    for at in range(0, len(ids), MOST_AT_ONCE):
        some = ids[at : at + MOST_AT_ONCE]
        where = f"user_id IN ({', '.join('?' * len(some))})"
        yield people(db, ground, generations, where, some, MOST_AT_ONCE)


def _whole(
    db: "Connection", ground: Context, generations: Generations, found: list[rows.Row], ids: Only, names: Only
) -> tuple[Person, ...]:
    """The people of these rows with their licences, roles and signals, looked up for all of them together; `ids` and
    `names` narrow what is looked through, None does not."""
    assigned: dict[str, list[Assignment]] = {}
    columns, order = rows.ASSIGNMENT_COLUMNS, "user_id, place"
    only = ("user_id", ids)
    for row in _all(db, "assignment", columns, ground.tenant_id, generations, Source.USERS, order, only):
        assigned.setdefault(row[0], []).append(rows.assignment_of(row))
    roles = _roles(db, ground, generations, ids)
    managers = _managers(db, ground, generations, ids)
    left = left_of(db, ground, generations, ids)
    excluded = exclusions(db, ground, generations, ids)
    uses = {
        source: _uses(db, ground, generations, source, ids if source is Source.SIGN_INS else names) for source in _USES
    }
    people = []
    for row in found:
        who, name = row[0], rows.fold(row[1]) or ""
        people.append(
            rows.person_of(
                row,
                assignments=tuple(assigned.get(who, ())),
                roles=None if roles is None else tuple(roles.get(who, ())),
                in_excluded_group=excluded.of(who),
                manager_id=managers.get(who),
                left=left.get(who, ()),
                hr=ground.hr.of(who, row[1], row[_EMPLOYEE_ID]) if ground.hr.records else None,
                signals=_signals({source: seen.get(_key(source, who, name)) for source, seen in uses.items()}),
            )
        )
    return tuple(people)


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


def _roles(db: "Connection", ground: Context, generations: Generations, ids: Only) -> dict[str, list[str]] | None:
    """The roles by holder; None where it is not known who holds one. A role that somebody may activate is among them:
    whoever can become privileged is protected like who is."""
    if not ground.is_read(Source.ROLES):
        return None
    held: dict[str, list[str]] = {}
    for source, table in ((Source.ROLES, "role_holder"), (Source.ELIGIBLE_ROLES, "eligible_role")):
        if not ground.is_read(source):
            continue
        columns, only = "principal_id, role_name", ("principal_id", ids)
        for holder, name in _all(db, table, columns, ground.tenant_id, generations, source, "1", only):
            names = held.setdefault(holder, [])
            if name not in names:
                names.append(name)
    return held


def _managers(db: "Connection", ground: Context, generations: Generations, ids: Only) -> dict[str, str]:
    if not ground.is_read(Source.MANAGERS):
        return {}
    columns, only = "user_id, manager_id", ("user_id", ids)
    found = _all(db, "manager", columns, ground.tenant_id, generations, Source.MANAGERS, "1", only)
    return {row[0]: row[1] for row in found}


def _key_column(source: Source) -> str:
    return "user_id" if source is Source.SIGN_INS else "principal_key"


def _key(source: Source, user_id: str, principal_key: str) -> str:
    return user_id if source is Source.SIGN_INS else principal_key


def _uses(db: "Connection", ground: Context, generations: Generations, source: Source, keys: Only) -> dict[str, Any]:
    if not ground.is_read(source):
        return {}
    table, columns, of = _USES[source]
    key = _key_column(source)
    found = _all(db, table, f"{key}, {columns}", ground.tenant_id, generations, source, "1", (key, keys))
    return {row[0]: of(row[1:]) for row in found}


def _all(
    db: "Connection",
    table: str,
    columns: str,
    tenant_id: str,
    generations: Generations,
    source: Source,
    order: str = "1",
    only: tuple[str, Only] = ("", None),
) -> list[rows.Row]:
    """The rows of a table in the generation of `source`, those alone whose column is one of the values of `only`
    where there are values; none where there is no generation."""
    column, values = only
    narrowed = "" if values is None else f" AND {column} IN ({', '.join('?' * len(values))})"
    found = db.exec_driver_sql(
        f"SELECT {columns} FROM {table} WHERE tenant_id = ? AND generation_id = ?{narrowed} ORDER BY {order}",  # noqa: S608
        (tenant_id, generations.get(source, -1), *(values or ())),
    )
    return [tuple(row) for row in found.all()]
