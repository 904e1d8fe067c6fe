"""Running the demo in the foreground: a socket on 127.0.0.1, the files in its home, the idle end."""

import asyncio
import logging
import os
import socket
import time
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn

from licenseiq_demo import homefiles, process
from licenseiq_demo.app import build_app
from licenseiq_demo.errors import DemoError
from licenseiq_demo.limits import Limits
from licenseiq_demo.people import personnel
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant


class _Server(uvicorn.Server):
    """Writes the files once it listens, and ends when it is asked to or was idle for long enough."""

    def __init__(
        self,
        config: uvicorn.Config,
        state: DemoState,
        home: Path,
        url: str,
        started_with: dict[str, str],
        idle: float | None,
    ) -> None:
        super().__init__(config)
        self._state, self._home, self._url, self._idle = state, home, url, idle
        self._started_with = started_with

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._publish()

    async def on_tick(self, counter: int) -> bool:
        idle = self._idle is not None and time.monotonic() - self._state.touched > self._idle
        lost = counter % 10 == 9 and not self._is_ours()
        return idle or lost or self._state.stopping or await super().on_tick(counter)

    def _is_ours(self) -> bool:
        """Whether somebody could still find us: the home is there and no other demo took it over."""
        content = homefiles.read(self._home, "control")
        return content is not None and content.get("token") == self._state.tokens["control"]

    def _publish(self) -> None:
        for kind in homefiles.KINDS:
            content = {
                "url": self._url,
                "token": self._state.tokens[kind],
                "proof_key": self._state.proof_keys[kind].hex(),
                "tenant_id": self._state.tenant.tenant_id,
                "role": kind,
                **self._started_with,
            }
            homefiles.write(self._home, kind, content)


def _listen(port: int) -> socket.socket:
    # asyncio sends small packets at once only where the protocol is named: else each answer takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise DemoError(f"Could not serve the demo tenant: port {port} is taken. Choose another, or 0.") from None
    return listener


def serve(
    home: Path,
    port: int,
    users: int,
    seed: int,
    today: date | None = None,
    idle_seconds: float | None = None,
    limits: bool = False,
    *,
    can_hold: bool = True,
) -> None:
    """Runs the demo until it is stopped, interrupted, or idle for `idle_seconds`; port 0 takes a free one.

    DemoError when the port is taken or a demo already runs for this home.
    """
    homefiles.make_home(home)
    running = process.find(home, "reader")
    if running is not None:
        raise DemoError(f"A demo tenant already runs at {running.url} for this home. Stop it first.")
    with _listen(port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1.0"
        tenant = DemoTenant.build(users, seed, today or datetime.now(UTC).date(), can_hold=can_hold)
        (home / personnel.FILE).write_text(personnel.written(tenant.people, tenant.calendar), encoding="utf-8")
        state = DemoState(tenant, limits=Limits(on=limits))
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        config = uvicorn.Config(
            build_app(state),
            http="h11",
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        started_with = {"users": str(users), "seed": str(seed)}
        server = _Server(config, state, home, url, started_with, idle_seconds)
        try:
            asyncio.run(server.serve(sockets=[listener]))
        except KeyboardInterrupt:
            pass
        finally:
            for kind in homefiles.KINDS:
                homefiles.remove(home, kind, state.tokens[kind])
