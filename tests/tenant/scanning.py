"""A tenant over the demo process, opened in a folder of its own, with a clock that a test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.lowlevel

from licenseiq.policy import Policy
from licenseiq.ports import EvaluationHead
from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.live import LiveTenant, open_tenant
from tests.tenant.on_demo import OnDemo

T = TypeVar("T")


@dataclass
class Clock:
    """The machine's time, moved by `ahead`."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@dataclass
class Home:
    """Opens the same home again and again, as several starts of a server would."""

    folder: Path
    demo: OnDemo
    clock: Clock = field(default_factory=Clock)
    tenant_id: str | None = None
    policy: Policy = field(default_factory=Policy)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[LiveTenant]:
        found = self.demo.found("reader")

        async def token() -> str:
            return found.token

        connection = Connection(found.url, token)
        async with open_tenant(
            self.folder,
            connection,
            self.tenant_id or found.tenant_id,
            simulated=True,
            policy=lambda: self.policy,
            clock=self.clock,
            sleep=self.pause,
        ) as tenant:
            yield tenant

    async def pause(self, seconds: float) -> None:
        """Waits no real time: the clock is what moves."""
        self.clock.move(seconds=seconds)
        await anyio.lowlevel.checkpoint()

    def ask(self, question: Callable[[LiveTenant], Awaitable[T]], *faults: object) -> T:
        """The answer of a tenant that is opened for this question, while the demo has these faults."""
        self.demo.set_faults(*faults)

        async def asked() -> T:
            async with self.open() as tenant:
                return await question(tenant)

        return anyio.run(asked)


async def scan(tenant: LiveTenant) -> EvaluationHead:
    return await tenant.scan()


async def silent(_: str) -> None:
    return None
