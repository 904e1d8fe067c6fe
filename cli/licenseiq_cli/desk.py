"""`licenseiq desk`: the people's side of one tenant, with its pages, until Ctrl-C; with --demo of the demo tenant."""

import argparse
import asyncio
import os
import secrets
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import anyio

from licenseiq_cli import desk_control
from licenseiq_cli.carry_out import words
from licenseiq_cli.desk_screen import Screen
from licenseiq_cli.desk_settings import desk_port, load_desk_settings
from licenseiq_cli.homes import demo_home
from licenseiq_cli.open_desk import PAGE_HOST, OpenDesk, open_demo_desk, open_real_desk, running_demo
from licenseiq_desk.approval.level import WORDS
from licenseiq_desk.execution.seen import RunProgress, StepSeen
from licenseiq_desk.intake_of_proposals import TakenReport
from licenseiq_desk.loop import run_desk
from licenseiq_desk.pages.app import Pages
from licenseiq_desk.pages.server import listening, port_of, serving

STILL_THERE_SECONDS = 5.0
# So many steps of a run are told one by one.
EACH_STEP = 100


def run(options: argparse.Namespace) -> int:
    """Works until it is asked to stop: 0. Returns 1 when the demo tenant ends before. Raises Refused and SettingsError
    before anything is served."""
    known = None if options.demo else load_desk_settings(os.environ)
    folder = demo_home() if known is None else known.home
    port = desk_port(os.environ, folder) if options.port is None else int(options.port)

    def opened(origin: str) -> AbstractAsyncContextManager[OpenDesk]:
        if known is None:
            return open_demo_desk(folder, origin)
        return open_real_desk(known, origin, person=options.sign_in)

    diary = Diary(Screen(sys.stdout), " --demo" * (known is None))
    return anyio.run(_work, folder, port, options.poll, diary, opened)


class Diary:
    """One line for each thing that happens, with its time of day. What repeats itself is said once, and of a long run
    only what is to be looked at and how far it is."""

    def __init__(self, screen: Screen, option: str = "") -> None:
        self._screen = screen
        self.option = option
        self._said: set[str] = set()
        self._steps: Counter[str] = Counter()

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
        if seen.outcome is None:
            return
        self._steps[seen.run_id] += 1
        ended = self._steps[seen.run_id]
        if ended <= EACH_STEP or not seen.outcome.is_read_back:
            note = f" - {seen.note}" if seen.note else ""
            what = f"{seen.number}. {words(seen.kind)} ({seen.subject})"
            self.say(f"{seen.run_id}: {what}: {seen.outcome.replace('_', ' ')}{note}")
        elif ended % EACH_STEP == 0:
            self.say(f"{seen.run_id}: {ended} steps so far; see 'licenseiq run status{self.option}'.")

    def progress(self, found: RunProgress) -> None:
        self.say(f"{found.proposal_id}: {found.run_id} is {found.state}.{f' {found.note}' if found.note else ''}")


Opener = Callable[[str], AbstractAsyncContextManager[OpenDesk]]


async def _work(folder: Path, port: int, poll: float, diary: Diary, opener: Opener) -> int:
    stop, lost = anyio.Event(), anyio.Event()
    async with AsyncExitStack() as entered:
        sockets = entered.enter_context(listening(port))
        origin = f"http://{PAGE_HOST}:{port_of(sockets)}"
        opened = await entered.enter_async_context(opener(origin))
        is_demo = opened.desk.authority.demo is not None

        async def watch_the_demo() -> None:
            """A demo that starts again is another tenant. Asking it keeps it from ending itself as unused."""
            while True:
                await anyio.sleep(STILL_THERE_SECONDS)
                demo = await anyio.to_thread.run_sync(running_demo, folder)
                if demo is None or demo.tenant_id != opened.tenant_id:
                    lost.set()
                    stop.set()
                    return

        secret = secrets.token_urlsafe(32)
        pages = Pages(opened.desk, opened.tenant_id, opened.writer, origin, secret).app()
        with _stopped_by_signals(stop):
            async with serving(pages, sockets), _published(folder, origin, secret), anyio.create_task_group() as tasks:
                _greet(opened, origin, diary)
                if is_demo:
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


def _greet(opened: OpenDesk, origin: str, diary: Diary) -> None:
    """Where it is, how far an approval protects here, and what is missing."""
    authority = opened.desk.authority
    which = "demo tenant" if authority.demo is not None else "tenant"
    diary.say(f"The desk works for the {which} {opened.tenant_id}, at {origin}. Ctrl-C ends it.")
    if authority.demo is None:
        diary.say(WORDS[authority.standing.level(simulated=False)])
    for line in opened.found.lines():
        diary.say(line, "yellow")
    if not _somebody_approves(opened):
        diary.say(f"Nobody has a passkey here yet: `licenseiq approvers add YOUR_NAME{diary.option}`.", "yellow")


def _somebody_approves(opened: OpenDesk) -> bool:
    return any(one.revoked_at is None for one in opened.desk.approvers(opened.tenant_id))


@asynccontextmanager
async def _published(folder: Path, origin: str, secret: str) -> AsyncIterator[None]:
    """Lets commands of this account find the desk while the body runs."""
    path = desk_control.publish(folder, origin, secret)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


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
