"""`licenseiq desk --demo`: the desk beside the demo tenant, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import anyio

from licenseiq.errors import Refused
from licenseiq_cli.carry_out import words
from licenseiq_cli.desk_screen import Screen
from licenseiq_cli.homes import demo_home
from licenseiq_cli.open_desk import open_demo_desk, running_demo
from licenseiq_desk.execution.seen import RunProgress, StepSeen
from licenseiq_desk.intake_of_proposals import TakenReport
from licenseiq_desk.loop import run_desk

STILL_THERE_SECONDS = 5.0


def run(options: argparse.Namespace) -> int:
    """Works until it is asked to stop: 0. Returns 1 when the demo tenant ends before. Raises Refused."""
    if not options.demo:
        raise Refused(
            "A desk for real tenants comes in a later version: it needs enrolled approvers.",
            "Try it on the demo tenant with `licenseiq desk --demo`.",
        )
    return anyio.run(_work, demo_home(), getattr(options, "poll", 0.5), Diary(Screen(sys.stdout)))


class Diary:
    """One line for each thing that happens, with its time of day. What repeats itself is said once."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._said: set[str] = set()

    def say(self, text: str, style: str = "") -> None:
        self._screen.line(f"{datetime.now(UTC).astimezone():%H:%M:%S}  {text}", style)

    def taken(self, found: TakenReport) -> None:
        for proposal_id in found.taken:
            self.say(f"{proposal_id}: taken over. Decide with `licenseiq approve {proposal_id}`.")
        for proposal_id, state in found.ended:
            self.say(f"{proposal_id}: {state}.")
        for rejected in found.rejected:
            text = f"{rejected.proposal_id}: left alone. {rejected.why}"
            if text not in self._said:
                self._said.add(text)
                self.say(text, "red")

    def step(self, seen: StepSeen) -> None:
        if seen.outcome is not None:
            note = f" - {seen.note}" if seen.note else ""
            what = f"{seen.number}. {words(seen.kind)} ({seen.subject})"
            self.say(f"{seen.run_id}: {what}: {seen.outcome.replace('_', ' ')}{note}")

    def progress(self, found: RunProgress) -> None:
        self.say(f"{found.proposal_id}: {found.run_id} is {found.state}.{f' {found.note}' if found.note else ''}")


async def _work(folder: Path, poll: float, diary: Diary) -> int:
    stop, lost = anyio.Event(), anyio.Event()
    async with open_demo_desk(folder) as opened:

        async def watch_the_demo() -> None:
            """A demo that starts again is another tenant. Asking it keeps it from ending itself as unused."""
            while True:
                await anyio.sleep(STILL_THERE_SECONDS)
                demo = await anyio.to_thread.run_sync(running_demo, folder)
                if demo is None or demo.tenant_id != opened.tenant_id:
                    lost.set()
                    stop.set()
                    return

        diary.say(f"The desk works for the demo tenant {opened.tenant_id}. Ctrl-C ends it.")
        with _stopped_by_signals(stop):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch_the_demo)
                await run_desk(
                    opened.desk,
                    opened.tenant_id,
                    lambda: nullcontext(opened.writer),
                    poll,
                    stop,
                    diary.step,
                    diary.taken,
                    diary.progress,
                )
                tasks.cancel_scope.cancel()
    if lost.is_set():
        diary.say("The demo tenant has ended, and the desk with it. Start it again with `licenseiq demo`.", "yellow")
        return 1
    diary.say("The desk has stopped.")
    return 0


@contextmanager
def _stopped_by_signals(stop: anyio.Event) -> Iterator[None]:
    """Ctrl-C and a request to end let the step at hand finish. (asyncio's own handlers do not exist on Windows.)"""
    loop = asyncio.get_running_loop()

    def ask_to_stop(_signal: int, _frame: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
