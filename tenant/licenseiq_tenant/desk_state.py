"""The desk's state as the server may see it: the desk's v1 views, read-only."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.proposals.stored import ApprovalReport, DeskReport, LedgerHead, RunReport, StepReport
from licenseiq.times import parse_iso
from licenseiq_tenant.database import read_only
from licenseiq_tenant.places import exists

if TYPE_CHECKING:
    from sqlalchemy import Connection

DESK_FILE = "desk.db"


class DeskState:
    """Implements `licenseiq.ports.DeskView`. Blocking: call it off the event loop."""

    def __init__(self, home: Path) -> None:
        self._path = home / DESK_FILE

    def report(self, tenant_id: str, proposal_id: str) -> DeskReport | None:
        """What the desk says of a proposal; None when it has not seen it. Raises StateUnknown."""
        return self.reports(tenant_id, (proposal_id,)).get(proposal_id)

    def reports(self, tenant_id: str, proposal_ids: Collection[str]) -> dict[str, DeskReport]:
        """What the desk says of those proposals that it has seen, all at one moment. Raises StateUnknown."""
        if not proposal_ids or not exists(self._path):
            return {}
        with read_only(self._path) as db:
            found = {proposal_id: report(db, tenant_id, proposal_id) for proposal_id in proposal_ids}
        return {proposal_id: one for proposal_id, one in found.items() if one is not None}

    def plan(self, tenant_id: str, proposal_id: str) -> tuple[str, bytes] | None:
        """Digest and canonical bytes of a plan that the desk holds. Raises StateUnknown."""
        if not exists(self._path):
            return None
        with read_only(self._path) as db:
            row = db.exec_driver_sql(
                "SELECT digest, plan FROM v1_plan WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
            ).first()
        return None if row is None else (str(row[0]), bytes(row[1]))

    def states(self, tenant_id: str) -> dict[str, str]:
        """The state of every proposal that the desk has seen, by its id. Raises StateUnknown."""
        if not exists(self._path):
            return {}
        with read_only(self._path) as db:
            rows = db.exec_driver_sql(
                "SELECT proposal_id, state FROM v1_proposal_state WHERE tenant_id = ?", (tenant_id,)
            )
            return {str(row[0]): str(row[1]) for row in rows}


def report(db: "Connection", tenant_id: str, proposal_id: str) -> DeskReport | None:
    """The report from the views, in one transaction of the caller's."""
    key = (tenant_id, proposal_id)
    row = db.exec_driver_sql("SELECT state FROM v1_proposal_state WHERE tenant_id = ? AND proposal_id = ?", key).first()
    if row is None:
        return None
    approvals = db.exec_driver_sql(
        "SELECT approval_id, decision, level, approver_kind, at FROM v1_approval "
        "WHERE tenant_id = ? AND proposal_id = ? ORDER BY at, approval_id",
        key,
    ).all()
    runs = db.exec_driver_sql(
        "SELECT run_id, state, level FROM v1_run WHERE tenant_id = ? AND proposal_id = ? ORDER BY created_at, run_id",
        key,
    ).all()
    head = db.exec_driver_sql("SELECT size, root FROM v1_ledger_head WHERE tenant_id = ?", (tenant_id,)).first()
    return DeskReport(
        state=str(row[0]),
        approvals=tuple(ApprovalReport(a[0], a[1], a[2], a[3], parse_iso(a[4])) for a in approvals),
        runs=tuple(RunReport(r[0], r[1], r[2], _steps(db, tenant_id, r[0])) for r in runs),
        ledger=None if head is None else LedgerHead(int(head[0]), str(head[1])),
    )


def _steps(db: "Connection", tenant_id: str, run_id: str) -> tuple[StepReport, ...]:
    rows = db.exec_driver_sql(
        "SELECT number, kind, outcome, at, note FROM v1_run_step WHERE tenant_id = ? AND run_id = ? ORDER BY number",
        (tenant_id, run_id),
    )
    return tuple(StepReport(int(r[0]), r[1], r[2], _time(r[3]), r[4] or "") for r in rows)


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_iso(text)
