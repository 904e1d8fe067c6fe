"""The chat, the tenant and the desk's pages in one process: the real MCP client and server, the real reader and desk
over the demo's app, and people who sign with passkeys in software. The desk's clock is moved by hand, and the chat's is
not: what is proposed after days have passed has expired at the desk.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from tests.desk.page_client import SECRET, answered, begun
from tests.desk.passkey_world import PARTY
from tests.desk.soft_authenticator import SoftAuthenticator
from tests.journeys.processes import Json, asking, read_everything
from tests.steps.conftest import HOST, OneDesk, writer_over
from tests.tools.talk import Ask, good

from licenseiq_cli.open_reader import Where, open_reader
from licenseiq_demo.app import build_app
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.pages.app import Pages
from licenseiq_server import build_server
from licenseiq_tenant.graph import client as graph_client
from licenseiq_tenant.graph.credentials import static_token
from licenseiq_tools.deps import Deps

ENDS = ("complete", "partial", "failed", "cancelled")


@dataclass
class House:
    """`ask` is the chat's, `pages` a browser's at the desk. `keys` are approvers' ids and passkeys by their names."""

    state: DemoState
    ask: Ask
    desk: OneDesk
    pages: httpx.AsyncClient
    keys: dict[str, tuple[str, SoftAuthenticator]] = field(default_factory=dict)

    @property
    def tenant_id(self) -> str:
        return self.state.tenant.tenant_id

    def enrol(self, name: str) -> None:
        """Lets somebody in who may approve: the first one from the terminal, the others by whoever is there."""
        by = next((who for who, _ in self.keys.values()), None)
        door = self.desk.desk.enrolments.open(self.tenant_id, name, name.lower(), by)
        key = SoftAuthenticator(credential_id=f"credential of {name}".encode())
        options = self.desk.desk.enrolments.options(self.tenant_id, door.code)
        who = self.desk.desk.enrolments.enrol(self.tenant_id, door.code, key.register(options))
        self.keys[name] = (who.approver_id, key)

    async def propose(self, tool: str, **arguments: Any) -> Json:
        return good(await self.ask(tool, arguments))

    async def page(self, proposal_id: str, name: str = "Ada") -> Json:
        """What somebody reads before they sign: the plan, and what was read of the tenant just now."""
        found: Json = (await begun(self.pages, self.keys[name][0], proposal_id))["covers"][0]
        return found

    async def approve(self, proposal_id: str, name: str = "Ada", **more: Any) -> Json:
        """Somebody signs; how many more have to."""
        who, key = self.keys[name]
        answer = await answered(self.pages, await begun(self.pages, who, proposal_id, **more), key)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    async def finish(self, proposal_id: str, rounds: int = 40, seconds: float = 61) -> Json:
        """The desk works until the run has ended, or for so many rounds; what the chat is told then."""
        for _ in range(rounds):
            await self.desk.desk.advance_all(self.tenant_id, self.desk.writer)
            told = good(await self.ask("get_proposal", {"proposal_id": proposal_id}))
            if told["runs"] and told["runs"][-1]["state"] in ENDS:
                break
            self.desk.clock.move(seconds)
        return told

    async def kinds(self, proposal_id: str) -> set[str]:
        """Of all steps of a proposal, page by page."""
        found: list[Json] = []
        while True:
            told = good(await self.ask("get_proposal", {"proposal_id": proposal_id, "from_step": len(found) + 1}))
            found += told["steps"]
            if len(found) == told["steps_total"]:
                return {step["kind"] for step in found}

    async def elsewhere(self, method: str, path: str, body: object = None) -> None:
        """Another administrator does something."""
        app = httpx.ASGITransport(build_app(self.state))
        async with httpx.AsyncClient(transport=app) as control:
            headers = {"X-Demo-Control": self.state.tokens["control"]}
            asked = {"method": method, "path": path, "body": body}
            answer = await control.post(f"{HOST}/_demo/elsewhere", json=asked, headers=headers)
        assert answer.status_code == 200, answer.text

    def move(self, **time: float) -> None:
        self.desk.clock.move(timedelta(**time).total_seconds())


@asynccontextmanager
async def one_house(home: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house whose tenant has been read whole. `home` is what LICENSEIQ_HOME would name."""
    state = DemoState(DemoTenant.build(250, 7, datetime.now(UTC).date()))
    app, folder = httpx.ASGITransport(build_app(state)), home / "demo"
    patch.setattr(graph_client, "Outward", lambda: app)
    token = static_token(state.tokens["reader"])
    where = Where(folder, f"{HOST}/v1.0", token, state.tenant.tenant_id, simulated=True)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Deps]:
        async with open_reader(where) as reader:
            yield Deps(reader.tenant, reader.proposals, "licenseiq approve", read_only=False)

    async with AsyncExitStack() as entered:
        ask = await asking(
            await entered.enter_async_context(Client(build_server(opened, read_only=False, version="0")))
        )
        await read_everything(ask)
        desk = OneDesk(folder, state, await entered.enter_async_context(writer_over(state)))
        entered.callback(desk.close)
        desk.clock.now_is = datetime.now(UTC)
        pages = Pages(desk.desk, state.tenant.tenant_id, desk.writer, PARTY.origin, SECRET).app()
        browser = httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url=PARTY.origin)
        house = House(state, ask, desk, await entered.enter_async_context(browser))
        for name in ("Ada", "Ben"):
            house.enrol(name)
        yield house
