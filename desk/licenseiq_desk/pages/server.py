"""Serving the desk's pages on the loopback addresses of this machine, on one port, beside the desk's loop."""

import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
import uvicorn
from starlette.types import ASGIApp

from licenseiq.errors import SettingsError

_ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


class _Server(uvicorn.Server):
    """Signals belong to the desk's loop, which lets the step at hand finish."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def listening(port: int) -> Iterator[list[socket.socket]]:
    """Holds the port while the body runs. Raises SettingsError as `_listen` does."""
    sockets = _listen(port)
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()


def _listen(port: int) -> list[socket.socket]:
    """Sockets on both loopback families, as far as the machine has them; `port` 0 takes a free one.

    Raises SettingsError where either is taken: somebody else could answer in our name."""
    found: list[socket.socket] = []
    for family, address in _ADDRESSES:
        try:
            # With the protocol named asyncio sends small packets at once; without, each answer takes 40 ms longer.
            one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        except OSError:
            continue
        try:
            if os.name == "posix":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address, port or (found[0].getsockname()[1] if found else 0)))
            # At once: a port that is bound alone can be bound by somebody else too, and refuses who comes early.
            one.listen()
        except OSError as error:
            one.close()
            if family == socket.AF_INET6 and error.errno not in (98, 48, 10048):
                continue  # this machine has no IPv6
            for other in found:
                other.close()
            raise SettingsError(
                f"Port {port} of this machine is taken, perhaps by another desk.",
                "End that, or choose another with --port or LICENSEIQ_DESK_PORT.",
            ) from None
        found.append(one)
    if not found:
        raise SettingsError("This machine has no loopback address to serve the desk's pages on.", "Mend its network.")
    return found


def port_of(sockets: list[socket.socket]) -> int:
    return int(sockets[0].getsockname()[1])


@asynccontextmanager
async def serving(app: ASGIApp, sockets: list[socket.socket]) -> AsyncIterator[None]:
    """Serves the pages while the body runs."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve, sockets)
        try:
            yield
        finally:
            server.should_exit = True
