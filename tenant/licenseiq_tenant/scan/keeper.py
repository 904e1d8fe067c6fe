"""Keeps a tenant's snapshot up to date from within one process, beside other processes that do the same."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

import anyio
from anyio.abc import TaskGroup
from anyio.to_thread import run_sync

from licenseiq.errors import LicenseIQError, NotReady
from licenseiq.readings import Reading, Source, unknown_of, unread
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.client import Connection, open_graph
from licenseiq_tenant.graph.fetch import Sleep
from licenseiq_tenant.graph.guard import read_rule
from licenseiq_tenant.scan.due import LANES, due_lanes, kept_notes, tries
from licenseiq_tenant.scan.evaluating import Evaluating
from licenseiq_tenant.scan.scanner import Scan
from licenseiq_tenant.scan.seen import Observe, nobody
from licenseiq_tenant.snapshot import views
from licenseiq_tenant.snapshot.lease import Clock, acquire, running

_LOG = logging.getLogger(__name__)
# How often a process that runs on looks whether a night has passed.
LOOK_SECONDS = 600.0


@dataclass
class Keeper:
    """Starts scans, at most one at a time, and knows what became of the last one. `failure` is why it failed."""

    database: Database
    connection: Connection
    tenant_id: str
    group: TaskGroup
    evaluating: Evaluating
    clock: Clock
    sleep: Sleep
    is_scanning: bool = False
    failure: LicenseIQError | None = None
    _scan: Scan | None = None

    def start(self) -> None:
        """Begins a scan in the background, unless this process runs one already."""
        if not self.is_scanning:
            self.is_scanning, self.failure = True, None
            self.group.start_soon(self._in_background)

    def look_nightly(self) -> None:
        """From now on leavers are looked at once a day, whether anybody asks or not: a scan is started for it. Nothing
        before somebody had the tenant read for the first time."""
        self.group.start_soon(self._nightly)

    async def _nightly(self) -> None:
        while True:
            await anyio.sleep(LOOK_SECONDS)
            if await run_sync(self._leavers_due):
                self.start()

    def _leavers_due(self) -> bool:
        with self.database.read() as db:
            tried = tries(db, self.tenant_id)
        return Source.USERS in tried and "leavers" in due_lanes(tried, self.clock())

    async def scan(self, observe: Observe) -> bool:
        """Scans, if no other scan holds the lease; says whether it did. Raises what a person can act on."""
        lease = await run_sync(acquire, self.database, self.tenant_id, self.clock)
        if lease is None:
            return False
        try:
            async with open_graph(self.connection, read_rule(self.connection.base_url)) as graph:
                self._scan = Scan(lease, graph, self.evaluating, observe, self.sleep)
                await self._scan.run()
        except BaseExceptionGroup as group:
            raise _the_cause(group) from group
        finally:
            self._scan = None
            with anyio.CancelScope(shield=True):
                await run_sync(lease.release)
        return True

    async def doing(self) -> str | None:
        """What the scan that runs now, here or elsewhere, is doing; None while none runs."""
        if self._scan is not None:
            return self._scan.note
        return await run_sync(self.doing_elsewhere) or ("The scan is starting." if self.is_scanning else None)

    def doing_elsewhere(self) -> str | None:
        """The same by the store alone. Blocking."""
        return running(self.database, self.tenant_id, self.clock)

    def due(self) -> frozenset[str]:
        """Lanes that are no longer fresh. Blocking."""
        with self.database.read() as db:
            return frozenset(due_lanes(tries(db, self.tenant_id), self.clock()))

    def was_cut_short(self) -> bool:
        """Whether the last scan ended before it came to sign-in activity. Blocking."""
        with self.database.read() as db:
            return Source.SIGN_INS not in tries(db, self.tenant_id)

    def ages(self) -> tuple[tuple[str, datetime | None], ...]:
        """Each lane with the oldest of its readings in use; None where nothing of it is. Blocking."""
        with self.database.read() as db:
            readings = views.readings(db, self.tenant_id, views.newest_generations(db, self.tenant_id))
        ages: list[tuple[str, datetime | None]] = []
        for lane, sources in LANES.items():
            moments = [readings[s].as_of for s in sources if s in readings and readings[s].is_read]
            ages.append((lane, min((moment for moment in moments if moment is not None), default=None)))
        return tuple(ages)

    def unknown(self) -> tuple[str, ...]:
        """Sentences on the sources that could not be read, or not anew. Blocking."""
        with self.database.read() as db:
            readings = views.readings(db, self.tenant_id, views.newest_generations(db, self.tenant_id))
            tried = tries(db, self.tenant_id)
        # HR is no part of a scan.
        known = {Source.HR: Reading(Source.HR, None), **readings}
        of_all = unknown_of(lambda source: known.get(source) or unread(source))
        return (*of_all, *kept_notes(tried, readings))

    async def _in_background(self) -> None:
        try:
            await self.scan(nobody)
        except LicenseIQError as failure:
            self.failure = failure
        except Exception as failure:  # noqa: BLE001 - told to whoever asks; texts of the tenant stay out of the log
            _LOG.error("the scan failed: %s", type(failure).__name__)
            self.failure = NotReady("The scan stopped for a fault inside LicenseIQ.", "Call refresh_tenant.")
        finally:
            self.is_scanning = False


def _the_cause(group: BaseExceptionGroup) -> BaseException:
    """What went wrong in a group of tasks: what a person can act on comes first."""
    known = group.subgroup(LicenseIQError)
    first = (known or group).exceptions[0]
    return _the_cause(first) if isinstance(first, BaseExceptionGroup) else first
