"""Things that several people share: of all who want the same, one at a time goes on, and who came first goes first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import anyio

from licenseiq.steps.asking import Api, Call

SEATS = "free seats"


class OneAtATime:
    """Names of things, each with a queue while anybody wants it."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, thing: str) -> AsyncIterator[None]:
        """Nobody else has this thing while the body runs."""
        async with self._queues.setdefault(thing, anyio.Lock()):
            yield


def thing_of(call: Call) -> str:
    """What a call changes: the object that its path or its cmdlet names (a group, a drive, a mailbox)."""
    if call.api is Api.EXCHANGE:
        return f"mailbox {call.parameters.get('Identity')}".lower()
    return "/".join(call.path.split("/")[:3]).lower()
