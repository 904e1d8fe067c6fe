"""Up to twenty reads in one request, each with an answer of its own (Graph, "JSON batching").

Parts that ask to wait are sent again, those alone. The guard lets a batch of reads pass and no other.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import msgspec

from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.fetch import AGAIN, TRIES, Sleep, fetch, not_readable, wait_of

if TYPE_CHECKING:
    from licenseiq_tenant.graph.client import Graph

MOST = 20


class _Part(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, str] | None = None
    body: msgspec.Raw = msgspec.Raw(b"")


class _Answer(msgspec.Struct):
    responses: list[_Part]


async def batch(
    graph: "Graph", paths: Sequence[str], source: Source, sleep: Sleep = anyio.sleep
) -> tuple[httpx.Response, ...]:
    """The answers to GETs of these paths below Graph's version, at most MOST, in their order and whatever their status.

    Raises NotReadable for `source` where the batch itself fails; a part that is refused to the end is an answer.
    """
    waiting, found = dict(enumerate(paths)), dict[int, httpx.Response]()
    for attempt in range(1, TRIES + 1):
        answer = await fetch(graph, _request(graph, waiting), source, sleep)
        parts = _parts(answer, source)
        if parts.keys() != waiting.keys():
            raise not_readable(source, Reason.MALFORMED)
        found.update(parts)
        again = [place for place, part in parts.items() if part.status_code in AGAIN]
        if not again or attempt == TRIES:
            break
        await sleep(max(wait_of(parts[place], attempt) for place in again))
        waiting = {place: waiting[place] for place in again}
    return tuple(found[place] for place in range(len(paths)))


def _parts(answer: httpx.Response, source: Source) -> dict[int, httpx.Response]:
    try:
        parts = msgspec.json.decode(answer.content, type=_Answer).responses
        return {
            int(part.id): httpx.Response(part.status, headers=_wait_alone(part), content=bytes(part.body))
            for part in parts
        }
    except ValueError as error:  # msgspec's own, UnicodeDecodeError, and an id or status that is none
        raise not_readable(source, Reason.MALFORMED) from error


def _wait_alone(part: _Part) -> dict[str, str]:
    """Of the headers only how long to wait: others, such as an encoding, are not of this body."""
    return {name: value for name, value in (part.headers or {}).items() if name.lower() == "retry-after"}


def _request(graph: "Graph", paths: dict[int, str]) -> Any:
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    info = RequestInformation()
    info.http_method = Method.POST
    info.url = graph.url("/$batch")
    info.headers.try_add("Content-Type", "application/json")
    parts = [{"id": str(place), "method": "GET", "url": path} for place, path in paths.items()]
    info.content = json.dumps({"requests": parts}).encode()
    return info
