"""Opening a desk with the right to write to one tenant and to nothing else: the proven demo, or the one that is set."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import anyio

from licenseiq.errors import Refused
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq_cli.desk_settings import DeskSettings
from licenseiq_cli.policy_of import PolicyFile
from licenseiq_cli.writer import WriterFound, look, writer_source
from licenseiq_demo import process
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.passkeys import RelyingParty
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution.exchange import Exchange
from licenseiq_desk.execution.graph_writer import GraphWriter
from licenseiq_desk.execution.sending import AskedToWait, Patient
from licenseiq_desk.execution.write_rule import exchange_rule, write_rule
from licenseiq_desk.holds import index as hold_index
from licenseiq_tenant.graph.client import Connection, open_graph
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.os_account import account_name

PAGE_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk beside the one tenant that it may write to. `found` is what is known of a real tenant's writer."""

    desk: Desk
    tenant_id: str
    writer: TenantWriter
    found: WriterFound = field(default_factory=WriterFound)


@asynccontextmanager
async def open_demo_desk(demo_home: Path, origin: str | None = None) -> AsyncIterator[OpenDesk]:
    """The desk of `demo_home` and the demo tenant that runs there. With the `origin` of its page passkeys can be used.
    Raises Refused when no demo runs, and SettingsError for a policy that cannot be used."""
    demo = await anyio.to_thread.run_sync(running_demo, demo_home)
    if demo is None:
        raise Refused("The demo tenant does not run.", "Start it with `licenseiq demo`.")

    async def token() -> str:
        return demo.token

    proven = DemoTenant(demo.tenant_id, partial(process.prove, demo))
    authority = Authority(proven, _party(origin), account_name=partial(account_name, demo_home))
    exchange = Connection(exchange_place(demo.url, demo.tenant_id), token)
    async with _opened(demo_home, demo.tenant_id, Connection(demo.url, token), exchange, authority) as (desk, writer):
        yield OpenDesk(desk, demo.tenant_id, writer)


@asynccontextmanager
async def open_real_desk(known: DeskSettings, origin: str, *, person: bool = False) -> AsyncIterator[OpenDesk]:
    """The desk of the tenant that the settings name, with a credential of its own. Raises Refused where the level does
    not allow it, and SettingsError."""
    known.standing.level(simulated=False)
    source = writer_source(known, os.environ, person=person)
    found = await look(source, known.tenant_id)
    authority = Authority(None, _party(origin), known.standing, known.sole, partial(account_name, known.home))
    exchange = None
    if known.exchange_url is not None:
        place = exchange_place(known.exchange_url, known.tenant_id)
        exchange = Connection(place, writer_source(known, os.environ, person=person, url=known.exchange_url))
    async with _opened(known.home, known.tenant_id, Connection(known.graph_url, source), exchange, authority) as (
        desk,
        writer,
    ):
        yield OpenDesk(desk, known.tenant_id, writer, found)


@asynccontextmanager
async def _opened(
    folder: Path, tenant_id: str, connection: Connection, exchange: Connection | None, authority: Authority
) -> AsyncIterator[tuple[Desk, TenantWriter]]:
    policy: Callable[[], Policy] = PolicyFile(folder)
    policy()  # so that a person hears at once of one that cannot be used
    with closing(Inbox(folder)) as inbox, closing(Desk(folder, inbox, authority=authority, policy=policy)) as desk:
        async with AsyncExitStack() as open_now:
            asked, mail = AskedToWait(), None
            graph = await open_now.enter_async_context(open_graph(connection, write_rule(connection.base_url)))
            if exchange is not None:
                found = await open_now.enter_async_context(open_graph(exchange, exchange_rule(exchange.base_url)))
                mail = Patient(found, asked)
            pace = hold_index.Pace() if authority.demo is None else hold_index.DEMO
            yield desk, GraphWriter(Patient(graph, asked), policy, Exchange(mail), desk.hold_index(tenant_id, pace))


def exchange_place(url: str, tenant_id: str) -> str:
    """Where Exchange's admin API takes cmdlets for a tenant; of `url` the scheme and the host count."""
    found = urlsplit(url)
    return f"{found.scheme}://{found.netloc}/adminapi/beta/{tenant_id}"


def _party(origin: str | None) -> RelyingParty | None:
    return RelyingParty(origin, PAGE_HOST) if origin is not None else None


def running_demo(demo_home: Path) -> process.Demo | None:
    """The demo of this home as the desk sees it, proven just now. Blocking."""
    return process.find(demo_home / "tenant", "desk")
