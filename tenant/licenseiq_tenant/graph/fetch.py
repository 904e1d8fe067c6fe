"""Reading one URL, or all pages of a collection: our own loop for throttling, with a ceiling.

A 429, 503 or 504 waits for Retry-After (else 2, 4, 8 … seconds); 500 and 502 are tried again too. Every failure ends
as NotReadable with its reason; a page that cannot be read ends the whole source, never as a shorter list.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import msgspec

from licenseiq.errors import NotReadable
from licenseiq.readings import NAMES, Reading, Reason, Source
from licenseiq_tenant.graph.guard import is_below

if TYPE_CHECKING:
    from licenseiq_tenant.graph.client import Graph

TRIES = 5
LONGEST_WAIT = 60.0
MOST_PAGES = 5_000
_LEVEL = "ConsistencyLevel"
# Error codes of what a tenant has not bought: sign-in activity, and Privileged Identity Management.
_NO_PREMIUM = ("Authentication_RequestFromNonPremium", "AadPremiumLicenseRequired")
AGAIN = frozenset({429, 500, 502, 503, 504})

Sleep = Callable[[float], Awaitable[None]]


class Page(msgspec.Struct):
    """One page of a collection: its items undecoded, so that one bad item does not spoil the rest."""

    value: list[msgspec.Raw] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")
    counted: int | None = msgspec.field(default=None, name="@odata.count")


class _Error(msgspec.Struct):
    code: str | None = None


class _Envelope(msgspec.Struct):
    error: _Error | None = None


async def fetch(graph: "Graph", info: Any, source: Source, sleep: Sleep = anyio.sleep) -> httpx.Response:
    """The answer with status 200 or 302. Raises NotReadable with the reason."""
    return await insist(lambda: graph.send(info), source, sleep)


async def insist(
    send: Callable[[], Awaitable[httpx.Response]], source: Source, sleep: Sleep = anyio.sleep
) -> httpx.Response:
    """The first answer of `send` with status 200 or 302, in at most TRIES tries. Raises NotReadable with the reason.

    The body of any other answer must have been read.
    """
    for attempt in range(1, TRIES + 1):
        try:
            answer = await send()
        except httpx.InvalidURL as error:
            raise not_readable(source, Reason.MALFORMED) from error
        except httpx.RequestError as error:
            if attempt == TRIES:
                raise not_readable(source, Reason.UNREACHABLE) from error
            await sleep(float(2**attempt))
            continue
        if answer.status_code in (200, 302):
            return answer
        if answer.status_code in AGAIN and attempt < TRIES:
            await sleep(wait_of(answer, attempt))
            continue
        raise not_readable(source, reason_of(answer))
    raise not_readable(source, Reason.UNREACHABLE)


async def pages(
    graph: "Graph", info: Any, source: Source, sleep: Sleep = anyio.sleep
) -> AsyncIterator[list[msgspec.Raw]]:
    """Every page of a collection. A repeated or foreign nextLink ends as NotReadable: the list would be wrong."""
    async for raws, _ in counted_pages(graph, info, source, sleep):
        yield raws


async def counted_pages(
    graph: "Graph", info: Any, source: Source, sleep: Sleep = anyio.sleep
) -> AsyncIterator[tuple[list[msgspec.Raw], int | None]]:
    """The same of a collection asked for with $count: each page with how many items Graph said that there are on all
    of them, None where it did not. Whoever asks compares: a page can be missing without a word."""
    counted: int | None = None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = await fetch(graph, info, source, sleep)
        try:
            page = msgspec.json.decode(answer.content, type=Page)
        except ValueError as error:  # msgspec's own, and UnicodeDecodeError
            raise not_readable(source, Reason.MALFORMED) from error
        if page.value is None:
            raise not_readable(source, Reason.MALFORMED)
        # Graph counts on the first page only.
        counted = page.counted if counted is None else counted
        yield page.value, counted
        if page.next_link is None:
            return
        if page.next_link in seen or not is_below(graph.url(""), page.next_link):
            raise not_readable(source, Reason.INCOMPLETE)
        seen.add(page.next_link)
        levels = info.headers.get(_LEVEL)
        info = get_request(page.next_link)
        for level in levels:  # Graph wants it on each page of an advanced query, and puts it into no link
            info.headers.try_add(_LEVEL, level)
    raise not_readable(source, Reason.INCOMPLETE)


def not_readable(source: Source, reason: Reason) -> NotReadable:
    """The error of a source, in the words of its reading."""
    return NotReadable(Reading(source, reason).words(), reason=reason.value, next_step="", permission=NAMES[source][1])


def get_request(url: str) -> Any:
    """The SDK's request for a GET of an absolute URL, such as a next link."""
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    info = RequestInformation()
    info.http_method = Method.GET
    info.url = url
    return info


def wait_of(answer: httpx.Response, attempt: int) -> float:
    """The seconds that an answer asks to wait, else those of this attempt; at most LONGEST_WAIT."""
    try:
        asked = float(answer.headers["Retry-After"])
    except (KeyError, ValueError):
        asked = float(2**attempt)
    return min(max(asked, 0.0), LONGEST_WAIT)


def reason_of(answer: httpx.Response) -> Reason:
    """Why an answer is not what was asked for, by its status; of the body only the error's code is looked at."""
    if answer.status_code == 401:
        return Reason.SIGNED_OUT
    if answer.status_code == 429:
        return Reason.THROTTLED
    if answer.status_code in (404, 501):
        return Reason.NOT_OFFERED
    if answer.status_code in (400, 403) and error_code(answer).startswith(_NO_PREMIUM):
        return Reason.NO_PREMIUM
    if answer.status_code == 403:
        return Reason.NO_PERMISSION
    return Reason.UNREACHABLE if answer.status_code >= 500 else Reason.MALFORMED


def error_code(answer: httpx.Response) -> str:
    """The code of Graph's error; empty where there is none."""
    try:
        envelope = msgspec.json.decode(answer.content, type=_Envelope)
    except ValueError:
        return ""
    return (envelope.error.code if envelope.error else None) or ""
