"""Requests to take a run back, in the inbox: the server asks, the desk makes the plan, the server keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical, read_canonical
from licenseiq.times import iso

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """`proposal_id` is the id that the plan will have, `of_proposal` whose last run is taken back, for the people of
    these references only; for everybody where there is none."""

    proposal_id: str
    of_proposal: str
    requested_by: Mapping[str, str]
    subjects: tuple[str, ...] = ()


def ask(db: "Connection", tenant_id: str, request: UndoRequest, at: datetime) -> None:
    requested_by: dict[str, Json] = dict(request.requested_by)
    db.exec_driver_sql(
        "INSERT INTO undo_request (tenant_id, proposal_id, of_proposal, requested_by, created_at, subjects) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            tenant_id,
            request.proposal_id,
            request.of_proposal,
            canonical(requested_by),
            iso(at),
            " ".join(request.subjects),
        ),
    )


def requests(db: "Connection", tenant_id: str, *, unkept: bool = False) -> tuple[UndoRequest, ...]:
    """All of them, oldest first; with `unkept` those whose plan the inbox does not hold yet."""
    rows = db.exec_driver_sql(
        "SELECT u.proposal_id, u.of_proposal, u.requested_by, p.proposal_id, u.subjects FROM undo_request u "
        "LEFT JOIN proposal p ON p.tenant_id = u.tenant_id AND p.proposal_id = u.proposal_id "
        "WHERE u.tenant_id = ? ORDER BY u.created_at, u.proposal_id",
        (tenant_id,),
    ).all()
    return tuple(
        UndoRequest(str(row[0]), str(row[1]), _who(row[2]), tuple(str(row[4]).split()))
        for row in rows
        if not unkept or row[3] is None
    )


def _who(data: object) -> dict[str, str]:
    try:
        found = read_canonical(bytes(data)) if isinstance(data, bytes | memoryview) else None
    except Tampered:
        found = None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}
