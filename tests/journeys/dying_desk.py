"""A real `licenseiq desk --demo` in a process of its own that dies by SIGKILL at a boundary: for tests and benches.

It is the desk as it is, put together with two additions that the product does not have. The boundaries around journal
and transport are written down, and looked up in a file. And what takes half a minute to two weeks takes seconds: a
lease, until a run looks again at what a person does or what does not show yet, and until it gives that up. The rules
are the same ones. Processes are forked from one that has loaded everything, so that hundreds can be killed.
"""

import json
import multiprocessing
import os
import signal
import sys
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
from tests.journeys.boundaries import Boundaries, Boundary

from licenseiq.proposals.states import Outcome
from licenseiq_cli.main import main
from licenseiq_desk.execution import at_work, calls_taker, lease, step_taker
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.step_taker import Ended, StepTaker

LEASE_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 1.0
GIVE_UP = timedelta(seconds=10)
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    [
        "tests.journeys.killing",
        "tests.journeys.described_kinds",
        "licenseiq_cli.desk",
        "msgraph",
        "uvicorn.lifespan.off",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.auto",
        "httpcore",
        "trio",
        "anyio._backends._asyncio",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "kiota_abstractions.native_response_handler",
    ]
)


@dataclass
class DyingDesk:
    """The desk of a home, one process after the other. `trace` holds every boundary that was passed. `plant` is a fault
    to put in, for positive controls: one of PLANTS."""

    home: Path
    plant: str = ""
    _process: BaseProcess | None = None
    starts: int = field(default=0)

    def arm(self, at: Boundary | None) -> None:
        """Where the next process that comes there dies."""
        self._armed.write_text(json.dumps(astuple(at)) if at else "", encoding="utf-8")

    def start(self) -> None:
        self.starts += 1
        names = (str(self.home), str(self._armed), str(self._trace), self.plant)
        self._process = _FORKING.Process(target=_desk, args=names, daemon=True)
        self._process.start()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def kill(self) -> int | None:
        """Ends it as `kill -9` does; how it ended."""
        assert self._process is not None
        self._process.kill()
        self._process.join()
        return self._process.exitcode

    def trace(self) -> list[Boundary]:
        if not self._trace.exists():
            return []
        return [Boundary(*json.loads(line)) for line in self._trace.read_text(encoding="utf-8").splitlines()]

    def forget(self) -> None:
        self._trace.unlink(missing_ok=True)

    @property
    def said(self) -> str:
        """What the processes wrote."""
        return (self.home / "said.txt").read_text(encoding="utf-8")

    @property
    def _armed(self) -> Path:
        return self.home / "armed.json"

    @property
    def _trace(self) -> Path:
        return self.home / "trace.txt"


def _no_intent(*_: object) -> int:
    """An effect leaves without having been written down."""
    return 1


async def _believes(*_: object) -> Ended:
    """What was sent before a restart is taken for done."""
    return Ended(Outcome.CONFIRMED_AFTER_RESTART)


PLANTS: dict[str, tuple[Any, str, Any]] = {
    "an intent is not written": (Journal, "intend", _no_intent),
    "what was sent is taken for done": (StepTaker, "_find_out", _believes),
    "what was sent is forgotten": (at_work, "may_have_happened", lambda _: ()),
}


def _desk(home: str, armed: str, trace: str, plant: str) -> None:
    """A process: dies by its own hand at the armed boundary, as fast as it can."""
    os.environ["LICENSEIQ_HOME"] = home
    said = os.open(Path(home) / "said.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)

    def at(passed: Boundary) -> None:
        line = json.dumps(astuple(passed))
        with Path(trace).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        if Path(armed).exists() and Path(armed).read_text(encoding="utf-8") == line:
            os.kill(os.getpid(), signal.SIGKILL)

    if plant:
        setattr(*PLANTS[plant])
    watch = Boundaries(at)
    Journal.intend, Journal.close = watch.journal()  # type: ignore[method-assign]
    sending = httpx.AsyncHTTPTransport
    sending.handle_async_request = watch.transport(sending.handle_async_request)  # type: ignore[method-assign]
    lease.LEASE = timedelta(seconds=LEASE_SECONDS)
    for module in (step_taker, calls_taker):
        module.LOOK_AGAIN_SECONDS = LOOK_AGAIN_SECONDS
        module.READ_BACK_WITHIN = GIVE_UP
    calls_taker.TAKES_TIME_WITHIN, calls_taker.HAND_OVER_SECONDS = GIVE_UP, LOOK_AGAIN_SECONDS
    sys.exit(main(["desk", "--demo", "--port", "0", "--poll", "0.05"]))
