"""The Copilot report: JSON in pages, and of holders of a Copilot licence only.

Source: Microsoft Graph, copilotReportRoot getMicrosoft365CopilotUsageUserDetail. The SDK has no builder of it.
Where Graph keeps it to its beta version, and in clouds without it, it is NOT_OFFERED. Permission: Reports.Read.All.
"""

import anyio

from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, get_request, not_readable, pages
from licenseiq_tenant.lanes import bodies
from licenseiq_tenant.lanes.report_columns import Use, last_use, to_day
from licenseiq_tenant.lanes.report_rows import ReportRows, latest_of_each
from licenseiq_tenant.lanes.reports import PERIOD

_PATH = f"/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='{PERIOD}')"


async def copilot_use(graph: Graph, sleep: Sleep = anyio.sleep) -> ReportRows:
    """Raises NotReadable. A tenant without Copilot has no rows, and that is an answer."""
    found: list[tuple[str, Use]] = []
    days = set()
    hashes = unreadable = 0
    async for raws in pages(graph, get_request(graph.url(_PATH)), Source.COPILOT, sleep):
        rows, broken = bodies.decode_items(raws, bodies.CopilotUser)
        unreadable += broken
        for row in rows:
            name = (row.user_principal_name or "").strip()
            if "@" not in name:
                hashes += bool(name)
                unreadable += 1
                continue
            try:
                found.append((name.casefold(), last_use(row.last_activity_date or "")))
                days.add(to_day(row.report_refresh_date or ""))
            except ValueError:
                unreadable += 1
    if not found and unreadable:
        raise not_readable(Source.COPILOT, Reason.CONCEALED if hashes else Reason.MALFORMED)
    return ReportRows(max((day for day in days if day), default=None), latest_of_each(found), unreadable)
