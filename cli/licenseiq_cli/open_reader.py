"""Opens the reading side: a tenant over its snapshot, and the inbox for proposals. It can write to no tenant.

Nothing of the desk is loaded here, and in demo mode no real credential is looked at.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from anyio.to_thread import run_sync

from licenseiq.errors import SettingsError
from licenseiq.policy import Policy
from licenseiq.ports import Proposals
from licenseiq_cli import homes, settings
from licenseiq_cli.policy_of import PolicyFile
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.graph.credentials import guarded, static_token, tenant_of, token_source
from licenseiq_tenant.graph.guard import is_loopback
from licenseiq_tenant.graph.token_cache import KeptSignIn
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.live import LiveTenant, identify, open_tenant
from licenseiq_tenant.proposing import Proposing


@dataclass(frozen=True, slots=True)
class Where:
    """Which tenant, and where its state lives. `tenant_id` None: Graph is asked. `policy` gives the policy of now."""

    home: Path
    base_url: str
    token: Callable[[], Awaitable[str]] = field(repr=False)
    tenant_id: str | None
    simulated: bool
    policy: Callable[[], Policy] = Policy


@dataclass(frozen=True, slots=True)
class Reader:
    """What the tools and the reports work with."""

    tenant: LiveTenant
    proposals: Proposals


def demo_where(users: int = 250, seed: int = 7) -> Where:
    """The demo tenant, found or started. Blocking. Raises DemoError."""
    from licenseiq_demo import process

    demo = process.find_or_start(homes.demo_tenant_folder(), "reader", users=users, seed=seed)
    home = homes.demo_home()
    return Where(home, demo.url, static_token(demo.token), demo.tenant_id, simulated=True, policy=_policy(home))


def real_where() -> Where:
    """The tenant that the settings name. Raises SettingsError."""
    known = settings.load_settings(os.environ)
    known = settings.require_connection(known, os.environ)
    tenant_id = known.tenant_id
    if known.graph_token is not None:
        source = static_token(known.graph_token)
        tenant_id = tenant_id or tenant_of(known.graph_token)
    else:
        source = token_source(
            tenant_id,
            known.client_id,
            known.graph_url,
            known.login_url,
            os.environ,
            kept=KeptSignIn(known.home),
            certificate=known.certificate_path,
        )
    policy = _policy(known.home)
    return Where(known.home, known.graph_url, guarded(source), tenant_id, simulated=False, policy=policy)


@asynccontextmanager
async def open_reader(where: Where) -> AsyncIterator[Reader]:
    """Opens the stores. Raises NotReadable when Graph has to be asked for the tenant's id and cannot be reached."""
    connection = Connection(where.base_url, where.token)
    tenant_id = where.tenant_id or await identify(connection)
    if tenant_id is None:
        tenant_id = _stand_in(where.base_url)
    inbox = await run_sync(Inbox, where.home)
    try:
        async with open_tenant(
            where.home, connection, tenant_id, simulated=where.simulated, policy=where.policy
        ) as tenant:
            desk = DeskState(where.home)
            yield Reader(
                tenant, Proposing(tenant, tenant_id, home=where.home, inbox=inbox, desk=desk, subjects=tenant.subjects)
            )
    finally:
        await run_sync(inbox.close)


def _policy(home: Path) -> PolicyFile:
    """The policy of a home, tried at once: whoever starts us hears of one that cannot be used."""
    policy = PolicyFile(home)
    policy()
    return policy


def _stand_in(base_url: str) -> str:
    """A name for a test server that does not tell its tenant's id. A real tenant has to be named."""
    import uuid

    if not is_loopback(base_url):
        raise SettingsError(
            "Microsoft Graph does not say which tenant it answers for.", "Set LICENSEIQ_TENANT_ID to the tenant's id."
        )
    return str(uuid.uuid5(uuid.NAMESPACE_URL, base_url))
