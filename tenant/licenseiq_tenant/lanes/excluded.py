"""Who is in the groups that the policy excludes, directly or in a group inside them. Permission: Group.Read.All."""

from collections.abc import Iterable
from dataclasses import dataclass

import anyio

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, pages
from licenseiq_tenant.lanes import bodies, queries
from licenseiq_tenant.lanes.groups import USER

GROUP = "#microsoft.graph.group"
# So many groups inside one, and more are not looked through: whoever excludes that much names smaller groups.
MOST_INSIDE = 200
# What concerns one group alone; anything else is trouble of the whole reading.
_ONE_GROUP = frozenset({Reason.NO_PERMISSION, Reason.NOT_OFFERED})


@dataclass(frozen=True, slots=True)
class ExcludedGroup:
    """`members` are the ids of the users in it and in the groups of `inside`, each once. `is_read` is False where one
    of these groups could not be read whole: then nobody else can be said not to be in it."""

    group_id: str
    inside: tuple[str, ...]
    members: tuple[str, ...]
    is_read: bool


async def excluded_groups(
    graph: Graph, group_ids: Iterable[str], sleep: Sleep = anyio.sleep
) -> tuple[ExcludedGroup, ...]:
    """Each of these groups, in the order of their ids. Raises NotReadable for trouble that is not one group's own."""
    return tuple([await _one(graph, group_id, sleep) for group_id in sorted(group_ids)])


async def _one(graph: Graph, group_id: str, sleep: Sleep) -> ExcludedGroup:
    """GET /groups/{id}/members, and again for each group among them: a group may be inside itself, by way of others."""
    users: dict[str, None] = {}
    seen: dict[str, None] = {group_id: None}
    waiting, is_whole = [group_id], True
    while waiting:
        try:
            async for raws in pages(graph, queries.members(graph, waiting.pop()), Source.GROUPS, sleep):
                rows, broken = bodies.decode_items(raws, bodies.DirectoryObject)
                is_whole = is_whole and not broken and all(row.id and row.kind for row in rows)
                users.update((row.id.lower(), None) for row in rows if row.id and row.kind == USER)
                inside = [row.id.lower() for row in rows if row.id and row.kind == GROUP]
                waiting += [one for one in dict.fromkeys(inside) if one not in seen]
                seen.update(dict.fromkeys(inside))
        except NotReadable as error:
            if Reason(error.reason) not in _ONE_GROUP:
                raise
            is_whole = False
        if len(seen) > MOST_INSIDE:
            is_whole = False
            break
    return ExcludedGroup(group_id, tuple(one for one in seen if one != group_id), tuple(users), is_whole)
