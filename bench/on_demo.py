"""A demo tenant of many people as a process of its own, in a folder that is thrown away, and a home that reads it."""

import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio.lowlevel
import httpx

from licenseiq_demo import process
from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.live import LiveTenant, open_tenant


@dataclass
class Clock:
    """The machine's time, moved forward by what a scan would have waited for Graph: `ahead` adds it up."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def pause(self, seconds: float) -> None:
        """Waits no real time."""
        self.ahead += timedelta(seconds=seconds)
        await anyio.lowlevel.checkpoint()


@dataclass(frozen=True)
class DemoTenant:
    """A running demo, and a folder beside it for homes."""

    folder: Path
    reader: process.Demo

    @asynccontextmanager
    async def open(self, home: str, clock: Clock) -> AsyncIterator[LiveTenant]:
        """The tenant over the snapshot in this home."""

        async def token() -> str:
            return self.reader.token

        connection = Connection(self.reader.url, token)
        async with open_tenant(
            self.folder / home,
            connection,
            self.reader.tenant_id,
            simulated=True,
            clock=clock,
            sleep=clock.pause,
        ) as tenant:
            yield tenant

    def requests(self) -> list[dict[str, Any]]:
        """Every request that has reached the demo since `forget`."""
        return list(self._control("GET").json())

    def forget(self) -> None:
        self._control("DELETE")

    def _control(self, method: str) -> httpx.Response:
        where = process.control(self.folder / "demo")
        if where is None:
            raise RuntimeError("the demo tenant is gone")
        # The demo is on the loopback address without TLS: loading the roots for nothing costs 50 ms.
        answer = httpx.request(
            method,
            f"{where[0]}/_demo/requests",
            headers={"X-Demo-Control": where[1]},
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        return answer.raise_for_status()


@contextmanager
def demo_tenant(users: int, seed: int = 7) -> Iterator[DemoTenant]:
    """Starts a demo of so many people; ends it, and throws the folder away."""
    with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as name:
        folder = Path(name)
        try:
            yield DemoTenant(folder, process.find_or_start(folder / "demo", "reader", users=users, seed=seed))
        finally:
            process.stop(folder / "demo")
