"""Who manages whom. Permission: User.Read.All.

In a request of its own: together with the users it would give a tenth of them on a page, and what goes wrong with it
would be said of them (Microsoft Graph, List manager; query parameters: no advanced query takes `$expand`).
"""

from collections.abc import AsyncIterator

import anyio

from licenseiq.readings import Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, pages
from licenseiq_tenant.lanes import bodies, queries
from licenseiq_tenant.lanes.found import Found


async def manager_pages(graph: Graph, sleep: Sleep = anyio.sleep) -> AsyncIterator[Found[tuple[str, str | None]]]:
    """GET /users with their managers, page by page: ids of users, each with the manager's or None. A manager of whom
    Graph gives no id is unreadable. Raises NotReadable."""
    async for raws in pages(graph, queries.managers(graph), Source.MANAGERS, sleep):
        rows, lost = bodies.decode_items(raws, bodies.Managed)
        found: list[tuple[str, str | None]] = []
        unreadable = 0
        for row in rows:
            boss = row.manager.id if row.manager else None
            unreadable += not row.id or (row.manager is not None and not boss)
            if row.id:
                found.append((row.id.lower(), boss.lower() if boss else None))
        yield Found(tuple(found), unreadable + lost)
