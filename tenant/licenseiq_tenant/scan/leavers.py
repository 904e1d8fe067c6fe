"""The leavers' lane: once a day, what is left of everybody who left. Only leavers are read, in batches of twenty.

Whoever was never read comes first, the newest leavers before all others; then whoever was read longest ago. A scan
reads at most MOST_PEOPLE, so a tenant with more of them takes days, and each answer says of when it is. What is read is
stored at once: a lane that was stopped is gone on with.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import anyio
from anyio.to_thread import run_sync

from licenseiq.accounts import has_left, is_leaver
from licenseiq.context import Context
from licenseiq.errors import NotReadable
from licenseiq.left_seen import LeftSeen
from licenseiq.people import Person
from licenseiq.readings import Reading, Reason, Source
from licenseiq_tenant.graph.batch import MOST
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable
from licenseiq_tenant.lanes.leavers import Question, ask, own_domains
from licenseiq_tenant.scan.evaluating import Evaluating
from licenseiq_tenant.snapshot import views
from licenseiq_tenant.snapshot.generations import LASTING, Generations
from licenseiq_tenant.snapshot.lease import RENEW_SECONDS, Budget, Lease
from licenseiq_tenant.snapshot.leavers import LeaverRows

# 240 batches of twenty are 4,800 requests a minute; Graph allows the smallest tenant 21,000 units (graph-facts 2).
BUDGET = Budget("leavers", 240, 60.0)
MOST_PEOPLE = 2_000
# Room for a scan that starts a little earlier in the day than the one before.
READ_LATELY = timedelta(hours=20)
RESUMABLE = timedelta(hours=24)
# So few show whether a permission is there; then as many as make whole batches.
_FIRST, _CHUNK = 2, 20
# What meets whoever is asked about next as well: the rest waits for the next scan.
_STOPS = frozenset({Reason.THROTTLED, Reason.UNREACHABLE, Reason.SIGNED_OUT})
_REFUSED = _STOPS | {Reason.NO_PERMISSION, Reason.NO_PREMIUM}


@dataclass(frozen=True, slots=True)
class Turn:
    """One leaver and the sources to ask. `left` is the day of leaving, or the best that is known of it; `read_at` when
    they were last asked, None where one of them never was."""

    user_id: str
    synced: bool | None
    left: date
    sources: tuple[Source, ...] = ()
    read_at: datetime | None = None


@dataclass(frozen=True)
class LeaversLane:
    """`wait` is a pause that Graph asked for, `sleep` one of our own; `say` tells words, how many people were read and
    of how many."""

    lease: Lease
    graph: Graph
    generations: Generations
    evaluating: Evaluating
    wait: Sleep
    sleep: Sleep
    say: Callable[[str, int, int], None]

    async def read(self, sources: Sequence[Source]) -> None:
        """Publishes what could be read of these sources. Until it is known who the people are, nobody is asked."""
        now, rows = self.lease.clock(), LeaverRows(self.lease)
        leavers = await run_sync(self._leavers)
        if leavers is None:
            for source in sources:
                await run_sync(self.generations.note_failure, source, Reason.NOT_YET, now)
            return
        resumed = await run_sync(self.generations.unfinished, "leavers", now - RESUMABLE)
        if resumed is not None:
            generation = resumed[0]
        else:
            generation = await run_sync(self.generations.begin, "leavers", now)
            await run_sync(rows.begin, generation, sources, frozenset(one.user_id for one in leavers))
        turns = in_turn(leavers, sources, await run_sync(rows.read_at, generation), now)[:MOST_PEOPLE]
        try:
            failed = await self._people(rows, generation, turns, now)
        except NotReadable as error:
            failed = dict.fromkeys(sources, Reason(error.reason))
        lasting = {source: reason for source, reason in failed.items() if reason in LASTING}
        for source in failed.keys() - lasting.keys():
            await run_sync(self.generations.note_failure, source, failed[source], now)
        if published := [source for source in sources if source not in failed or source in lasting]:
            counts = [await run_sync(rows.count, generation, source) for source in published]
            readings = [
                Reading(source, lasting.get(source), now, number)
                for source, number in zip(published, counts, strict=True)
            ]
            await run_sync(self.generations.publish, generation, readings)

    async def _people(
        self, rows: LeaverRows, generation: int, turns: Sequence[Turn], now: datetime
    ) -> dict[Source, Reason]:
        """Asks about these people, and returns the sources that nobody could be read of, with why. Raises NotReadable
        where Graph stops answering in the middle; what was read until then is stored."""
        domains = await own_domains(self.graph, self.wait) if turns else None
        failed: dict[Source, Reason] = {}
        whys: dict[Source, Counter[Reason | None]] = {}
        chunks = [turns[:_FIRST], *(turns[at : at + _CHUNK] for at in range(_FIRST, len(turns), _CHUNK))]
        done = 0
        for chunk in chunks:
            asked = [Question(s, one.user_id, one.synced) for one in chunk for s in one.sources if s not in failed]
            found = await self._answers(asked, domains, now, partial(self._budget, done, len(turns)))
            for _, seen in found:
                whys.setdefault(seen.source, Counter())[seen.reason] += 1
            if not done:
                failed |= {source: why for source, why in _only(whys).items() if why in _REFUSED}
            kept = [(who, seen) for who, seen in found if seen.source not in failed]
            await run_sync(rows.add, generation, [one for one in kept if one[1].reason not in _STOPS])
            for _, seen in kept:
                if seen.reason in _STOPS:
                    raise not_readable(seen.source, seen.reason)
            done += len(chunk)
            self.say(f"Reading what is left of leavers: {done} of {len(turns)}.", done, len(turns))
        for source, why in _only(whys).items():
            if not await run_sync(rows.count, generation, source, now - READ_LATELY):
                failed.setdefault(source, why)
        return failed

    async def _answers(
        self,
        asked: Sequence[Question],
        domains: frozenset[str] | None,
        now: datetime,
        budget: Callable[[], Awaitable[None]],
    ) -> list[tuple[str, LeftSeen]]:
        """The answers by the ids of the people, from some batches side by side. Raises NotReadable."""
        found: list[tuple[str, LeftSeen]] = []
        failures: list[NotReadable] = []

        async def one(part: Sequence[Question]) -> None:
            try:
                answers = await ask(self.graph, part, domains, now, self.wait)
                found.extend((question.user_id, seen) for question, seen in zip(part, answers, strict=True))
            except NotReadable as error:
                failures.append(error)

        async with anyio.create_task_group() as group:
            for at in range(0, len(asked), MOST):
                await budget()
                group.start_soon(one, asked[at : at + MOST])
        if failures:
            raise failures[0]
        return found

    def somebody_new(self) -> bool:
        """Whether somebody left of whom nothing was asked so far: a new leaver waits for no day to pass. Blocking."""
        return bool(self._leavers(LeaverRows(self.lease).known()))

    def _leavers(self, known: Container[str] = ()) -> tuple[Turn, ...] | None:
        """Everybody who left, by the newest readings, without the `known`; None where the users were not read.
        Blocking."""
        database, tenant_id = self.lease.database, self.lease.tenant_id
        prices, now = self.evaluating.books.current(), self.lease.clock()
        with database.read() as db:
            generations = views.newest_generations(db, tenant_id)
            ground = self.evaluating.ground(db, generations, now, prices)
            if not ground.is_read(Source.USERS):
                return None
            found: list[Turn] = []
            for people in views.blocked_or_left(db, ground, generations, known):
                found += [_turn(one, ground) for one in people if is_leaver(one, ground)]
            return tuple(found)

    async def _budget(self, done: int, total: int) -> None:
        """Waits until one more batch is within the budget, and counts it."""
        take = partial(BUDGET.take, self.lease.database, self.lease.tenant_id, self.lease.clock)
        while seconds := await run_sync(take):
            self.say(f"Waiting {seconds:.0f} s, so that leavers take no more than their share.", done, total)
            await self.sleep(min(seconds, RENEW_SECONDS))


def in_turn(
    leavers: Collection[Turn], sources: Sequence[Source], read_at: Mapping[tuple[Source, str], datetime], now: datetime
) -> list[Turn]:
    """Those who are due: the newest leavers among whom something was never read of, then who was read longest ago."""
    never, again = list[Turn](), list[Turn]()
    for one in leavers:
        moments = {source: read_at.get((source, one.user_id)) for source in sources}
        due = tuple(s for s, at in moments.items() if at is None or at <= now - READ_LATELY)
        known = [at for source in due if (at := moments[source]) is not None]
        if due:
            oldest = min(known) if len(known) == len(due) else None
            turn = Turn(one.user_id, one.synced, one.left, due, oldest)
            (never if oldest is None else again).append(turn)
    never.sort(key=lambda one: one.left, reverse=True)
    again.sort(key=lambda one: one.read_at or now)
    return never + again


def _turn(person: Person, context: Context) -> Turn:
    """HR's day, else the last success, else the day of the account; of when sign-in was blocked Graph says nothing."""
    hr, seen = person.hr, person.signals.sign_in
    told = hr.since if hr is not None and has_left(person, context) else None
    last = (seen.successful if seen is not None else None) or person.created or datetime.min.replace(tzinfo=UTC)
    return Turn(person.user_id, person.synced, told or last.date())


def _only(whys: Mapping[Source, Counter[Reason | None]]) -> dict[Source, Reason]:
    """The sources of which nobody could be read, with the most frequent reason."""
    return {
        source: reason
        for source, counted in whys.items()
        if None not in counted and (reason := counted.most_common(1)[0][0]) is not None
    }
