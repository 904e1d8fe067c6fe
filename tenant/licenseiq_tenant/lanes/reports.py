"""Usage reports: asked for with the token, downloaded without it.

Permission: Reports.Read.All. Graph allows 14 requests for a report in ten minutes; this takes one, at most three.
"""

import io
from typing import BinaryIO

import anyio
import httpx

from licenseiq.readings import Reason, Source
from licenseiq.usage import REPORT_DAYS
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, fetch, insist, not_readable
from licenseiq_tenant.graph.guard import is_download_host
from licenseiq_tenant.lanes.report_columns import REPORTS
from licenseiq_tenant.lanes.report_rows import CutShort, ReportRows, read_rows

PERIOD = f"D{REPORT_DAYS}"
DOWNLOADS = 3
MOST_BYTES = 1_000_000_000  # the apps report takes about 250 bytes a person


async def report(graph: Graph, source: Source, sleep: Sleep = anyio.sleep) -> ReportRows:
    """A report of `REPORTS`. Raises NotReadable.

    What was cut short is asked for again, since a download's address is good for minutes only; after the third time
    it is INCOMPLETE.
    """
    name = REPORTS[source].builder
    builder = getattr(graph.sdk.reports, name)
    if name.endswith("_with_period"):
        builder = builder(PERIOD)
    for _ in range(DOWNLOADS):
        answer = await fetch(graph, builder.to_get_request_information(), source, sleep)
        try:
            if answer.status_code == 200:
                body: BinaryIO = io.BytesIO(answer.content)
            else:
                body = await _downloaded(graph, answer.headers.get("Location", ""), source, sleep)
            return await anyio.to_thread.run_sync(read_rows, body, source)
        except CutShort:
            continue
    raise not_readable(source, Reason.INCOMPLETE)


async def _downloaded(graph: Graph, url: str, source: Source, sleep: Sleep) -> BinaryIO:
    """The body behind a Location. Raises CutShort or NotReadable."""
    if not is_download_host(graph.url(""), url):
        raise not_readable(source, Reason.MALFORMED)
    body = io.BytesIO()

    async def download() -> httpx.Response:
        async with graph.download(url) as answer:
            if answer.status_code != 200:
                await answer.aread()
                return answer
            try:
                async for chunk in answer.aiter_bytes():
                    if body.tell() + len(chunk) > MOST_BYTES:
                        raise not_readable(source, Reason.MALFORMED)
                    body.write(chunk)
            except httpx.RequestError as error:
                raise CutShort from error
            return answer

    answer = await insist(download, source, sleep)
    if answer.status_code != 200:
        raise not_readable(source, Reason.MALFORMED)
    body.seek(0)
    return body
