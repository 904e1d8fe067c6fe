"""A run held under a lease, with a fence: one owner at a time, and a late owner's words are refused.

The lease is renewed by every write. When an owner dies, another takes the run over after the lease's end and raises
the fence; what the old one still tries to write does not pass it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from licenseiq.errors import Refused
from licenseiq.proposals.states import RunState, move_run
from licenseiq.times import iso
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEASE = timedelta(seconds=30)


class LeaseLost(Refused):
    """Another process has taken the run over."""


@dataclass(frozen=True, slots=True)
class Lease:
    store: DeskStore
    around: Surroundings
    tenant_id: str
    run_id: str
    owner: str
    fence: int
    found: RunState

    @contextmanager
    def write(self) -> "Iterator[Connection]":
        """A transaction of this owner's; renews the lease. Raises LeaseLost when the fence has moved on."""
        until = iso(self.around.now() + LEASE)
        with self.store.database.write() as db:
            renewed = db.exec_driver_sql(
                "UPDATE run SET lease_until = ? WHERE tenant_id = ? AND run_id = ? AND lease_owner = ? AND fence = ?",
                (until, self.tenant_id, self.run_id, self.owner, self.fence),
            )
            if renewed.rowcount != 1:
                raise LeaseLost("Another process has taken this run over.", "Nothing to do: it goes on there.")
            yield db

    def renew(self) -> None:
        with self.write():
            pass

    def keep_alive(self) -> Callable[[], None]:
        """Something to call again and again while one thing takes long: it renews the lease before it ends."""
        last = self.around.now()

        def renew_when_due() -> None:
            nonlocal last
            if self.around.now() - last > LEASE / 3:
                self.renew()
                last = self.around.now()

        return renew_when_due

    def release(self) -> None:
        """Lets another owner go on at once."""
        with self.write() as db:
            db.exec_driver_sql(
                "UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE tenant_id = ? AND run_id = ?",
                (self.tenant_id, self.run_id),
            )

    def leave(self, db: "Connection", then: RunState, *, next_in: float | None = None, ended: bool = False) -> None:
        """Moves the run on and gives the lease back, in the caller's transaction. `next_in` is in seconds."""
        move_run(RunState.RUNNING, then)
        now = self.around.now()
        next_at = None if next_in is None else iso(_whole(now + timedelta(seconds=max(1.0, next_in))))
        db.exec_driver_sql(
            "UPDATE run SET state = ?, next_at = ?, ended_at = ?, lease_owner = NULL, lease_until = NULL "
            "WHERE tenant_id = ? AND run_id = ?",
            (then.value, next_at, iso(now) if ended else None, self.tenant_id, self.run_id),
        )


def _whole(at: datetime) -> datetime:
    """The next whole second: a time is written without its fraction, and nobody comes before a Retry-After is over."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


def claim(store: DeskStore, around: Surroundings, tenant_id: str, run_id: str, owner: str) -> Lease | None:
    """The run, now running under this owner; None when it has ended, waits for its time, or somebody holds it."""
    now = around.now()
    with store.database.write() as db:
        row = db.exec_driver_sql(
            "SELECT state, lease_owner, lease_until, next_at, fence, held FROM run WHERE tenant_id = ? AND run_id = ?",
            (tenant_id, run_id),
        ).first()
        if row is None:
            return None
        state, holder, until, next_at, fence, held = row
        if held is not None:
            return None
        found = RunState(state)
        if holder is not None and until > iso(now):
            return None
        if next_at is not None and next_at > iso(now):
            return None
        if found is not RunState.RUNNING:
            if found not in (RunState.SCHEDULED, RunState.WAITING, RunState.PAUSED):
                return None
            move_run(found, RunState.RUNNING)
        db.exec_driver_sql(
            "UPDATE run SET state = 'running', lease_owner = ?, lease_until = ?, fence = ?, next_at = NULL "
            "WHERE tenant_id = ? AND run_id = ?",
            (owner, iso(now + LEASE), fence + 1, tenant_id, run_id),
        )
    return Lease(store, around, tenant_id, run_id, owner, fence + 1, found)
