"""Sending an effect once, and what a broken connection means: unsent, or nobody knows."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from licenseiq.errors import NotReadable
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.effects import EffectUncertain, EffectWaits
from licenseiq.readings import Reason
from licenseiq.steps.holds import CASES
from licenseiq_desk.execution import graph_answers as answers

UNREACHABLE_WAIT = 15.0
# Before the request has left: nothing was done.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Sender(Protocol):
    """What is needed of `licenseiq_tenant.graph.client.Graph`."""

    async def send(self, info: Any) -> httpx.Response: ...

    def url(self, path: str) -> str: ...


class AskedToWait:
    """Until when the tenant asked this desk to wait, on a clock that only goes forward."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._until = now, 0.0

    def refuse_early(self) -> None:
        """Raises EffectWaits while it is not over."""
        left = self._until - self._now()
        if left > 0:
            raise EffectWaits("The tenant asks to wait.", "It goes on by itself.", seconds=left)

    def note(self, seconds: float) -> None:
        self._until = max(self._until, self._now() + seconds)


@dataclass(frozen=True, slots=True)
class Patient:
    """A sender for several that ask at once: once one of them was asked to wait, nothing more leaves before that is
    over. eDiscovery has a limit of its own, and whoever reads it waits by itself: the rest does not wait for it."""

    sender: Sender
    asked: AskedToWait = field(default_factory=AskedToWait)

    async def send(self, info: Any) -> httpx.Response:
        self.asked.refuse_early()
        response = await self.sender.send(info)
        if response.status_code in answers.THROTTLED and CASES not in info.url:
            self.asked.note(answers.retry_after(response))
        return response

    def url(self, path: str) -> str:
        return self.sender.url(path)


def request(sender: Sender, method: str, path: str, content: Json = None) -> Any:
    """A request of the SDK's, with JSON where there is any."""
    info = RequestInformation()
    info.http_method = Method(method)
    info.url = sender.url(path)
    info.headers.add("Accept", "application/json")
    if content is not None:
        info.headers.add("Content-Type", "application/json")
        info.content = json.dumps(content, separators=(",", ":")).encode()
    return info


async def send_effect(sender: Sender, info: Any) -> Json:
    """The answer's body where it is JSON, else None. Raises EffectRefused, EffectUncertain or EffectWaits."""
    try:
        response = await sender.send(info)
    except _NOT_SENT as error:
        raise unreachable() from error
    except httpx.HTTPError as error:
        raise EffectUncertain("The connection broke after the effect was sent.", "It is read back.") from error
    except NotReadable as error:
        if error.reason != Reason.SIGNED_OUT:
            raise EffectUncertain("Nothing is known of the effect's answer.", "It is read back.") from error
        raise EffectWaits(error.what_happened, error.next_step, seconds=answers.SIGNED_OUT_WAIT) from error
    problem = answers.effect_trouble(response)
    if problem is not None:
        raise problem
    try:
        found: Json = json.loads(response.content)
    except ValueError:
        return None
    return found


def unreachable() -> EffectWaits:
    return EffectWaits("The tenant cannot be reached.", "It goes on by itself.", seconds=UNREACHABLE_WAIT)


def below(sender: Sender, link: object, what: str) -> str:
    """The path of a page that follows. Raises NotReadable for one of another place (INV-31)."""
    base = sender.url("")
    if not isinstance(link, str) or not link.startswith(f"{base}/"):
        raise answers.malformed(what)
    return link[len(base) :]
