"""Opens the ports at the first call of a tool, so that start-up touches neither network nor store.

One task of its own opens and closes them: whoever calls first may be gone when they are closed.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio

from licenseiq_tools.deps import Deps

_LOG = logging.getLogger(__name__)
OpenDeps = Callable[[], AbstractAsyncContextManager[Deps]]


class LazyDoor:
    """`get` waits until the ports are open; when opening failed, everybody who waits hears why, and a later call
    tries again."""

    def __init__(self, open_deps: OpenDeps) -> None:
        self._open = open_deps
        self._deps: Deps | None = None
        self._failure: Exception | None = None
        self._lock = anyio.Lock()
        self._wanted = anyio.Event()
        self._settled = anyio.Event()
        self._closing = anyio.Event()

    async def get(self) -> Deps:
        async with self._lock:
            if self._deps is None and not self._closing.is_set():
                self._settled = anyio.Event()
                self._wanted.set()
                await self._settled.wait()
        if self._deps is None:
            raise self._failure or RuntimeError("the server is closing")
        return self._deps

    @property
    def has_failed(self) -> bool:
        """Whether the last opening failed, so that another one now would most likely fail too."""
        return self._deps is None and self._failure is not None

    async def keep(self) -> None:
        """Runs for as long as the server does."""
        while True:
            await self._wanted.wait()
            self._wanted = anyio.Event()
            if self._closing.is_set():
                return
            try:
                async with self._open() as deps:
                    self._deps = deps
                    self._settled.set()
                    await self._closing.wait()
                    self._deps = None
                    return
            except Exception as failure:  # noqa: BLE001 - told to whoever waits
                if self._closing.is_set():
                    _LOG.warning("closing failed: %s", type(failure).__name__)
                    return
                self._failure = failure
                self._settled.set()

    def close(self) -> None:
        self._closing.set()
        self._wanted.set()
        self._settled.set()


@asynccontextmanager
async def kept_open(open_deps: OpenDeps) -> AsyncIterator[LazyDoor]:
    door = LazyDoor(open_deps)
    async with anyio.create_task_group() as group:
        group.start_soon(door.keep)
        try:
            yield door
        finally:
            door.close()
