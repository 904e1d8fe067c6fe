"""The moments of a step at which a process may die, as wrappers around the journal and the innermost transport.

The product knows nothing of them: whoever wants to die puts these around it, and says with `at` what happens there.
"""

from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import httpx

from licenseiq.proposals.plan import Step
from licenseiq_desk.execution.journal import Journal

BEFORE_INTENT, LEAVES, ANSWERED, READ_BACK, CLOSED = (
    "before the intent",
    "before the request leaves",
    "after the effect, its answer not noted",
    "after the read-back, before the outcome",
    "after the outcome",
)
NAMES = (BEFORE_INTENT, LEAVES, ANSWERED, READ_BACK, CLOSED)
# Whoever dies after one of these and before the next may have sent something. (The first: the intent may be written.)
IN_FLIGHT = frozenset({BEFORE_INTENT, LEAVES, ANSWERED})
# The step that a task is at: steps of several people may be taken side by side.
_AT: ContextVar[Step | None] = ContextVar("_AT", default=None)


@dataclass(frozen=True)
class Boundary:
    """`nth` counts from 1: a step may send several requests, and the same one twice."""

    number: int
    kind: str
    name: str
    nth: int

    def __str__(self) -> str:
        return f"{self.number} {self.kind}: {self.name} ({self.nth})"


@dataclass
class Boundaries:
    """`at` is told each boundary as it is passed, before what comes next. One desk, one run at a time."""

    at: Callable[[Boundary], None]
    _run: str = ""
    _seen: Counter[tuple[int, str]] = field(default_factory=Counter)

    def _pass(self, name: str) -> None:
        if (step := _AT.get()) is not None:
            self._seen[step.number, name] += 1
            self.at(Boundary(step.number, step.kind.value, name, self._seen[step.number, name]))

    def _enter(self, journal: Journal, step: Step) -> None:
        if journal.lease.run_id != self._run:
            self._run = journal.lease.run_id
            self._seen.clear()
        _AT.set(step)

    def journal(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """What stands for `Journal.intend` and `Journal.close`."""
        intend, close = Journal.intend, Journal.close

        def intending(journal: Journal, step: Step, *rest: Any) -> Any:
            self._enter(journal, step)
            self._pass(BEFORE_INTENT)
            return intend(journal, step, *rest)

        def closing(journal: Journal, step: Step, *rest: Any) -> Any:
            self._enter(journal, step)
            self._pass(READ_BACK)
            close(journal, step, *rest)
            self._pass(CLOSED)

        return intending, closing

    def transport(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """What stands for a transport's `handle_async_request`."""

        async def handle(transport: Any, request: httpx.Request) -> httpx.Response:
            if request.method == "GET" or b'"CmdletName":"Get-' in request.content:
                found: httpx.Response = await send(transport, request)
                return found
            self._pass(LEAVES)
            answer: httpx.Response = await send(transport, request)
            await answer.aread()
            self._pass(ANSWERED)
            return answer

        return handle
