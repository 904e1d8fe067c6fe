"""One scan: the lanes that are due, each published by itself, and an evaluation as soon as there is something new.

probe, then fast beside reports, then a first evaluation; the slow lane last, then the evaluation again. A source that
cannot be read becomes a reading with its reason; the scan goes on. Every pause for Graph's sake is told.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import anyio
from anyio.to_thread import run_sync as _off_loop

from licenseiq.errors import NotReadable, SettingsError
from licenseiq.evaluate import evaluate
from licenseiq.policy import Policy
from licenseiq.readings import NAMES, Reading, Reason, Source
from licenseiq.skus import Catalogue
from licenseiq.times import iso
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable
from licenseiq_tenant.lanes import people, probe, reports
from licenseiq_tenant.scan.due import LANES, due_lanes, tries
from licenseiq_tenant.scan.seen import Lane, Observe, ScanSeen
from licenseiq_tenant.scan.slow import RESUMABLE, SlowLane
from licenseiq_tenant.snapshot import evaluations, views
from licenseiq_tenant.snapshot.generations import Generations
from licenseiq_tenant.snapshot.lease import RENEW_SECONDS, Budget, Lease

KEEP_EVALUATIONS = timedelta(hours=2)
TELL_SECONDS = 1.0
STALE_EVALUATION = timedelta(hours=12)
# How many items a source gave, and how many of them made no sense.
Counts = tuple[int, int]


def report_budget(source: Source) -> Budget:
    """14 requests in 10 minutes; one reading takes up to three, where a download is cut."""
    return Budget(f"report:{source.value}", 4, 600.0)


@dataclass
class Scan:
    """One run over one tenant, by whoever holds `lease`. `note` is what it does right now."""

    lease: Lease
    graph: Graph
    catalogue: Catalogue
    policy: Policy
    observe: Observe
    sleep: Sleep = anyio.sleep
    note: str = "The scan is starting."

    def __post_init__(self) -> None:
        self._generations = Generations(self.lease)
        self._names_concealed: bool | None = None

    async def run(self) -> None:
        """Raises LeaseLost; NotReadable when neither users nor SKUs were ever read; SettingsError: a wrong tenant."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._keep_lease)
            await self._lanes()
            group.cancel_scope.cancel()

    async def _lanes(self) -> None:
        now = self.lease.clock()
        await _off_loop(partial(self._generations.sweep, now - KEEP_EVALUATIONS, now - RESUMABLE))
        due = await _off_loop(self._due)
        if "probe" in due:
            await self._lane("probe", self._probe())
        async with anyio.create_task_group() as group:
            if "fast" in due:
                group.start_soon(self._lane_of_people)
            if "reports" in due:
                group.start_soon(self._lane_of_reports)
        await self._evaluate()
        if "slow" in due:
            say = partial(self._say, "slow", total=None)
            await SlowLane(self.lease, self.graph, self._generations, self._wait, self.sleep, say).read()
            await self._evaluate()

    def _due(self) -> frozenset[Lane]:
        with self.lease.database.read() as db:
            return due_lanes(tries(db, self.lease.tenant_id), self.lease.clock())

    async def _keep_lease(self) -> None:
        """Renews the lease in time, and sooner where there is something new to tell the other processes."""
        told, waited = self.note, 0.0
        while True:
            await anyio.sleep(TELL_SECONDS)
            waited += TELL_SECONDS
            if self.note != told or waited >= RENEW_SECONDS:
                told, waited = self.note, 0.0
                await _off_loop(partial(self.lease.renew, told))

    # The lanes, as what to read of each source into a generation.

    def _probe(self) -> dict[Source, Callable[[int], Awaitable[Counts]]]:
        async def organization(_: int) -> Counts:
            found = await probe.organization(self.graph, self._wait)
            if found.tenant_id is not None and found.tenant_id.lower() != self.lease.tenant_id.lower():
                raise SettingsError(
                    "Microsoft Graph answered for another tenant than LICENSEIQ_TENANT_ID names; nothing was read.",
                    "Sign in to the right tenant, or correct LICENSEIQ_TENANT_ID.",
                )
            return 1, 0

        async def skus(generation: int) -> Counts:
            found = await probe.sku_lines(self.graph, self._wait)
            await _off_loop(partial(self._generations.add_seat_lines, generation, found.items))
            return len(found.items), found.unreadable

        async def subscriptions(generation: int) -> Counts:
            found = await probe.subscriptions(self.graph, self._wait)
            await _off_loop(partial(self._generations.add_subscriptions, generation, found.items))
            return len(found.items), found.unreadable

        async def settings(_: int) -> Counts:
            self._names_concealed = await probe.names_are_concealed(self.graph, self._wait)
            return 1, 0

        return {
            Source.ORGANIZATION: organization,
            Source.SKUS: skus,
            Source.SUBSCRIPTIONS: subscriptions,
            Source.REPORT_SETTINGS: settings,
        }

    async def _lane_of_people(self) -> None:
        async def users(generation: int) -> Counts:
            count = unreadable = 0
            async for page in people.user_pages(self.graph, self._wait):
                await _off_loop(partial(self._generations.add_people, generation, page.items))
                count, unreadable = count + len(page.items), unreadable + page.unreadable
                self._say("fast", f"Reading users: {count} so far.", count, None)
            return count, unreadable

        async def groups(generation: int) -> Counts:
            found = await people.licensing_groups(self.graph, self._wait)
            await _off_loop(partial(self._generations.add_groups, generation, found.items))
            return len(found.items), found.unreadable

        async def roles(generation: int) -> Counts:
            found = await people.role_holders(self.graph, self._wait)
            await _off_loop(partial(self._generations.add_role_holders, generation, found.items))
            return len(found.items), found.unreadable

        await self._lane("fast", {Source.USERS: users, Source.GROUPS: groups, Source.ROLES: roles})

    async def _lane_of_reports(self) -> None:
        async def one(source: Source, generation: int) -> Counts:
            if self._names_concealed:
                raise not_readable(source, Reason.CONCEALED)
            if await self._budget(report_budget(source)):
                raise not_readable(source, Reason.THROTTLED)
            found = await reports.report(self.graph, source, self._wait)
            await _off_loop(partial(self._generations.add_usage, generation, source, found.rows))
            return len(found.rows), found.unreadable

        await self._lane("reports", {source: partial(one, source) for source in LANES["reports"]})

    async def _lane(self, lane: Lane, readers: Mapping[Source, Callable[[int], Awaitable[Counts]]]) -> None:
        """Reads the sources of a lane side by side, and publishes what came of them in one transaction."""
        started = self.lease.clock()
        generation = await _off_loop(partial(self._generations.begin, lane, started))
        self._say(lane, f"Reading {NAMES[next(iter(readers))][0]}.", 0, len(readers))
        readings: list[Reading] = []

        async def one(source: Source, read: Callable[[int], Awaitable[Counts]]) -> None:
            try:
                count, unreadable = await read(generation)
                readings.append(Reading(source, None, started, count, unreadable))
            except NotReadable as error:
                readings.append(Reading(source, Reason(error.reason), started))
            self._say(lane, f"Read {NAMES[source][0]}.", len(readings), len(readers))

        async with anyio.create_task_group() as group:
            for source, read in readers.items():
                group.start_soon(one, source, read)
        await _off_loop(partial(self._generations.publish, generation, readings))

    async def _evaluate(self) -> None:
        """Runs the rules when something new was published, or when the last evaluation has grown old."""
        self._say("rules", "Running the rules.", 0, 1)
        await _off_loop(self._evaluate_now)
        self._say("rules", "Ran the rules.", 1, 1)

    def _evaluate_now(self) -> None:
        tenant, now = self.lease.tenant_id, self.lease.clock()
        with self.lease.database.read() as db:
            generations = views.newest_generations(db, tenant)
            last = evaluations.newest(db, tenant)
            if last is not None and evaluations.generations_of(db, tenant, last) == generations:
                head = evaluations.headline(db, tenant, last)
                if head is not None and now - head[0] < STALE_EVALUATION:
                    return
            ground = views.context(db, tenant, generations, now, self.catalogue, self.policy)
            if not ground.is_read(Source.USERS) and not ground.is_read(Source.SKUS):
                reason = ground.reading(Source.USERS).reason or Reason.NOT_YET
                raise not_readable(Source.USERS, reason)
            view = views.tenant_view(db, ground, generations)
        evaluations.save(self.lease, evaluate(view), generations)

    async def _budget(self, budget: Budget) -> float:
        return await _off_loop(partial(budget.take, self.lease.database, self.lease.tenant_id, self.lease.clock))

    async def _wait(self, seconds: float) -> None:
        """A pause that Graph asked for, in pieces, so that whoever waits hears of it."""
        until = self.lease.clock() + timedelta(seconds=seconds)
        self.note = f"Microsoft Graph asked to wait until {iso(until)}."
        await self.sleep(seconds)

    def _say(self, lane: Lane, words: str, done: int, total: int | None) -> None:
        self.note = words
        self.observe(ScanSeen(lane, words, done, total))
