"""The demo tenant as a process of its own, as the tests of this room speak with it."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx

from licenseiq_demo import process
from licenseiq_tenant.graph.client import Connection, Graph, open_graph
from licenseiq_tenant.graph.guard import Rule, read_rule

T = TypeVar("T")
# The controls are on the loopback address without TLS; loading the roots for nothing takes longer than the request.
_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def no_waiting(_: float) -> None:
    return


@dataclass(frozen=True)
class OnDemo:
    """A running demo."""

    home: Path
    _found: dict[str, process.Demo] = field(default_factory=dict)

    def found(self, role: process.Role) -> process.Demo:
        if role not in self._found:
            demo = process.find(self.home, role)
            assert demo is not None
            self._found[role] = demo
        return self._found[role]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the demo's own controls, such as '/people'."""
        where = process.control(self.home)
        assert where is not None
        headers = {"X-Demo-Control": where[1]}
        answer = httpx.request(method, f"{where[0]}/_demo{path}", headers=headers, json=body, verify=_NO_ROOTS)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def set_faults(self, *faults: Any) -> None:
        self.control("PUT", "/faults", {"faults": list(faults), "limits": False})

    def reset(self) -> None:
        """No faults, and no request on record."""
        self.set_faults()
        self.control("DELETE", "/requests")

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "/requests")
        return found

    def changes(self) -> int:
        return sum(bool(entry["is_change"]) for entry in self.requests())

    @asynccontextmanager
    async def open(self, role: process.Role = "reader", rule: Rule | None = None) -> AsyncIterator[Graph]:
        demo = self.found(role)

        async def token() -> str:
            return demo.token

        async with open_graph(Connection(demo.url, token), rule or read_rule(demo.url)) as graph:
            yield graph

    def read(self, ask: Callable[[Graph], Awaitable[T]], *faults: Any) -> T:
        """What `ask` makes of the tenant under `faults`, as its reader."""
        self.set_faults(*faults)

        async def asked() -> T:
            async with self.open() as graph:
                return await ask(graph)

        return anyio.run(asked)


@contextmanager
def running(home: Path, users: int) -> Iterator[OnDemo]:
    """A demo of so many people in this folder, stopped at the end."""
    process.find_or_start(home, "reader", users=users)
    try:
        yield OnDemo(home)
    finally:
        process.stop(home)
