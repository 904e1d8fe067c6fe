"""Finding people and SKUs by what somebody calls them. Exact, without case; what is not unique is asked back."""

from typing import TYPE_CHECKING, NamedTuple

from licenseiq.context import Context
from licenseiq.errors import Ambiguous, BadRequest, NotFound
from licenseiq.people import Person
from licenseiq.ports import LicenceGroup
from licenseiq.readings import Source
from licenseiq_tenant.snapshot import views
from licenseiq_tenant.snapshot.rows import fold

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_CANDIDATES = 10
# A group for a prediction needs no more people than this to be sure.
MOST_SIMILAR = 200


class Attributes(NamedTuple):
    """What somebody new is known by; None: not given."""

    department: str | None
    job_title: str | None
    location: str | None
    employee_type: str | None


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
    return tuple(str(user_id) for user_id in found.scalars())


def similar(
    db: "Connection", ground: Context, generations: views.Generations, wanted: Attributes
) -> tuple[Person, ...]:
    """People who match every given attribute; of very many, those whose ids come first, which are as good as any.
    Location is the office or the usage location."""
    conditions, values = ["1 = 1"], list[str]()
    for column, text in (
        ("department_key", wanted.department),
        ("title_key", wanted.job_title),
        ("type_key", wanted.employee_type),
    ):
        if text is not None:
            conditions.append(f"{column} = ?")
            values.append(fold(text) or "")
    if wanted.location is not None:
        conditions.append("(office_key = ? OR usage_location = ?)")
        values += [fold(wanted.location) or "", wanted.location.strip().upper()]
    return views.people(db, ground, generations, " AND ".join(conditions), values, MOST_SIMILAR)


def sku_id(context: Context, name: str) -> str:
    """By id, part number or friendly name; else by a part of the name of an owned SKU."""
    wanted = fold(name) or ""
    owned = {i: context.sku(i) for i in context.lines}
    for known in (owned, context.catalogue.skus):
        exact = {
            i for i, sku in known.items() if wanted in (sku.sku_id, sku.part_number.casefold(), sku.name.casefold())
        }
        if len(exact) == 1:
            return exact.pop()
        if exact:
            raise _ambiguous(context, exact)
    partly = {i for i, sku in owned.items() if wanted in sku.name.casefold()}
    if len(partly) == 1:
        return partly.pop()
    if partly:
        raise _ambiguous(context, partly)
    raise NotFound(
        "No SKU goes by that name.", "Give a friendly name such as 'Microsoft 365 E5', a part number, or an id."
    )


def _ambiguous(context: Context, found: set[str]) -> Ambiguous:
    names = sorted(f"{context.sku(i).name} ({i})" for i in found)
    return Ambiguous("Several SKUs go by that name.", "Name one of the candidates by its id.", names)


def licence_groups(
    db: "Connection", ground: Context, generations: views.Generations, group_ids: tuple[str, ...]
) -> dict[str, LicenceGroup]:
    """Those of the groups that are known, by id."""
    if not group_ids or not ground.is_read(Source.GROUPS):
        return {}
    found = db.exec_driver_sql(
        "SELECT group_id, display_name, membership_rule FROM licensing_group "  # noqa: S608
        f"WHERE tenant_id = ? AND generation_id = ? AND group_id IN ({', '.join('?' * len(group_ids))})",
        (ground.tenant_id, generations[Source.GROUPS], *group_ids),
    )
    return {row[0]: LicenceGroup(row[0], row[1], row[2]) for row in found}


def position(after: str | None) -> int:
    """Where a page before ended. Raises BadRequest for what was never handed out."""
    if after is None:
        return 0
    if not after.isascii() or not after.isdigit() or len(after) > 12:
        raise BadRequest("That cursor was not made by this tool.", "Ask again without a cursor.")
    return int(after)
