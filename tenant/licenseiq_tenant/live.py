"""A connected tenant: implements `licenseiq.ports.Tenant` over the snapshot, and scans when there is need.

Answers come from the newest evaluation and never wait for Graph, except before the first one. Several processes may
open the same home: one of them scans, all of them answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio.to_thread import run_sync

from licenseiq.context import Context
from licenseiq.errors import BadRequest, LicenseIQError, NotReadable, NotReady
from licenseiq.findings import IMPERSONAL_KINDS, SEAT_KINDS, SUBSCRIPTION_KINDS
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.ports import EvaluationHead, HolderGroup, HolderPage, HolderQuery, Progress, RefreshReport
from licenseiq.prediction.traits import Traits
from licenseiq.readings import Reason, Source
from licenseiq.sku_names import sku_id_of
from licenseiq.spending.days import Day
from licenseiq.spending.savings import SeenSeats
from licenseiq.spending.table import SpendBy, Spending
from licenseiq.times import iso
from licenseiq.waste import GroupBy, WasteGroup, WastePage, WasteQuery
from licenseiq_tenant import lookup
from licenseiq_tenant.book import ExceptionBook, HistoryBook, HrBook, PriceBooks, open_book
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.client import Connection, open_graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable
from licenseiq_tenant.graph.guard import read_rule
from licenseiq_tenant.lanes import probe
from licenseiq_tenant.scan.due import kept_notes, tries
from licenseiq_tenant.scan.evaluating import Evaluating
from licenseiq_tenant.scan.keeper import Keeper
from licenseiq_tenant.scan.seen import Observe, ScanSeen, nobody
from licenseiq_tenant.snapshot import evaluations, exclusions, findings, spending, views
from licenseiq_tenant.snapshot.lease import Clock
from licenseiq_tenant.snapshot.spending import PaidSeats
from licenseiq_tenant.snapshot.subjects import SnapshotSubjects

if TYPE_CHECKING:
    from sqlalchemy import Connection as StoreConnection

T = TypeVar("T")
FILE = "snapshot.db"
FIRST_ANSWER_SECONDS = 25.0
ANEW_SECONDS = 20.0
IDENTIFY_SECONDS = 8.0
LOOK_SECONDS = 0.1
# Older than this, data is read anew in the background when somebody asks.
STALE = timedelta(hours=1)
OLD = timedelta(hours=24)
OLD_HR = timedelta(days=31)
_BEHIND = "Prices, policy or rules have changed since, and the figures are being computed anew: ask again in a minute."


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an evaluation rests on."""

    context: Context
    generations: dict[Source, int]


class LiveTenant:
    """See `open_tenant`. Everything blocking runs in threads."""

    def __init__(self, keeper: Keeper, *, simulated: bool) -> None:
        self.tenant_id = keeper.tenant_id
        self.subjects = SnapshotSubjects(keeper.database, keeper.tenant_id)
        self.prices = keeper.evaluating.books
        self.hr = keeper.evaluating.hr
        self.look_nightly = keeper.look_nightly
        self._history = keeper.evaluating.history
        self._keeper = keeper
        self._database = keeper.database
        self._simulated = simulated
        self._ground = lru_cache(maxsize=4)(self._read_ground)
        self._held = lru_cache(maxsize=4)(self._read_held)
        self._spending = lru_cache(maxsize=16)(self._read_spending)
        self._seats = lru_cache(maxsize=1)(self._read_seats)
        # An evaluation never changes: the totals of a question are counted for its first page only.
        self._totals = lru_cache(maxsize=64)(self._read_totals)
        self._matches = lru_cache(maxsize=16)(self._read_matches)  # each names every finding: 1 MB for 20,000
        self._waste_groups = lru_cache(maxsize=16)(self._read_waste_groups)

    # Answers

    async def evaluation(self, progress: Progress) -> EvaluationHead:
        head = await self.last()
        if head is None:
            return await self._first(progress)
        if await run_sync(self._is_stale, head):
            self._keeper.start()
        return head

    async def last(self) -> EvaluationHead | None:
        """The newest evaluation, made anew where prices, policy, rules or catalogue have changed since; where that
        takes long, the one from before says so. Never asks Graph; None where nothing was read yet."""
        with anyio.move_on_after(ANEW_SECONDS) as waited:
            await run_sync(self._keeper.evaluating.with_editions_of_now, abandon_on_cancel=True)
        head = await self._newest()
        if head is not None and waited.cancelled_caught:
            return replace(head, notes=(*head.notes, _BEHIND))
        return head

    async def at(self, evaluation_id: str) -> EvaluationHead:
        head = await run_sync(self._head, evaluation_id)
        if head is None:
            raise BadRequest("The evaluation that this cursor belongs to is no longer kept.", "Ask without a cursor.")
        return head

    async def context(self, evaluation_id: str) -> Context:
        return (await self._ground_of(evaluation_id)).context

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        ground = await self._ground_of(evaluation_id)
        _users_read(ground.context)
        after = lookup.position(query.after)
        totals = await run_sync(self._totals, evaluation_id, replace(query, limit=0, after=None))
        return await self._look(lambda db: evaluations.holders(db, ground.context, evaluation_id, query, after, totals))

    async def holder_groups(self, evaluation_id: str, query: HolderQuery, by: GroupBy) -> tuple[HolderGroup, ...]:
        ground = await self._ground_of(evaluation_id)
        _users_read(ground.context)
        return await self._look(lambda db: evaluations.holder_groups(db, ground.context, evaluation_id, query, by))

    async def user_ids(self, evaluation_id: str) -> tuple[str, ...]:
        ground = await self._ground_of(evaluation_id)
        return await self._look(lambda db: lookup.user_ids(db, ground.context, ground.generations))

    async def principal_names(self, evaluation_id: str, begun: str, most: int) -> tuple[str, ...]:
        ground = await self._ground_of(evaluation_id)
        return await self._look(lambda db: lookup.principal_names(db, ground.context, ground.generations, begun, most))

    async def person(self, evaluation_id: str, who: str) -> Person:
        ground = await self._ground_of(evaluation_id)
        _users_read(ground.context)
        return await self._look(lambda db: lookup.person(db, ground.context, ground.generations, who))

    async def similar(self, evaluation_id: str, traits: Traits) -> tuple[Person, ...]:
        ground = await self._ground_of(evaluation_id)
        _users_read(ground.context)
        return await self._look(lambda db: lookup.similar(db, ground.context, ground.generations, traits))

    async def sku_id(self, evaluation_id: str, name: str) -> str:
        return sku_id_of((await self._ground_of(evaluation_id)).context, name)

    async def waste(self, evaluation_id: str, query: WasteQuery) -> WastePage:
        _waste_read((await self._ground_of(evaluation_id)).context, query)
        found = await run_sync(self._matches, evaluation_id, replace(query, limit=0, skip=0))
        return await self._look(lambda db: findings.page(db, self.tenant_id, evaluation_id, query, found))

    async def waste_groups(self, evaluation_id: str, query: WasteQuery, by: GroupBy) -> tuple[WasteGroup, ...]:
        _waste_read((await self._ground_of(evaluation_id)).context, query)
        return await run_sync(self._waste_groups, evaluation_id, replace(query, limit=0, skip=0), by)

    async def held_seats(self, evaluation_id: str) -> Mapping[str, int]:
        return await run_sync(self._held, evaluation_id)

    async def spending(self, evaluation_id: str, by: SpendBy, under: str | None = None) -> Spending:
        context = (await self._ground_of(evaluation_id)).context
        needed = {SpendBy.SKU: (Source.SKUS,), SpendBy.MANAGER: (Source.SKUS, Source.USERS, Source.MANAGERS)}
        for source in needed.get(by, (Source.SKUS, Source.USERS)):
            _is_read(context, source)
        return await run_sync(self._spending, evaluation_id, by, under)

    async def history_days(self) -> tuple[date, ...]:
        return await run_sync(self._history.days)

    async def history_day(self, day: date) -> Day | None:
        return await run_sync(self._history.day, day)

    async def seat_history(self, since: datetime) -> Mapping[str, tuple[SeenSeats, ...]]:
        return await run_sync(self._history.seats, since)

    async def licence_groups(
        self, evaluation_id: str, group_ids: tuple[str, ...] | None = None
    ) -> Mapping[str, LicenceGroup]:
        ground = await self._ground_of(evaluation_id)
        return await self._look(lambda db: lookup.licence_groups(db, ground.context, ground.generations, group_ids))

    # Scans

    async def scan(self, observe: Observe = nobody) -> EvaluationHead:
        """Reads what is due, and returns the newest evaluation. While another scan runs, waits for that one."""
        while not await self._keeper.scan(observe):
            observe(ScanSeen("probe", await self._keeper.doing() or "Another scan has just ended.", 0, None))
            await anyio.sleep(LOOK_SECONDS)
            if await self._keeper.doing() is None and (head := await self._newest()) is not None:
                return head
        head = await self._newest()
        if head is None:
            raise NotReady("The scan ended without a result.", "Run it again.")
        return head

    async def refresh(self, progress: Progress) -> RefreshReport:
        doing, due = await self._keeper.doing(), await run_sync(self._keeper.due)
        started = False
        if doing is not None:
            reason = f"A scan runs already. {doing}"
        elif not due:
            reason = "The data is fresh: nothing was read anew."
        else:
            self._keeper.start()
            started, reason = True, f"Being read anew: {', '.join(sorted(due))}."
            await progress(reason)
        ages, unknown = await run_sync(self._keeper.ages), await run_sync(self._keeper.unknown)
        return RefreshReport(started, started or doing is not None, reason, ages, unknown)

    async def _first(self, progress: Progress) -> EvaluationHead:
        """Waits some seconds for the first evaluation, and starts the scan where nobody else has."""
        told = None
        with anyio.move_on_after(FIRST_ANSWER_SECONDS):
            while True:
                doing = await self._keeper.doing()
                if doing is None and not self._keeper.is_scanning:
                    if self._keeper.failure is not None:
                        raise self._take_failure()
                    self._keeper.start()
                if (head := await self._newest()) is not None:
                    return head
                if doing and doing != told:
                    told = doing
                    await progress(doing)
                await anyio.sleep(LOOK_SECONDS)
        raise NotReady(
            f"The first reading of the tenant is still running. {told or ''}".strip(), "Ask again in a minute."
        )

    def _take_failure(self) -> LicenseIQError:
        """Told once: whoever asks next starts a new try."""
        failure, self._keeper.failure = self._keeper.failure, None
        return failure or NotReady("The scan ended without a result.", "Ask again.")

    # Looking at the store

    async def _look(self, question: Callable[[StoreConnection], T]) -> T:
        """The answer of one reading of the store, made in a thread."""

        def look() -> T:
            with self._database.read() as db:
                return question(db)

        return await run_sync(look)

    async def _newest(self) -> EvaluationHead | None:
        return await run_sync(self._head, None)

    async def _ground_of(self, evaluation_id: str) -> Ground:
        return await run_sync(self._ground, evaluation_id)

    def _read_ground(self, evaluation_id: str) -> Ground:
        with self._database.read() as db:
            head = evaluations.headline(db, self.tenant_id, evaluation_id)
            if head is None:
                raise BadRequest("That evaluation is no longer kept.", "Ask again without a cursor.")
            generations = evaluations.generations_of(db, self.tenant_id, evaluation_id)
            editions = evaluations.editions_of(db, self.tenant_id, evaluation_id)
            evaluating = self._keeper.evaluating
            prices = evaluating.prices_of(editions.prices) if editions is not None else None
            if prices is None:
                raise BadRequest("The prices of that evaluation are no longer kept.", "Ask again without a cursor.")
            return Ground(evaluating.ground(db, generations, head[0], prices), generations)

    def _read_totals(self, evaluation_id: str, query: HolderQuery) -> evaluations.HolderTotals:
        with self._database.read() as db:
            return evaluations.holder_totals(db, self.tenant_id, evaluation_id, query)

    def _read_matches(self, evaluation_id: str, query: WasteQuery) -> findings.WasteMatches:
        with self._database.read() as db:
            return findings.matches(db, self.tenant_id, evaluation_id, query)

    def _read_waste_groups(self, evaluation_id: str, query: WasteQuery, by: GroupBy) -> tuple[WasteGroup, ...]:
        with self._database.read() as db:
            return findings.groups(db, self.tenant_id, evaluation_id, query, by)

    def _read_spending(self, evaluation_id: str, by: SpendBy, under: str | None) -> Spending:
        ground, seats = self._ground(evaluation_id), self._seats(evaluation_id)
        with self._database.read() as db:
            return spending.spending(db, ground.context, ground.generations, seats, by, under)

    def _read_seats(self, evaluation_id: str) -> PaidSeats:
        ground = self._ground(evaluation_id)
        with self._database.read() as db:
            return spending.paid_seats(db, ground.context, ground.generations, evaluation_id)

    def _read_held(self, evaluation_id: str) -> Mapping[str, int]:
        with self._database.read() as db:
            return findings.held_seats(db, self.tenant_id, evaluation_id)

    def _head(self, evaluation_id: str | None) -> EvaluationHead | None:
        """An evaluation's head (None: the newest one's) with what is to be said of its age."""
        with self._database.read() as db:
            name = evaluation_id or evaluations.newest(db, self.tenant_id)
            found = evaluations.headline(db, self.tenant_id, name) if name else None
            if name is None or found is None:
                return None
            generations = evaluations.generations_of(db, self.tenant_id, name)
            kept = kept_notes(tries(db, self.tenant_id), views.readings(db, self.tenant_id, generations))
            wanted = self._keeper.evaluating.policy().excluded_group_ids
            unread = exclusions.unread(db, self.tenant_id, generations, wanted)
        as_of, summary = found
        notes = [*kept, *filter(None, [exclusions.unread_note(len(unread))])]
        if (doing := self._keeper.doing_elsewhere()) is not None:
            notes.append(f"A scan is running. {doing}")
        if (told := self._keeper.evaluating.hr.as_of()) is not None and self._keeper.clock().date() - told > OLD_HR:
            notes.append(f"What HR says is from {told.isoformat()}. Import a newer file with 'licenseiq hr import'.")
        if self._keeper.clock() - as_of > OLD:
            notes.append(f"The data is from {iso(as_of)}. Call refresh_tenant to read it anew.")
        if self._keeper.failure is not None:
            notes.append(f"The newest scan failed. {self._keeper.failure}")
        return EvaluationHead(name, self.tenant_id, as_of, self._simulated, summary, tuple(notes))

    def _is_stale(self, head: EvaluationHead) -> bool:
        """Whether to scan in the background: the data is old, or a scan was stopped before it had read sign-ins."""
        return self._keeper.clock() - head.as_of > STALE or self._keeper.was_cut_short()


@asynccontextmanager
async def open_tenant(
    home: Path,
    connection: Connection,
    tenant_id: str,
    *,
    simulated: bool,
    policy: Callable[[], Policy] = Policy,
    clock: Clock = _now,
    sleep: Sleep = anyio.sleep,
) -> AsyncIterator[LiveTenant]:
    """The tenant of `tenant_id` over the snapshot in `home`. A scan that still runs at the end is stopped; what its
    lanes have published stays. `policy` gives the policy of now, `sleep` is how it waits where Graph asks for that."""
    database = await run_sync(partial(Database, home / FILE, "licenseiq_tenant.snapshot.migrations"))
    book = await run_sync(open_book, home)
    try:
        failure: Exception | None = None
        async with anyio.create_task_group() as group:
            books = PriceBooks(book, tenant_id)
            exceptions, hr = ExceptionBook(book, tenant_id), HrBook(book, tenant_id)
            evaluating = Evaluating(database, tenant_id, policy, books, exceptions, hr, HistoryBook(book, tenant_id))
            keeper = Keeper(database, connection, tenant_id, group, evaluating, clock, sleep)
            tenant = LiveTenant(keeper, simulated=simulated)
            try:
                yield tenant
            except Exception as error:  # noqa: BLE001 - raised again as it is, outside of the group
                failure = error
            group.cancel_scope.cancel()
        if failure is not None:
            raise failure
    finally:
        await run_sync(database.close)
        await run_sync(book.close)


async def identify(connection: Connection) -> str | None:
    """The id of the tenant that Graph answers for; None where it does not say. Raises NotReadable, within seconds."""
    async with open_graph(connection, read_rule(connection.base_url)) as graph:
        try:
            with anyio.move_on_after(IDENTIFY_SECONDS):
                return (await probe.organization(graph)).tenant_id
            raise not_readable(Source.ORGANIZATION, Reason.UNREACHABLE)
        except NotReadable as error:
            if Reason(error.reason) in (Reason.NOT_OFFERED, Reason.NO_PERMISSION):
                return None
            raise


def _is_read(context: Context, source: Source) -> None:
    reading = context.reading(source)
    if reading.reason is not None:
        raise not_readable(source, reading.reason)


def _users_read(context: Context) -> None:
    """A list without users would look like a tenant without waste: it is refused instead."""
    _is_read(context, Source.USERS)


def _waste_read(context: Context, query: WasteQuery) -> None:
    """Findings that nobody could look for are no empty list. Seats that nobody holds are found without the users."""
    if query.kind not in IMPERSONAL_KINDS or query.department is not None:
        _users_read(context)
    for kinds, source in ((SEAT_KINDS, Source.SKUS), (SUBSCRIPTION_KINDS, Source.SUBSCRIPTIONS)):
        reason = context.reading(source).reason
        if query.kind in kinds and reason is not None:
            raise not_readable(source, reason)
