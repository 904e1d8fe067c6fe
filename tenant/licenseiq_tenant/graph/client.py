"""Microsoft Graph through the SDK's client, authentication and middleware, over the guarded transport.

The SDK's own retries and redirects are off: `send` returns each answer as it came. msgraph is imported on first use.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from licenseiq_tenant.graph.guard import Guard, Rule
from licenseiq_tenant.graph.network import Outward

TIMEOUT_SECONDS = 60.0
_IMPORTING = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class Connection:
    """Where Graph is (`base_url` ends in its version, without a slash) and how to get a token for it."""

    base_url: str
    token: Callable[[], Awaitable[str]]

    def __repr__(self) -> str:
        return f"Connection({self.base_url!r})"


class _TokenHeader:
    """Kiota's authentication provider, by its shape: puts the token on requests to the configured Graph only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def authenticate_request(self, request: Any, additional_authentication_context: Any = None) -> None:
        del additional_authentication_context
        request.headers.try_add("Authorization", f"Bearer {await self._connection.token()}")


class Graph:
    """An open client. `sdk` is the SDK's GraphServiceClient, for its request builders."""

    def __init__(self, base_url: str, sdk: Any, adapter: Any, plain: httpx.AsyncClient, options: list[Any]) -> None:
        self.sdk = sdk
        self._base_url = base_url
        self._adapter = adapter
        self._plain = plain
        self._options = options

    def url(self, path: str) -> str:
        """The absolute URL of a path such as '/users'."""
        return self._base_url + path

    async def send(self, info: Any) -> httpx.Response:
        """The answer to `info`, whatever its status. Raises httpx.TransportError, or GuardRefused unsent."""
        info.add_request_options(self._options)
        answer: httpx.Response = await self._adapter.send_primitive_async(info, "bytes", {})
        return answer

    @asynccontextmanager
    async def download(self, url: str) -> AsyncIterator[httpx.Response]:
        """A pre-authenticated download, streamed and without a token."""
        async with self._plain.stream("GET", url) as answer:
            yield answer


@asynccontextmanager
async def open_graph(connection: Connection, rule: Rule) -> AsyncIterator[Graph]:
    """A client whose every request has passed `rule`."""
    async with _IMPORTING:
        parts = await asyncio.to_thread(_import_sdk)
    transport = Guard(Outward(), rule)
    async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS) as plain:
        wrapped = parts.factory.create_with_default_middleware(
            client=httpx.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS), options=parts.options
        )
        adapter = parts.adapter(_TokenHeader(connection), wrapped)
        adapter.base_url = connection.base_url
        yield Graph(
            connection.base_url, parts.service(request_adapter=adapter), adapter, plain, list(parts.request_options())
        )


@dataclass(frozen=True, slots=True)
class _Sdk:
    factory: Any
    adapter: Any
    service: Any
    options: Any
    request_options: Callable[[], tuple[Any, ...]]


def _import_sdk() -> _Sdk:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from kiota_abstractions.native_response_handler import NativeResponseHandler
        from kiota_http.middleware.options import (
            RedirectHandlerOption,
            ResponseHandlerOption,
            RetryHandlerOption,
        )
        from msgraph import GraphRequestAdapter, GraphServiceClient
        from msgraph.graph_request_adapter import options
        from msgraph_core import GraphClientFactory

    def request_options() -> tuple[Any, ...]:
        return (
            ResponseHandlerOption(NativeResponseHandler()),
            RetryHandlerOption(max_retries=0),
            RedirectHandlerOption(should_redirect=False),
        )

    return _Sdk(GraphClientFactory, GraphRequestAdapter, GraphServiceClient, options, request_options)
