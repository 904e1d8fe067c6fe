"""Stopping a run from outside: to rest, to go on, to end. None of it starts anything.

Whoever carries the run on looks at these wishes before each step. To cancel is final; an effect that was sent already
is still found out.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import NotFound, Refused
from licenseiq.proposals.states import RUN_ENDS, RunState
from licenseiq.times import iso
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

BY_A_PERSON, BY_FAILURES, BY_UNEXPECTED = "person", "failures", "unexpected_answer"


def pause(store: DeskStore, tenant_id: str, run_id: str, now: datetime, why: str = BY_A_PERSON) -> None:
    """The run rests before its next step, until somebody lets it go on. Raises NotFound and Refused."""
    with store.database.write() as db:
        _refuse_ended(db, tenant_id, run_id)
        db.exec_driver_sql(
            "UPDATE run SET held = ? WHERE tenant_id = ? AND run_id = ?",
            (why, tenant_id, run_id),
        )
        store.ledger.append(db, tenant_id, now, Kind.RUN_PAUSED, {"run": run_id, "why": why})


def resume(store: DeskStore, tenant_id: str, run_id: str, now: datetime) -> None:
    """A run that rests goes on. Raises NotFound and Refused."""
    with store.database.write() as db:
        _refuse_ended(db, tenant_id, run_id)
        changed = db.exec_driver_sql(
            "UPDATE run SET held = NULL, next_at = NULL WHERE tenant_id = ? AND run_id = ? AND held IS NOT NULL "
            "AND cancel_at IS NULL",
            (tenant_id, run_id),
        )
        if changed.rowcount != 1:
            raise Refused("The run does not rest, or is being cancelled.", "See 'licenseiq run status'.")
        store.ledger.append(db, tenant_id, now, Kind.RUN_RESUMED, {"run": run_id})


def cancel(store: DeskStore, tenant_id: str, run_id: str, now: datetime) -> None:
    """The run ends before its next step; what was sent is found out first. Raises NotFound and Refused."""
    with store.database.write() as db:
        _refuse_ended(db, tenant_id, run_id)
        db.exec_driver_sql(
            "UPDATE run SET cancel_at = ?, held = NULL, next_at = NULL WHERE tenant_id = ? AND run_id = ? "
            "AND cancel_at IS NULL",
            (iso(now), tenant_id, run_id),
        )
        store.ledger.append(db, tenant_id, now, Kind.RUN_CANCEL_ASKED, {"run": run_id})


def wishes(db: "Connection", tenant_id: str, run_id: str) -> tuple[bool, bool]:
    """Whether the run is to rest, and whether it is to end."""
    row = db.exec_driver_sql(
        "SELECT held, cancel_at FROM run WHERE tenant_id = ? AND run_id = ?", (tenant_id, run_id)
    ).one()
    return row[0] is not None, row[1] is not None


def _refuse_ended(db: "Connection", tenant_id: str, run_id: str) -> None:
    row = db.exec_driver_sql("SELECT state FROM run WHERE tenant_id = ? AND run_id = ?", (tenant_id, run_id)).first()
    if row is None:
        raise NotFound("There is no run of that id.", "See 'licenseiq run status'.")
    if RunState(row[0]) in RUN_ENDS:
        raise Refused(f"The run is {row[0]} already.", "There is nothing left to stop.")
