"""The index of eDiscovery holds of one tenant: kept in the store, read at five requests a minute, asked at any time.

Graph has no 'is this person held?': every case, hold and source is read (graph-facts 1.8). The reading goes on over
rounds and restarts; until the first one is complete the answer is 'waiting', never 'no hold'.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from licenseiq.errors import NotFound, NotReadable
from licenseiq.policy import Policy
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.effects import EffectWaits
from licenseiq.readings import Reason
from licenseiq.steps.holds import INDEX_PERMISSION
from licenseiq.times import iso, parse_iso
from licenseiq_desk.holds.sources import whatever_holds
from licenseiq_desk.holds.walk import FIRST, Found, understand
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

if TYPE_CHECKING:
    from sqlalchemy import Connection

# (path) -> the rows of one page and the path of the next one.
Page = Callable[[str], Awaitable[tuple[list[Mapping[str, Json]], str | None]]]
REFUSED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so many requests in so many seconds: Graph's limit for eDiscovery, per app and tenant."""

    requests: int = 5
    seconds: int = 60


# The demo is asked as fast as it answers.
DEMO = Pace(600, 60)


@dataclass(frozen=True, slots=True)
class _State:
    generation: int
    begun_at: datetime | None
    asked: int
    complete: int | None
    read_at: datetime | None
    cases: int
    requests: int
    paused_until: datetime | None
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldIndex:
    store: DeskStore
    tenant_id: str
    around: Surroundings
    pace: Pace = field(default_factory=Pace)

    async def ask(self, question: Mapping[str, Json], page: Page, policy: Policy) -> Mapping[str, Json]:
        """`held` for these addresses and sites, with `at` and `cases`; or `state` 'waiting' with `ready_at`. What is
        too old is read again first, as far as the pace allows. Raises NotReadable."""
        oldest = self.around.now() - timedelta(hours=policy.case_index_hours)
        state = self._state()
        if state.read_at is None or state.read_at < oldest:
            await self._read_on(page, oldest)
            state = self._state()
        if state.read_at is None or state.read_at < oldest:
            return {"state": "waiting", "ready_at": iso(self._ready_at(state))}
        found = whatever_holds(_texts(question["addresses"]), _texts(question["sites"]))
        return {
            "state": "read",
            "at": iso(state.read_at),
            "cases": state.cases,
            "held": self._is_held(state.complete, found),
        }

    async def keep(self, page: Page, policy: Policy) -> None:
        """Reads on where half of the time that the policy allows has passed, so that it is fresh whenever it is asked.
        Where the desk may not read it, that is tried once an hour. Raises NotReadable."""
        state, now, hours = self._state(), self.around.now(), timedelta(hours=policy.case_index_hours)
        if state.refused_at is not None and now - state.refused_at < REFUSED_FOR:
            return
        if state.read_at is None or state.read_at < now - hours / 2:
            await self._read_on(page, now - hours)

    async def _read_on(self, page: Page, oldest: datetime) -> None:
        """As many requests as the pace allows now; the last one makes the generation the complete one."""
        state = self._begin(oldest)
        while (todo := self._next(state.generation)) is not None:
            number, what, path = todo
            if not self._takes_a_turn(state.generation):
                if self._state().refused_at is not None:
                    raise _refused()
                return
            try:
                rows, following = await page(path)
                found = understand(what, path, rows)
            except NotFound:
                following, found = None, Found()
            except EffectWaits as error:
                self._note("paused_until", iso(self.around.now() + timedelta(seconds=error.seconds)))
                return
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise NotReadable(
                    "Could not read the holds of eDiscovery cases: an answer was not understood.",
                    "Try again.",
                    reason=Reason.MALFORMED,
                ) from error
            except NotReadable:
                self._note("refused_at", iso(self.around.now()))
                raise
            further = ((what, following),) if following is not None else ()
            self._keep(state.generation, number, (*further, *found.todo), found.sources, found.cases)
        self._finish(state.generation)

    def _state(self) -> _State:
        with self.store.database.read() as db:
            return _state_in(db, self.tenant_id)

    def _begin(self, oldest: datetime) -> _State:
        """The generation that is being read; begun now where none is, or where it would be too old when complete."""
        with self.store.database.write() as db:
            state = _state_in(db, self.tenant_id)
            if state.begun_at is None or state.begun_at < oldest:
                db.exec_driver_sql("DELETE FROM hold_todo WHERE tenant_id = ?", (self.tenant_id,))
                generation = state.generation + 1
                db.exec_driver_sql(
                    "INSERT INTO hold_index VALUES (?, ?, ?, 0, 0, NULL, NULL, 0, 0, NULL, NULL) "
                    "ON CONFLICT (tenant_id) DO UPDATE SET generation = excluded.generation, "
                    "begun_at = excluded.begun_at, asked = 0, cases = 0",
                    (self.tenant_id, generation, iso(self.around.now())),
                )
                db.exec_driver_sql("INSERT INTO hold_todo VALUES (?, ?, 1, ?, ?)", (self.tenant_id, generation, *FIRST))
                state = _state_in(db, self.tenant_id)
            return state

    def _next(self, generation: int) -> tuple[int, str, str] | None:
        with self.store.database.read() as db:
            row = db.exec_driver_sql(
                "SELECT number, what, path FROM hold_todo WHERE tenant_id = ? AND generation = ? "
                "ORDER BY number LIMIT 1",
                (self.tenant_id, generation),
            ).first()
        return None if row is None else (int(row[0]), str(row[1]), str(row[2]))

    def _takes_a_turn(self, generation: int) -> bool:
        """Whether Graph may be asked now; counted for every process that shares the store."""
        now = self.around.now()
        with self.store.database.write() as db:
            state = _state_in(db, self.tenant_id)
            if (state.paused_until is not None and now < state.paused_until) or state.generation != generation:
                return False
            rows = db.exec_driver_sql(
                "SELECT number, at FROM hold_asked WHERE tenant_id = ? ORDER BY number DESC", (self.tenant_id,)
            ).all()
            # Times are kept in whole seconds, so a second is added.
            since = iso(now - timedelta(seconds=self.pace.seconds + 1))
            if len([row for row in rows if row[1] > since]) >= self.pace.requests:
                return False
            number = int(rows[0][0]) + 1 if rows else 1
            db.exec_driver_sql("DELETE FROM hold_asked WHERE tenant_id = ? AND at <= ?", (self.tenant_id, since))
            db.exec_driver_sql("INSERT INTO hold_asked VALUES (?, ?, ?)", (self.tenant_id, number, iso(now)))
            db.exec_driver_sql("UPDATE hold_index SET asked = asked + 1 WHERE tenant_id = ?", (self.tenant_id,))
        return True

    def _keep(
        self, generation: int, number: int, todo: tuple[tuple[str, str], ...], sources: frozenset[str], cases: int
    ) -> None:
        """What one answer led to, once: another process may have asked the same."""
        with self.store.database.write() as db:
            gone = db.exec_driver_sql(
                "DELETE FROM hold_todo WHERE tenant_id = ? AND generation = ? AND number = ?",
                (self.tenant_id, generation, number),
            )
            if gone.rowcount != 1:
                return
            last = db.exec_driver_sql(
                "SELECT COALESCE(MAX(number), ?) FROM hold_todo WHERE tenant_id = ? AND generation = ?",
                (number, self.tenant_id, generation),
            ).scalar_one()
            for place, (what, path) in enumerate(todo, start=int(last) + 1):
                db.exec_driver_sql(
                    "INSERT INTO hold_todo VALUES (?, ?, ?, ?, ?)", (self.tenant_id, generation, place, what, path)
                )
            for source in sorted(self._digests(sources)):
                db.exec_driver_sql(
                    "INSERT INTO hold_found VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (self.tenant_id, generation, source),
                )
            db.exec_driver_sql(
                "UPDATE hold_index SET cases = cases + ?, refused_at = NULL WHERE tenant_id = ?",
                (cases, self.tenant_id),
            )

    def _finish(self, generation: int) -> None:
        with self.store.database.write() as db:
            db.exec_driver_sql(
                "UPDATE hold_index SET complete = generation, read_at = begun_at, complete_cases = cases, "
                "requests = asked, begun_at = NULL WHERE tenant_id = ? AND generation = ? AND begun_at IS NOT NULL",
                (self.tenant_id, generation),
            )
            db.exec_driver_sql(
                "DELETE FROM hold_found WHERE tenant_id = ? AND generation < ?", (self.tenant_id, generation)
            )

    def _note(self, column: str, at: str) -> None:
        with self.store.database.write() as db:
            db.exec_driver_sql(f"UPDATE hold_index SET {column} = ? WHERE tenant_id = ?", (at, self.tenant_id))  # noqa: S608

    def _is_held(self, generation: int | None, sources: frozenset[str]) -> bool:
        with self.store.database.read() as db:
            return any(
                db.exec_driver_sql(
                    "SELECT 1 FROM hold_found WHERE tenant_id = ? AND generation = ? AND source = ?",
                    (self.tenant_id, generation, digest),
                ).first()
                for digest in self._digests(sources)
            )

    def _digests(self, sources: frozenset[str]) -> frozenset[str]:
        return frozenset(self.store.keys.person(self.tenant_id, source) for source in sources)

    def _ready_at(self, state: _State) -> datetime:
        """When the reading should be complete: by what is left to ask, or by what the last one took."""
        with self.store.database.read() as db:
            left = db.exec_driver_sql(
                "SELECT COUNT(*) FROM hold_todo WHERE tenant_id = ? AND generation = ?",
                (self.tenant_id, state.generation),
            ).scalar_one()
        left = max(int(left), state.requests - state.asked, 1)
        now = self.around.now()
        return max(now, state.paused_until or now) + timedelta(seconds=left * self.pace.seconds / self.pace.requests)


def _state_in(db: "Connection", tenant_id: str) -> _State:
    row = db.exec_driver_sql(
        "SELECT generation, begun_at, asked, complete, read_at, complete_cases, requests, paused_until, refused_at "
        "FROM hold_index WHERE tenant_id = ?",
        (tenant_id,),
    ).first()
    if row is None:
        return _State(0, None, 0, None, None, 0, 0, None, None)
    begun, read, paused, refused = (None if row[at] is None else parse_iso(row[at]) for at in (1, 4, 7, 8))
    return _State(row[0], begun, row[2], row[3], read, row[5], row[6], paused, refused)


def _refused() -> NotReadable:
    return NotReadable(
        f"Could not read the holds of eDiscovery cases: the desk lacks {INDEX_PERMISSION}.",
        f"Grant it {INDEX_PERMISSION}.",
        reason=Reason.NO_PERMISSION,
        permission=INDEX_PERMISSION,
    )


def _texts(found: Json) -> list[str]:
    return [str(one) for one in cast("list[Json]", found)]
