"""What changed in the directory since a reading: Graph's delta queries for users and groups.

A delta names an object that changed and some of its properties, which are not all; so only the ids are taken from it,
and the objects are read anew. Items can be repeated, and come in any order (Microsoft Graph, delta query overview).
"""

from dataclasses import dataclass

import anyio
import msgspec

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import MOST_PAGES, Sleep, fetch, get_request, not_readable
from licenseiq_tenant.graph.guard import is_below
from licenseiq_tenant.lanes import bodies, queries

# What a change has to touch to be told. The states of licences are no property that Graph is known to watch; what is
# assigned is.
_WATCHED = {
    Source.USERS: f"/users/delta?$select={queries.USER.replace('licenseAssignmentStates', 'assignedLicenses')}",
    Source.GROUPS: "/groups/delta?$select=displayName,assignedLicenses,membershipRule,onPremisesSyncEnabled,members",
}


class DeltaPage(msgspec.Struct):
    value: list[msgspec.Raw] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")
    delta_link: str | None = msgspec.field(default=None, name="@odata.deltaLink")


class DeltaItem(bodies.Body):
    id: str | None = None
    removed: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="@removed")
    assigned_licenses: list[msgspec.Raw] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of what changed, of what is gone, and of changed groups that give licences; `link` tells what comes later."""

    changed: frozenset[str]
    removed: frozenset[str]
    licensing: frozenset[str]
    link: str


async def start(graph: Graph, source: Source, sleep: Sleep = anyio.sleep) -> str | None:
    """A link to what changes from now on; None where Graph gives none: everything is then read whole each time."""
    try:
        return (await since(graph, source, graph.url(f"{_WATCHED[source]}&$deltatoken=latest"), sleep)).link
    except NotReadable:
        return None


async def since(graph: Graph, source: Source, link: str, sleep: Sleep = anyio.sleep) -> Changes:
    """What changed since `link` was given. Raises NotReadable; INCOMPLETE where the source has to be read whole:
    the link has expired (410), or leads nowhere."""
    changed: dict[str, bool] = {}
    licensing: set[str] = set()
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        if link in seen or not is_below(graph.url(""), link):
            break
        seen.add(link)
        page = await _page(graph, source, link, sleep)
        items, broken = bodies.decode_items(page.value or (), DeltaItem)
        if broken or page.value is None or not all(item.id for item in items):
            break
        for item in items:
            who = (item.id or "").lower()
            # The last word on an object holds: one that was deleted may have been restored.
            changed[who] = not bytes(item.removed)
            if item.assigned_licenses:
                licensing.add(who)
        if page.delta_link is not None:
            gone = frozenset(who for who, is_there in changed.items() if not is_there)
            return Changes(frozenset(changed) - gone, gone, frozenset(licensing), page.delta_link)
        if page.next_link is None:
            break
        link = page.next_link
    raise not_readable(source, Reason.INCOMPLETE)


async def _page(graph: Graph, source: Source, link: str, sleep: Sleep) -> DeltaPage:
    try:
        answer = await fetch(graph, get_request(link), source, sleep)
        return msgspec.json.decode(answer.content, type=DeltaPage)
    except ValueError as error:
        raise not_readable(source, Reason.INCOMPLETE) from error
    except NotReadable as error:
        # 410, or 400 with another code: Graph no longer takes the token.
        if error.reason == Reason.MALFORMED:
            raise not_readable(source, Reason.INCOMPLETE) from error
        raise
