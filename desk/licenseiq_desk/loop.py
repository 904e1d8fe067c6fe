"""The desk's loop: take over, start what was approved, carry runs on, until it is asked to stop."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress

import anyio
from sqlalchemy.exc import SQLAlchemyError

from licenseiq.errors import LicenseIQError, NotFound, NotReadable
from licenseiq.ports import TenantWriter
from licenseiq.proposals.effects import EffectWaits
from licenseiq.steps.asking import Api, Ask
from licenseiq.steps.holds import HOLDS_OF_CASES, INDEX, INDEX_PERMISSION
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution.seen import Observe, RunProgress, nobody
from licenseiq_desk.intake_of_proposals import TakenReport

GRACE_SECONDS = 3.0
log = logging.getLogger(__name__)

WriterFactory = Callable[[], AbstractAsyncContextManager[TenantWriter]]


async def _look_at_cases(writer: TenantWriter) -> None:
    """Keeps the index of eDiscovery holds fresh. Where they cannot be read, whoever needs them hears of it."""
    with suppress(NotReadable, NotFound, EffectWaits):
        await writer.ask(Ask(INDEX, Api.INDEX), HOLDS_OF_CASES.what, INDEX_PERMISSION)


def _ignore(_: object) -> None:
    """Tells nobody."""


async def run_desk(
    desk: Desk,
    tenant_id: str,
    writer_factory: WriterFactory,
    poll_seconds: float,
    stop_event: anyio.Event,
    observe: Observe = nobody,
    on_taken: Callable[[TakenReport], None] = _ignore,
    on_progress: Callable[[RunProgress], None] = _ignore,
) -> None:
    """Works until `stop_event` is set, and a few seconds at most after that: what was sent then is found out at the
    next start. Runs go on beside one another, so that nobody who is to be blocked at once waits for a large batch."""
    under_way, diary = set[str](), _Diary()
    async with writer_factory() as writer, anyio.create_task_group() as working:

        async def carry_on(run_id: str) -> None:
            try:
                with diary.trouble_of(run_id):
                    progress = await desk.advance(tenant_id, run_id, writer, observe)
                    if progress is not None:
                        on_progress(progress)
            finally:
                under_way.discard(run_id)

        working.start_soon(_end_soon, stop_event, working.cancel_scope)
        async with anyio.create_task_group() as runs:
            while not stop_event.is_set():
                with diary.trouble_of(""):
                    taken = desk.take_over(tenant_id)
                    if taken.taken or taken.ended or taken.rejected:
                        on_taken(taken)
                    for run_id in await desk.runs_to_carry_on(tenant_id, writer):
                        if run_id not in under_way:
                            under_way.add(run_id)
                            runs.start_soon(carry_on, run_id)
                    await _look_at_cases(writer)
                with anyio.move_on_after(poll_seconds):
                    await stop_event.wait()
        working.cancel_scope.cancel()


class _Diary:
    """Logs trouble, and the same trouble of the same thing in the rounds after it not again."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    @contextmanager
    def trouble_of(self, what: str) -> Iterator[None]:
        """Trouble of one round is no end: the next round tries again."""
        trouble = ""
        try:
            yield
        except LicenseIQError as error:
            trouble = f"The desk could not finish a round: {error}"
        except (SQLAlchemyError, OSError) as error:
            trouble = f"The desk's store could not be used ({type(error).__name__}); nothing was sent."
        if trouble and trouble != self._told.get(what):
            log.warning("%s", trouble)
        self._told[what] = trouble  # '' once it is over


async def _end_soon(stop_event: anyio.Event, scope: anyio.CancelScope) -> None:
    await stop_event.wait()
    await anyio.sleep(GRACE_SECONDS)
    scope.cancel()
