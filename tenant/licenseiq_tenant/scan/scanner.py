"""One scan: the lanes that are due, each published by itself, and an evaluation as soon as there is something new.

probe, then fast beside reports, then a first evaluation; then the slow lane, and leavers last, each with an evaluation.
A source that cannot be read becomes a reading with its reason; the scan goes on. Every pause for Graph's sake is told.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import anyio
from anyio.to_thread import run_sync as _off_loop

from licenseiq.errors import NotReadable, SettingsError
from licenseiq.readings import NAMES, Reading, Reason, Source
from licenseiq.times import iso
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable
from licenseiq_tenant.lanes import copilot, probe, reports
from licenseiq_tenant.scan.directory import Directory
from licenseiq_tenant.scan.due import LANES, due_sources, tries
from licenseiq_tenant.scan.evaluating import Evaluating
from licenseiq_tenant.scan.leavers import LeaversLane
from licenseiq_tenant.scan.seen import Gave, Lane, Observe, ScanSeen
from licenseiq_tenant.scan.slow import RESUMABLE, SlowLane
from licenseiq_tenant.snapshot.forgetting import sweep
from licenseiq_tenant.snapshot.generations import Generations
from licenseiq_tenant.snapshot.lease import RENEW_SECONDS, Budget, Lease

KEEP_EVALUATIONS = timedelta(hours=2)
TELL_SECONDS = 1.0
Reader = Callable[[int], Awaitable[Gave]]


def report_budget(source: Source) -> Budget:
    """14 requests in 10 minutes; one reading takes up to three, where a download is cut."""
    return Budget(f"report:{source.value}", 4, 600.0)


@dataclass
class Scan:
    """One run over one tenant, by whoever holds `lease`. `note` is what it does right now."""

    lease: Lease
    graph: Graph
    evaluating: Evaluating
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
        await _off_loop(partial(sweep, self.lease, now - KEEP_EVALUATIONS, now - RESUMABLE))
        due = await _off_loop(self._due)
        await self._lane("probe", due, self._probe())
        async with anyio.create_task_group() as group:
            group.start_soon(self._lane, "fast", due, self._directory().readers())
            group.start_soon(self._lane, "reports", due, self._reports())
        await self._evaluate()
        if not due.isdisjoint(LANES["slow"]):
            async with anyio.create_task_group() as group:
                group.start_soon(self._lane, "slow", due, self._directory().late_readers())
                if Source.SIGN_INS in due:
                    say = partial(self._say, "slow", total=None)
                    await SlowLane(self.lease, self.graph, self._generations, self._wait, self.sleep, say).read()
            await self._evaluate()
        leavers = self._leavers()
        of_leavers = due.intersection(LANES["leavers"])
        if await _off_loop(leavers.somebody_new):
            of_leavers = frozenset(LANES["leavers"])
        if of_leavers:
            await leavers.read([source for source in LANES["leavers"] if source in of_leavers])
            await self._evaluate()

    def _due(self) -> frozenset[Source]:
        with self.lease.database.read() as db:
            return due_sources(tries(db, self.lease.tenant_id), self.lease.clock())

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

    def _probe(self) -> dict[Source, Reader]:
        async def organization(generation: int) -> Gave:
            found = await probe.organization(self.graph, self._wait)
            if found.tenant_id is None:  # who it answers for cannot be checked, so it may be anybody
                raise SettingsError(
                    "Microsoft Graph did not say which tenant it answers for; nothing was read.",
                    "Check LICENSEIQ_GRAPH_URL and any proxy, then call refresh_tenant.",
                )
            if found.tenant_id.lower() != self.lease.tenant_id.lower():
                raise SettingsError(
                    "Microsoft Graph answered for another tenant than LICENSEIQ_TENANT_ID names; nothing was read.",
                    "Sign in to the right tenant, or correct LICENSEIQ_TENANT_ID.",
                )
            add = partial(self._generations.add_organization, generation, found.country)
            return Gave(await _off_loop(add))

        async def skus(generation: int) -> Gave:
            found = await probe.sku_lines(self.graph, self._wait)
            add = partial(self._generations.add_seat_lines, generation, found.items)
            return Gave(await _off_loop(add), found.unreadable)

        async def subscriptions(generation: int) -> Gave:
            found = await probe.subscriptions(self.graph, self._wait)
            add = partial(self._generations.add_subscriptions, generation, found.items)
            return Gave(await _off_loop(add), found.unreadable)

        async def settings(_: int) -> Gave:
            self._names_concealed = await probe.names_are_concealed(self.graph, self._wait)
            return Gave(1)

        return {
            Source.ORGANIZATION: organization,
            Source.SKUS: skus,
            Source.SUBSCRIPTIONS: subscriptions,
            Source.REPORT_SETTINGS: settings,
        }

    def _directory(self) -> Directory:
        say = partial(self._say, "fast", total=None)
        excluded = self.evaluating.policy().excluded_group_ids
        return Directory(self.lease, self.graph, self._generations, self._wait, say, excluded)

    def _leavers(self) -> LeaversLane:
        say = partial(self._say, "leavers")
        waits = (self._wait, self.sleep)
        return LeaversLane(self.lease, self.graph, self._generations, self.evaluating, *waits, say)

    def _reports(self) -> dict[Source, Reader]:
        async def one(source: Source, generation: int) -> Gave:
            if self._names_concealed:
                raise not_readable(source, Reason.CONCEALED)
            if await self._budget(report_budget(source)):
                raise not_readable(source, Reason.THROTTLED)
            if source is Source.COPILOT:
                found = await copilot.copilot_use(self.graph, self._wait)
            else:
                found = await reports.report(self.graph, source, self._wait)
            add = partial(self._generations.add_usage, generation, source, found.rows)
            return Gave(await _off_loop(add), found.unreadable)

        return {source: partial(one, source) for source in LANES["reports"]}

    async def _lane(self, lane: Lane, due: frozenset[Source], of_lane: Mapping[Source, Reader]) -> None:
        """Reads the due sources of a lane side by side, and publishes what came of them in one transaction."""
        readers = {source: read for source, read in of_lane.items() if source in due}
        if not readers:
            return
        started = self.lease.clock()
        generation = await _off_loop(partial(self._generations.begin, lane, started))
        self._say(lane, f"Reading {NAMES[next(iter(readers))][0]}.", 0, len(readers))
        readings: list[Reading] = []

        async def one(source: Source, read: Reader) -> None:
            try:
                gave = await read(generation)
                if not gave.items and gave.unreadable:  # not an empty tenant: an answer that made no sense
                    raise not_readable(source, Reason.MALFORMED)
                readings.append(Reading(source, None, started, gave.items, gave.unreadable, gave.unchecked))
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
        await _off_loop(self.evaluating.after_scan, self.lease)
        self._say("rules", "Ran the rules.", 1, 1)

    async def _budget(self, budget: Budget) -> float:
        return await _off_loop(partial(budget.take, self.lease.database, self.lease.tenant_id, self.lease.clock))

    async def _wait(self, seconds: float) -> None:
        """A pause that Graph asked for; `note` says until when, to whoever waits."""
        until = self.lease.clock() + timedelta(seconds=seconds)
        self.note = f"Microsoft Graph asked to wait until {iso(until)}."
        await self.sleep(seconds)

    def _say(self, lane: Lane, words: str, done: int, total: int | None) -> None:
        self.note = words
        self.observe(ScanSeen(lane, words, done, total))
