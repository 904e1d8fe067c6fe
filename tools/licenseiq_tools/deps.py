"""What a tool may ask: the ports, filled in by cli, and opened only when a tool is first called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from mcp.server.mcpserver import Context

from licenseiq.ports import Progress, Proposals, Tenant
from licenseiq.privacy import Privacy
from licenseiq.text import clean
from licenseiq_tools.privacy import NOTES

# The SDK fills a parameter of this type in; it is no argument that a model can see.
Call = Context[Any, Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Deps:
    """`approve_command` is what a person types, without the proposal's id: 'licenseiq approve'.

    Both ports are as `licenseiq_tools.privacy.seen_through` gives them for `privacy`: a tool sees only what it may say.
    """

    tenant: Tenant
    proposals: Proposals
    approve_command: str
    read_only: bool
    now: Callable[[], datetime] = utc_now
    privacy: Privacy = Privacy.NAMES

    @property
    def shows_people(self) -> bool:
        """False where answers hold totals and groups only."""
        return self.privacy is not Privacy.AGGREGATE

    @property
    def privacy_note(self) -> tuple[str, ...]:
        """What is left out of an answer that names people, for its `unknown`; nothing where names are shown."""
        return NOTES[self.privacy]


class Door(Protocol):
    """The server's lifespan hands this out: `get` opens the ports once, at the first call of a tool."""

    async def get(self) -> Deps: ...


async def deps_of(call: Call) -> Deps:
    return await cast(Door, call.request_context.lifespan_context).get()


def progress_of(call: Call) -> Progress:
    """Tells the waiting client what is happening; a client that did not ask hears nothing."""
    told = 0

    async def say(words: str) -> None:
        nonlocal told
        told += 1
        await call.report_progress(told, None, words)

    return say


def client_of(session: Any) -> str:
    """What the client calls itself, cleaned: a claim, not an identity."""
    params = getattr(session, "client_params", None)
    info = getattr(params, "client_info", None)
    return clean(str(getattr(info, "name", "") or "")).text or "unnamed client"
