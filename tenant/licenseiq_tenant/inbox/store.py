"""The inbox: proposals that models asked for, their openings, withdrawals, and the log of tool calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.call_log import LoggedCall
from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical, read_canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.stored import InboxEntry
from licenseiq.times import iso
from licenseiq_tenant.database import Database, read_only
from licenseiq_tenant.inbox import undo
from licenseiq_tenant.inbox.undo import UndoRequest
from licenseiq_tenant.places import exists

if TYPE_CHECKING:
    from sqlalchemy import Connection

FILE = "inbox.db"


@dataclass(frozen=True, slots=True)
class Head:
    """A proposal in a list. `created` and `expires` are ISO 8601 texts in UTC, which sort as the times do."""

    proposal_id: str
    created: str
    expires: str
    withdrawn: bool


class Inbox:
    """One inbox for all tenants of a home; every method is about one tenant. Blocking: call it off the event loop."""

    def __init__(self, home: Path) -> None:
        self._database = Database(
            home / FILE, "licenseiq_tenant.inbox.migrations", durability="FULL", secure_delete=True
        )

    def close(self) -> None:
        self._database.close()

    def put(self, proposal_id: str, plan: Plan, openings: Sequence[Opening], content_key: str) -> None:
        """Stores a new proposal with its openings, in one transaction."""
        with self._database.write() as db:
            _insert(db, proposal_id, plan, openings, content_key)

    def put_if_absent(
        self,
        proposal_id: str,
        plan: Plan,
        openings: Sequence[Opening],
        content_key: str,
        not_live: Collection[str],
    ) -> str:
        """Stores a new proposal, unless one outside of `not_live` asks for the same; the id of the one that stands.

        One transaction looks and stores, so that of two processes that ask for the same at once one finds the other's.
        `not_live` are proposals that may not be found again: only the desk knows which were decided.
        """
        with self._database.write() as db:
            for found in _with_content(db, plan.tenant_id, content_key, plan.created):
                if found not in not_live:
                    return found
            _insert(db, proposal_id, plan, openings, content_key)
            return proposal_id

    def ask_undo(self, tenant_id: str, request: UndoRequest, at: datetime) -> None:
        """Asks the desk for a plan that takes a run back."""
        with self._database.write() as db:
            undo.ask(db, tenant_id, request, at)

    def undo_requests(self, tenant_id: str, *, unkept: bool = False) -> tuple[UndoRequest, ...]:
        """Every such request, oldest first; with `unkept` those whose plan is not here yet."""
        with self._database.read() as db:
            return undo.requests(db, tenant_id, unkept=unkept)

    def with_content(self, tenant_id: str, content_key: str, now: datetime) -> tuple[str, ...]:
        """Ids of proposals that ask for the same and have neither expired nor been withdrawn, newest first."""
        with self._database.read() as db:
            return _with_content(db, tenant_id, content_key, now)

    def entry(self, tenant_id: str, proposal_id: str) -> InboxEntry | None:
        """A proposal with whatever openings are still here, or None.

        What somebody changed into another kind of value comes back empty, so that no digest and no commitment fits it.
        """
        with self._database.read() as db:
            row = db.exec_driver_sql(
                "SELECT digest, plan FROM proposal WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
            ).first()
            if row is None:
                return None
            withdrawn = db.exec_driver_sql(
                "SELECT 1 FROM withdrawal WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
            ).first()
            openings = _openings(db, tenant_id, proposal_id)
        return InboxEntry(proposal_id, row[0], _as_written(row[1]), openings, withdrawn is not None)

    def ids(self, tenant_id: str) -> tuple[str, ...]:
        """All proposals of a tenant, newest first."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT proposal_id FROM proposal WHERE tenant_id = ? ORDER BY created_at DESC, proposal_id",
                (tenant_id,),
            )
            return tuple(row[0] for row in rows)

    def heads(self, tenant_id: str) -> tuple[Head, ...]:
        """All proposals of a tenant without their plans, newest first; of one second by their ids."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT p.proposal_id, p.created_at, p.expires_at, w.at IS NOT NULL FROM proposal p "
                "LEFT JOIN withdrawal w ON w.tenant_id = p.tenant_id AND w.proposal_id = p.proposal_id "
                "WHERE p.tenant_id = ? ORDER BY p.created_at DESC, p.proposal_id",
                (tenant_id,),
            )
            return tuple(Head(str(row[0]), str(row[1]), str(row[2]), bool(row[3])) for row in rows)

    def tenant_of(self, proposal_id: str) -> str | None:
        with self._database.read() as db:
            row = db.exec_driver_sql("SELECT tenant_id FROM proposal WHERE proposal_id = ?", (proposal_id,)).first()
        return None if row is None else str(row[0])

    def forget_openings(self, tenant_id: str, proposal_id: str) -> None:
        """Removes the personal values of a proposal: the desk has them now, encrypted."""
        with self._database.write() as db:
            db.exec_driver_sql("DELETE FROM opening WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id))

    def withdraw(self, tenant_id: str, proposal_id: str, at: datetime) -> None:
        """Marks a proposal as withdrawn; the first time counts. Why is not kept: a reason may hold personal text."""
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT INTO withdrawal VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (tenant_id, proposal_id, iso(at))
            )

    def log_call(self, tenant_id: str, call_id: str, at: datetime, tool: str, client: str, is_error: bool) -> None:
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT INTO tool_call VALUES (?, ?, ?, ?, ?, ?)",
                (tenant_id, call_id, iso(at), tool, client, int(is_error)),
            )

    def calls(self, tenant_id: str, most: int) -> tuple[LoggedCall, ...]:
        """The oldest calls that the desk has not taken over."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT call_id, at, tool, client, is_error FROM tool_call WHERE tenant_id = ? "
                "ORDER BY at, call_id LIMIT ?",
                (tenant_id, most),
            )
            return tuple(LoggedCall(str(row[0]), str(row[1]), str(row[2]), str(row[3]), bool(row[4])) for row in rows)

    def forget_calls(self, tenant_id: str, call_ids: Collection[str]) -> None:
        """Removes calls from the log: the desk has sealed them."""
        with self._database.write() as db:
            for call_id in call_ids:
                db.exec_driver_sql("DELETE FROM tool_call WHERE tenant_id = ? AND call_id = ?", (tenant_id, call_id))


def kept_in(home: Path) -> tuple[tuple[str, InboxEntry], ...]:
    """Every proposal of a home, newest first, with its tenant's id and without openings; empty where no inbox is.

    For whoever only looks: makes no store, and opens it without the right to write. Raises StateUnknown.
    """
    if not exists(home / FILE):
        return ()
    with read_only(home / FILE) as db:
        rows = db.exec_driver_sql(
            "SELECT p.tenant_id, p.proposal_id, p.digest, p.plan, w.at IS NOT NULL FROM proposal p "
            "LEFT JOIN withdrawal w ON w.tenant_id = p.tenant_id AND w.proposal_id = p.proposal_id "
            "ORDER BY p.created_at DESC, p.proposal_id"
        ).all()
    return tuple((row[0], InboxEntry(row[1], row[2], _as_written(row[3]), (), bool(row[4]))) for row in rows)


def tenant_of_undo(home: Path, proposal_id: str) -> str | None:
    """The tenant for which a plan that takes a run back was asked for under this id; None where it was not. Raises
    StateUnknown."""
    if not exists(home / FILE):
        return None
    with read_only(home / FILE) as db:
        row = db.exec_driver_sql("SELECT tenant_id FROM undo_request WHERE proposal_id = ?", (proposal_id,)).first()
    return None if row is None else str(row[0])


def _insert(db: "Connection", proposal_id: str, plan: Plan, openings: Sequence[Opening], content_key: str) -> None:
    tenant = plan.tenant_id
    db.exec_driver_sql(
        "INSERT INTO proposal VALUES (?, ?, ?, ?, ?, ?, ?)",
        (tenant, proposal_id, plan.digest(), plan.to_bytes(), content_key, iso(plan.created), iso(plan.expires)),
    )
    for opening in openings:
        db.exec_driver_sql(
            "INSERT INTO opening VALUES (?, ?, ?, ?, ?)",
            (tenant, proposal_id, opening.reference, opening.seed, canonical(dict(opening.values))),
        )


def _with_content(db: "Connection", tenant_id: str, content_key: str, now: datetime) -> tuple[str, ...]:
    rows = db.exec_driver_sql(
        "SELECT proposal_id FROM proposal p WHERE tenant_id = ? AND content_key = ? AND expires_at > ? AND NOT "
        "EXISTS (SELECT 1 FROM withdrawal w WHERE w.tenant_id = p.tenant_id AND w.proposal_id = p.proposal_id) "
        "ORDER BY created_at DESC, proposal_id",
        (tenant_id, content_key, iso(now)),
    )
    return tuple(row[0] for row in rows)


def _openings(db: "Connection", tenant_id: str, proposal_id: str) -> tuple[Opening, ...]:
    rows = db.exec_driver_sql(
        "SELECT reference, seed, personal_values FROM opening WHERE tenant_id = ? AND proposal_id = ? "
        "ORDER BY reference",
        (tenant_id, proposal_id),
    )
    return tuple(Opening(row[0], _as_written(row[1]), _values(_as_written(row[2]))) for row in rows)


def _as_written(value: object) -> bytes:
    """SQLite keeps text in a BLOB column without a word; we never wrote that."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _values(data: bytes) -> Mapping[str, Json]:
    try:
        found = read_canonical(data)
    except Tampered:
        return {}
    return found if isinstance(found, Mapping) else {}
