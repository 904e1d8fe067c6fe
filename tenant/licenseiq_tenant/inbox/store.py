"""The inbox: proposals that models asked for, their openings, withdrawals, and the log of tool calls."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.proposals.canonical import canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.stored import InboxEntry
from licenseiq.times import iso
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

FILE = "inbox.db"


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
        tenant, data = plan.tenant_id, plan.to_bytes()
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT INTO proposal VALUES (?, ?, ?, ?, ?, ?, ?)",
                (tenant, proposal_id, plan.digest(), data, content_key, iso(plan.created), iso(plan.expires)),
            )
            for opening in openings:
                db.exec_driver_sql(
                    "INSERT INTO opening VALUES (?, ?, ?, ?, ?)",
                    (tenant, proposal_id, opening.reference, opening.seed, canonical(dict(opening.values))),
                )

    def with_content(self, tenant_id: str, content_key: str, now: datetime) -> tuple[str, ...]:
        """Ids of proposals that ask for the same and have neither expired nor been withdrawn, newest first."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT proposal_id FROM proposal p WHERE tenant_id = ? AND content_key = ? AND expires_at > ? AND NOT "
                "EXISTS (SELECT 1 FROM withdrawal w WHERE w.tenant_id = p.tenant_id AND w.proposal_id = p.proposal_id) "
                "ORDER BY created_at DESC, proposal_id",
                (tenant_id, content_key, iso(now)),
            )
            return tuple(row[0] for row in rows)

    def entry(self, tenant_id: str, proposal_id: str) -> InboxEntry | None:
        """A proposal with whatever openings are still here, or None."""
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
        return InboxEntry(proposal_id, row[0], bytes(row[1]), openings, withdrawn is not None)

    def ids(self, tenant_id: str) -> tuple[str, ...]:
        """All proposals of a tenant, newest first."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT proposal_id FROM proposal WHERE tenant_id = ? ORDER BY created_at DESC, proposal_id",
                (tenant_id,),
            )
            return tuple(row[0] for row in rows)

    def tenant_of(self, proposal_id: str) -> str | None:
        with self._database.read() as db:
            row = db.exec_driver_sql("SELECT tenant_id FROM proposal WHERE proposal_id = ?", (proposal_id,)).first()
        return None if row is None else str(row[0])

    def forget_openings(self, tenant_id: str, proposal_id: str) -> None:
        """Removes the personal values of a proposal: the desk has them now, encrypted."""
        with self._database.write() as db:
            db.exec_driver_sql("DELETE FROM opening WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id))

    def log_call(self, tenant_id: str, call_id: str, at: datetime, tool: str, client: str, is_error: bool) -> None:
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT INTO tool_call VALUES (?, ?, ?, ?, ?, ?)",
                (tenant_id, call_id, iso(at), tool, client, int(is_error)),
            )


def _openings(db: "Connection", tenant_id: str, proposal_id: str) -> tuple[Opening, ...]:
    rows = db.exec_driver_sql(
        "SELECT reference, seed, personal_values FROM opening WHERE tenant_id = ? AND proposal_id = ? "
        "ORDER BY reference",
        (tenant_id, proposal_id),
    )
    return tuple(Opening(row[0], bytes(row[1]), json.loads(row[2])) for row in rows)
