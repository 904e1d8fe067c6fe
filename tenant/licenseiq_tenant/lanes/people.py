"""People with their licences, the groups that give licences, and who holds directory roles.

Permissions: User.Read.All, Group.Read.All, RoleManagement.Read.Directory.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import anyio
import msgspec

from licenseiq.people import Assignment, Person
from licenseiq.readings import Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, pages
from licenseiq_tenant.lanes import bodies, queries
from licenseiq_tenant.lanes.found import Found


@dataclass(frozen=True, slots=True)
class LicensingGroup:
    """A group that gives its direct members SKUs. `membership_rule` fills it where there is one; `synced` means
    mastered on premises. Texts are raw."""

    group_id: str
    display_name: str | None
    sku_ids: tuple[str, ...]
    membership_rule: str | None
    synced: bool | None


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Who holds a directory role: a user, a group or an app. `role_name` is the role's id where Graph gives no name."""

    principal_id: str
    role_name: str


async def user_pages(graph: Graph, sleep: Sleep = anyio.sleep) -> AsyncIterator[Found[Person]]:
    """GET /users, page by page in one chain, as `people_of`."""
    async for raws in pages(graph, queries.users(graph), Source.USERS, sleep):
        yield people_of(raws)


def people_of(raws: Iterable[msgspec.Raw]) -> Found[Person]:
    """The people of a page; roles and signals are left to other sources.

    Unreadable are people without an id, and, with the person kept, licences that make no sense: a broken row, a row
    without its state (it takes no seat then), or null where Graph gives an empty list to who has none.
    `assignedLicenses` is no substitute: it does not tell direct licences from a group's.
    """
    users, unreadable = bodies.decode_items(raws, bodies.User)
    found: list[Person] = []
    for user in users:
        if not user.id:
            unreadable += 1
            continue
        assignments, broken = _assignments(user.license_assignment_states)
        unreadable += broken
        found.append(_person(user.id.lower(), user, assignments))
    return Found(tuple(found), unreadable)


async def licensing_groups(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[LicensingGroup]:
    """GET /groups with licences. A group whose licences Graph does not show is unreadable, not without licences."""
    found: list[LicensingGroup] = []
    unreadable = 0
    async for raws in pages(graph, queries.groups(graph), Source.GROUPS, sleep):
        groups, broken = bodies.decode_items(raws, bodies.Group)
        unreadable += broken
        for group in groups:
            if not group.id or group.assigned_licenses is None:
                unreadable += 1
                continue
            rows, broken = bodies.decode_items(group.assigned_licenses, bodies.LicenceRow)
            sku_ids = bodies.ids(row.sku_id for row in rows)
            unreadable += broken + len(rows) - len(sku_ids)
            if sku_ids:
                found.append(
                    LicensingGroup(
                        group.id.lower(),
                        group.display_name,
                        sku_ids,
                        group.membership_rule,
                        group.on_premises_sync_enabled,
                    )
                )
    return Found(tuple(found), unreadable)


async def role_holders(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[RoleHolder]:
    """GET /roleManagement/directory/roleAssignments: active assignments, not the eligible ones of PIM."""
    found: list[RoleHolder] = []
    unreadable = 0
    async for raws in pages(graph, queries.role_assignments(graph), Source.ROLES, sleep):
        rows, broken = bodies.decode_items(raws, bodies.RoleAssignment)
        unreadable += broken
        for row in rows:
            name = (row.role_definition.display_name if row.role_definition else None) or row.role_definition_id
            if not row.principal_id or not name:
                unreadable += 1
                continue
            found.append(RoleHolder(row.principal_id.lower(), name))
    return Found(tuple(found), unreadable)


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
            assignments.append(
                Assignment(
                    row.sku_id.lower(),
                    row.assigned_by_group.lower() if row.assigned_by_group else None,
                    row.state,
                    # The service writes "None" where nothing is wrong, as often as null.
                    None if row.error == "None" else row.error,
                    bodies.ids(row.disabled_plans),
                )
            )
    return tuple(assignments), unreadable
