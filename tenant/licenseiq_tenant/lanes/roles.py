"""Who holds directory roles, directly or by a group, and who may activate one.

Permissions: RoleManagement.Read.Directory; RoleEligibilitySchedule.Read.Directory and Entra ID P2 for the second;
Group.Read.All where a group holds a role.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable, pages
from licenseiq_tenant.lanes import bodies, queries
from licenseiq_tenant.lanes.found import Found
from licenseiq_tenant.lanes.groups import members

GROUP = "#microsoft.graph.group"
Query = Callable[[Graph, queries.Expand], Any]


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Who holds a directory role: a user, a group or an app. `role_name` is the role's id where Graph gives no name."""

    principal_id: str
    role_name: str


async def role_holders(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[RoleHolder]:
    """GET /roleManagement/directory/roleAssignments: active assignments; with a group, its members hold the role."""
    return await _holders(graph, queries.role_assignments, Source.ROLES, sleep)


async def eligible_holders(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[RoleHolder]:
    """GET …/roleEligibilityScheduleInstances: who may activate a role, whether they have or not."""
    return await _holders(graph, queries.eligible_roles, Source.ELIGIBLE_ROLES, sleep)


async def _holders(graph: Graph, query: Query, source: Source, sleep: Sleep) -> Found[RoleHolder]:
    """Raises NotReadable; NO_MEMBERS where a group holds a role and nobody can say who is in it: somebody who is
    privileged would pass for somebody who is not."""
    found: list[RoleHolder] = []
    unreadable = 0
    async for raws in pages(graph, query(graph, "roleDefinition"), source, sleep):
        rows, broken = bodies.decode_items(raws, bodies.RoleAssignment)
        unreadable += broken
        for row in rows:
            name = (row.role_definition.display_name if row.role_definition else None) or row.role_definition_id
            if not row.principal_id or not name:
                unreadable += 1
                continue
            found.append(RoleHolder(row.principal_id.lower(), name))
    kinds = await _kinds(graph, query, source, sleep) if found else {}
    for principal in sorted({holder.principal_id for holder in found}):
        if kinds.get(principal) in (GROUP, None):
            inside = await _inside(graph, principal, source, sleep)
            roles = sorted({holder.role_name for holder in found if holder.principal_id == principal})
            found += [RoleHolder(user_id, role) for user_id in inside for role in roles]
    return Found(tuple(found), unreadable)


async def _kinds(graph: Graph, query: Query, source: Source, sleep: Sleep) -> dict[str, str]:
    """What each principal is, as Graph's type; those of which Graph does not tell are missing."""
    kinds: dict[str, str] = {}
    async for raws in pages(graph, query(graph, "principal"), source, sleep):
        for row in bodies.decode_items(raws, bodies.RoleAssignment)[0]:
            if row.principal_id and row.principal and row.principal.kind:
                kinds[row.principal_id.lower()] = row.principal.kind
    return kinds


async def _inside(graph: Graph, principal: str, source: Source, sleep: Sleep) -> tuple[str, ...]:
    """The members of a group; nobody where there is no such group, as with what was deleted. Groups that hold roles
    contain no groups."""
    try:
        found = await members(graph, principal, source, sleep)
    except NotReadable as error:
        if error.reason == Reason.NOT_OFFERED:
            return ()
        raise (not_readable(source, Reason.NO_MEMBERS) if error.reason == Reason.NO_PERMISSION else error) from error
    if found.unreadable:
        raise not_readable(source, Reason.NO_MEMBERS)
    return found.items
