"""The innermost transport: nothing leaves this process for Graph unless a rule lets it pass.

It sees every request as it is sent: redirects, retries, next pages and direct calls alike. The reader's rule is here;
the only rule that lets writes pass lives in the desk.
"""

import json
import re
from collections.abc import Awaitable, Callable
from urllib.parse import SplitResult, urlsplit

import httpx

from licenseiq.errors import LicenseIQError

Rule = Callable[[httpx.Request], Awaitable[None]]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Where Microsoft serves report downloads from; they are fetched without a token (Graph, reportRoot functions).
_REPORT_HOST = re.compile(r"reports[a-z0-9-]*\.office\.com")


class GuardRefused(LicenseIQError):
    """A request outside of what this process may send. It was not sent."""


class Guard(httpx.AsyncBaseTransport):
    """A transport that asks `rule` before each request; the rule raises GuardRefused to refuse."""

    def __init__(self, inner: httpx.AsyncBaseTransport, rule: Rule) -> None:
        self._inner = inner
        self._rule = rule

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._rule(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def read_rule(base_url: str) -> Rule:
    """Lets pass: GET below `base_url`; `$batch` of GETs; getByIds; and report downloads without a token."""

    async def rule(request: httpx.Request) -> None:
        url = str(request.url)
        if not is_below(base_url, url):
            if request.method == "GET" and is_download_host(base_url, url) and "authorization" not in request.headers:
                return
            raise GuardRefused("A request to another host than the configured Microsoft Graph was refused.")
        path = urlsplit(url).path.removeprefix(urlsplit(base_url).path)
        if request.method == "GET":
            return
        if request.method == "POST" and path == "/directoryObjects/getByIds":
            return
        if request.method == "POST" and path == "/$batch" and _only_reads(await request.aread()):
            return
        raise GuardRefused("A request that could change the tenant was refused: this process only reads.")

    return rule


def is_below(base_url: str, url: str) -> bool:
    """Whether `url` has the scheme, host and port of `base_url` and stays below its path, without tricks."""
    try:
        base, there = urlsplit(base_url), urlsplit(url)
        same = (there.scheme, there.hostname, _port(there)) == (base.scheme, base.hostname, _port(base))
    except ValueError:
        return False
    if not same or there.username is not None or there.password is not None or ".." in there.path:
        return False
    return there.path.startswith(base.path.rstrip("/") + "/")


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine."""
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


def is_download_host(base_url: str, url: str) -> bool:
    """Microsoft's report hosts over https; for a Graph on the loopback address, the loopback address."""
    try:
        base, there = urlsplit(base_url), urlsplit(url)
    except ValueError:
        return False
    if base.hostname in _LOOPBACK:
        return there.hostname in _LOOPBACK and there.username is None
    return (
        there.scheme == "https"
        and there.username is None
        and _port(there) == 443
        and _REPORT_HOST.fullmatch(there.hostname or "") is not None
    )


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _only_reads(body: bytes) -> bool:
    try:
        requests = json.loads(body)["requests"]
        return all(item["method"] == "GET" and str(item["url"]).startswith("/") for item in requests)
    except (ValueError, KeyError, TypeError):
        return False
