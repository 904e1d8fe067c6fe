"""Opening the desk of the demo tenant, with the right to write to that tenant and to nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio

from licenseiq.errors import Refused
from licenseiq.ports import TenantWriter
from licenseiq_cli.policy_of import PolicyFile
from licenseiq_demo import process
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.passkeys import RelyingParty
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution.graph_writer import GraphWriter
from licenseiq_desk.execution.write_rule import write_rule
from licenseiq_tenant.graph.client import Connection, open_graph
from licenseiq_tenant.inbox.store import Inbox

PAGE_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk beside the one tenant that it may write to: the demo that was proven when this was opened."""

    desk: Desk
    tenant_id: str
    writer: TenantWriter


@asynccontextmanager
async def open_demo_desk(demo_home: Path, origin: str | None = None) -> AsyncIterator[OpenDesk]:
    """The desk of `demo_home` and the demo tenant that runs there. With the `origin` of its page passkeys can be used.
    Raises Refused when no demo runs, and SettingsError for a policy that cannot be used."""
    demo = await anyio.to_thread.run_sync(running_demo, demo_home)
    if demo is None:
        raise Refused(
            "The demo tenant does not run, and this version approves nothing on any other.",
            "Start it with `licenseiq demo`.",
        )

    async def token() -> str:
        return demo.token

    policy = PolicyFile(demo_home)
    policy()  # so that a person hears at once of one that cannot be used
    proven = DemoTenant(demo.tenant_id, partial(process.prove, demo))
    connection = Connection(demo.url, token)
    authority = Authority(proven, RelyingParty(origin, PAGE_HOST) if origin is not None else None)
    with (
        closing(Inbox(demo_home)) as inbox,
        closing(Desk(demo_home, inbox, authority=authority, policy=policy)) as desk,
    ):
        async with open_graph(connection, write_rule(demo.url)) as graph:
            yield OpenDesk(desk, demo.tenant_id, GraphWriter(graph, policy))


def running_demo(demo_home: Path) -> process.Demo | None:
    """The demo of this home as the desk sees it, proven just now. Blocking."""
    return process.find(demo_home / "tenant", "desk")
