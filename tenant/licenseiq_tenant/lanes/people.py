"""People with their licences. Permission: User.Read.All."""

from collections.abc import AsyncIterator, Iterable, Sequence

import anyio
import msgspec

from licenseiq.errors import NotReadable
from licenseiq.people import Assignment, Person
from licenseiq.readings import Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, fetch, pages
from licenseiq_tenant.lanes import bodies, queries
from licenseiq_tenant.lanes.found import Found

# So many people may come or go, or be missing from Graph's index, while a list is read.
FEW = 5


async def user_pages(graph: Graph, sleep: Sleep = anyio.sleep) -> AsyncIterator[Found[Person]]:
    """GET /users, page by page in one chain, as `people_of`."""
    async for raws in pages(graph, queries.users(graph), Source.USERS, sleep):
        yield people_of(raws)


async def some_people(graph: Graph, user_ids: Sequence[str], sleep: Sleep = anyio.sleep) -> Found[Person]:
    """GET /users of these ids only; who is no longer there is missing."""
    found: list[Person] = []
    unreadable = lost = 0
    for place in range(0, len(user_ids), queries.SOME):
        info = queries.some_users(graph, user_ids[place : place + queries.SOME])
        async for raws in pages(graph, info, Source.USERS, sleep):
            page = people_of(raws)
            found += page.items
            unreadable, lost = unreadable + page.unreadable, lost + page.lost
    return Found(tuple(found), unreadable, lost)


def people_of(raws: Iterable[msgspec.Raw]) -> Found[Person]:
    """The people of a page; roles and signals are left to other sources.

    Unreadable are people without an id, and, with the person kept, licences that make no sense: a broken row, a row
    without its state (it takes no seat then), or null where Graph gives an empty list to who has none.
    `assignedLicenses` is no substitute: it does not tell direct licences from a group's.
    """
    users, lost = bodies.decode_items(raws, bodies.User)
    found: list[Person] = []
    unreadable = 0
    for user in users:
        if not user.id:
            lost += 1
            continue
        assignments, broken = _assignments(user.license_assignment_states)
        unreadable += broken
        found.append(_person(user.id.lower(), user, assignments))
    return Found(tuple(found), unreadable + lost, lost)


async def user_count(graph: Graph, sleep: Sleep = anyio.sleep) -> int | None:
    """GET /users/$count; None where Graph does not tell, for whatever reason: the list itself is what is needed.

    It comes from an index that is behind by moments, so it is compared with some tolerance (`is_short`).
    """
    try:
        answer = await fetch(graph, queries.user_count(graph), Source.USERS, sleep)
        return int(answer.content.decode("utf-8-sig"))
    except (NotReadable, ValueError):
        return None


def is_short(listed: int, *counted: int | None) -> bool:
    """Whether a list lacks more than a few of what was counted before and after it was read."""
    known = [count for count in counted if count is not None]
    if not known:
        return False
    return listed < min(known) - max(FEW, min(known) // 1000)


def _person(user_id: str, user: bodies.User, assignments: tuple[Assignment, ...]) -> Person:
    hired = bodies.moment(user.employee_hire_date)
    return Person(
        user_id=user_id,
        user_principal_name=user.user_principal_name,
        display_name=user.display_name,
        department=user.department,
        job_title=user.job_title,
        office=user.office_location,
        usage_location=user.usage_location,
        country=user.country,
        cost_center=user.employee_org_data.cost_center if user.employee_org_data else None,
        division=user.employee_org_data.division if user.employee_org_data else None,
        employee_id=user.employee_id,
        user_type=user.user_type,
        account_enabled=user.account_enabled,
        created=bodies.moment(user.created_date_time),
        hired=hired.date() if hired else None,
        employee_type=user.employee_type,
        synced=user.on_premises_sync_enabled,
        assignments=assignments,
        licences_known=user.license_assignment_states is not None,
    )


def _assignments(raws: Iterable[msgspec.Raw] | None) -> tuple[tuple[Assignment, ...], int]:
    if raws is None:
        return (), 1
    rows, unreadable = bodies.decode_items(raws, bodies.LicenceRow)
    assignments: list[Assignment] = []
    for row in rows:
        unreadable += not row.sku_id or row.state is None
        if row.sku_id:
            changed = bodies.moment(row.last_updated_date_time)
            assignments.append(
                Assignment(
                    row.sku_id.lower(),
                    row.assigned_by_group.lower() if row.assigned_by_group else None,
                    row.state,
                    # The service writes "None" where nothing is wrong, as often as null.
                    None if row.error == "None" else row.error,
                    bodies.ids(row.disabled_plans),
                    changed.date() if changed else None,
                )
            )
    return tuple(assignments), unreadable
