"""Finding people by what somebody calls them. Exact, without case; what is not unique is asked back."""

from typing import TYPE_CHECKING

from licenseiq.context import Context
from licenseiq.errors import Ambiguous, BadRequest, NotFound
from licenseiq.licensing_groups import GroupTrait, LicenceGroup
from licenseiq.people import Person
from licenseiq.prediction.traits import Traits
from licenseiq.readings import Source
from licenseiq_tenant.snapshot import views
from licenseiq_tenant.snapshot.rows import fold

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_CANDIDATES = 10
# A group for a prediction needs no more people: of 100, what 69 have in common is proven for 60 % of all (votes.py).
MOST_SIMILAR = 100


def person(db: "Connection", ground: Context, generations: views.Generations, who: str) -> Person:
    """By id, principal name, or an unambiguous display name. Raises NotFound or Ambiguous."""
    for column, value in (("user_id", who.strip()), ("principal_key", fold(who)), ("name_key", fold(who))):
        found = views.people(db, ground, generations, f"{column} = ?", [value or ""], MOST_CANDIDATES + 1)
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(
                "Several people go by that name.",
                "Name one of the candidates by principal name or id.",
                [one.user_principal_name or one.user_id for one in found],
                [one.user_id for one in found],
            )
    raise NotFound(
        "Nobody in this tenant has that principal name, id or display name.",
        "Check the spelling, or call list_inactive_users to see names.",
    )


def user_ids(db: "Connection", ground: Context, generations: views.Generations) -> tuple[str, ...]:
    """Everybody's id; empty where the users could not be read."""
    if not ground.is_read(Source.USERS):
        return ()
    found = db.exec_driver_sql(
        "SELECT user_id FROM person WHERE tenant_id = ? AND generation_id = ?",
        (ground.tenant_id, generations[Source.USERS]),
    )
    return tuple(found.scalars().all())


def principal_names(
    db: "Connection", ground: Context, generations: views.Generations, begun: str, most: int
) -> tuple[str, ...]:
    """Principal names that begin so, or whose owner's display name does, in order; none where users were not read."""
    if not ground.is_read(Source.USERS):
        return ()
    start = fold(begun) or ""
    found = db.exec_driver_sql(
        "SELECT principal_name FROM person WHERE tenant_id = ? AND generation_id = ? "
        "AND principal_name IS NOT NULL AND (substr(principal_key, 1, ?) = ? OR substr(name_key, 1, ?) = ?) "
        "ORDER BY principal_key LIMIT ?",
        (ground.tenant_id, generations[Source.USERS], len(start), start, len(start), start, most),
    )
    return tuple(found.scalars().all())


def similar(db: "Connection", ground: Context, generations: views.Generations, traits: Traits) -> tuple[Person, ...]:
    """People who have all of these traits; of very many, those whose ids come first, which are as good as any.
    Location is the office or the usage location. Nobody where it is about managers, and these could not be read."""
    conditions, values = ["1 = 1"], list[str | int]()
    for column, text in (
        ("department_key", traits.department),
        ("title_key", traits.job_title),
        ("type_key", traits.employee_type),
    ):
        if text is not None:
            conditions.append(f"{column} = ?")
            values.append(fold(text) or "")
    if traits.location is not None:
        conditions.append("(office_key = ? OR usage_location = ?)")
        values += [fold(traits.location) or "", traits.location.strip().upper()]
    if traits.manager_id is not None:
        conditions.append(
            "user_id IN (SELECT user_id FROM manager WHERE tenant_id = ? AND generation_id = ? AND manager_id = ?)"
        )
        generation = generations.get(Source.MANAGERS, -1) if ground.is_read(Source.MANAGERS) else -1
        values += [ground.tenant_id, generation, traits.manager_id]
    return views.people(db, ground, generations, " AND ".join(conditions), values, MOST_SIMILAR)


def licence_groups(
    db: "Connection", ground: Context, generations: views.Generations, group_ids: tuple[str, ...] | None
) -> dict[str, LicenceGroup]:
    """Those of the groups that are known, by id; None: every group that gives licences."""
    if not ground.is_read(Source.GROUPS) or group_ids == ():
        return {}
    wanted = "" if group_ids is None else f"AND group_id IN ({', '.join('?' * len(group_ids))})"
    found = db.exec_driver_sql(
        "SELECT group_id, display_name, membership_rule, synced, traits, sku_ids, disabled_plans "  # noqa: S608
        f"FROM licensing_group WHERE tenant_id = ? AND generation_id = ? {wanted}",
        (ground.tenant_id, generations[Source.GROUPS], *(group_ids or ())),
    )
    return {
        row[0]: LicenceGroup(
            row[0],
            row[1],
            row[2],
            _flag(row[3]),
            _traits(row[4]),
            tuple(row[5].split()),
            None if row[6] is None else frozenset(row[6].split()),
        )
        for row in found
    }


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _traits(text: str | None) -> frozenset[GroupTrait] | None:
    return None if text is None else frozenset(GroupTrait(word) for word in text.split())


def position(after: str | None) -> int:
    """Where a page before ended. Raises BadRequest for what was never handed out."""
    if after is None:
        return 0
    if not after.isascii() or not after.isdigit() or len(after) > 12:
        raise BadRequest("That cursor was not made by this tool.", "Ask again without a cursor.")
    return int(after)
