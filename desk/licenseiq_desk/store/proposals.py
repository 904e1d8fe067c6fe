"""Proposals as the desk holds them: the plan's exact bytes, its state, and the sealed openings."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import NotFound, Refused, Tampered
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.commitments import Opening, check_opening
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.proposals.states import ProposalState, move_proposal
from licenseiq.times import iso, parse_iso
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.sealing import opening_from_json, unseal

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal that the desk has taken over; the plan was read from bytes whose digest was checked."""

    proposal_id: str
    digest: str
    plan: Plan
    state: ProposalState


def find(store: DeskStore, tenant_id: str, proposal_id: str) -> Held | None:
    """The proposal, or None. Raises Tampered when its bytes do not have its digest."""
    with store.database.read() as db:
        row = db.exec_driver_sql(
            "SELECT digest, plan, state FROM proposal WHERE tenant_id = ? AND proposal_id = ?",
            (tenant_id, proposal_id),
        ).first()
    if row is None:
        return None
    return Held(proposal_id, row[0], checked_plan(tenant_id, as_bytes(row[1]), row[0]), ProposalState(row[2]))


def known_digest(store: DeskStore, tenant_id: str, proposal_id: str) -> str | None:
    """The digest of a proposal that the desk holds, without reading the plan; None when it holds none."""
    with store.database.read() as db:
        row = db.exec_driver_sql(
            "SELECT digest FROM proposal WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
        ).first()
    return None if row is None else str(row[0])


def decided(store: DeskStore, tenant_id: str) -> frozenset[str]:
    """The ids of the proposals that are not open any more."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT proposal_id FROM proposal WHERE tenant_id = ? AND state <> 'open'", (tenant_id,)
        )
        return frozenset(rows.scalars().all())


def get(store: DeskStore, tenant_id: str, proposal_id: str) -> Held:
    """The proposal. Raises NotFound, or Tampered."""
    found = find(store, tenant_id, proposal_id)
    if found is None:
        raise NotFound("The desk holds no proposal of that id.", "See `licenseiq proposals` for the ids.")
    return found


def refuse_unless_open(held: Held, now: datetime) -> None:
    """Raises Refused for a proposal that was decided or has expired."""
    if held.state is not ProposalState.OPEN:
        raise Refused(f"The proposal is {held.state} already.", "Make a new proposal instead.")
    if held.plan.expires <= now:
        raise Refused("The proposal has expired.", "Propose again, from data of now.")


def checked_plan(tenant_id: str, data: bytes, expected_digest: str) -> Plan:
    """The plan of these bytes. Raises Tampered unless they have this digest and are a plan for this tenant."""
    if digest(data) != expected_digest:
        raise Tampered("A stored plan does not have the digest that names it.", "Withdraw it and propose again.")
    plan = read_plan(data)
    if plan.tenant_id != tenant_id:
        raise Tampered("A stored plan is for another tenant.", "Withdraw it and propose again.")
    return plan


def openings(store: DeskStore, tenant_id: str, proposal_id: str, plan: Plan) -> dict[str, Opening]:
    """The personal values by reference, opened in memory and checked against the plan; erased ones are missing."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT reference, nonce, ciphertext FROM sealed_opening WHERE tenant_id = ? AND proposal_id = ?",
            (tenant_id, proposal_id),
        ).all()
    expected = {subject.reference: subject.commitments for subject in plan.subjects}
    found: dict[str, Opening] = {}
    for reference, nonce, ciphertext in rows:
        key = store.keys.find(tenant_id, proposal_id, reference)
        if key is None or reference not in expected:
            continue
        value = unseal(key, as_bytes(nonce), (tenant_id, proposal_id, reference), as_bytes(ciphertext))
        opening = opening_from_json(reference, value)
        check_opening(opening, expected[reference])
        found[reference] = opening
    return found


def move(
    store: DeskStore, db: "Connection", tenant_id: str, proposal_id: str, then: ProposalState, now: datetime
) -> None:
    """Changes the state in the caller's transaction. Raises Refused when the proposal cannot become that.

    A decision is written to the ledger by who keeps it, every other end here.
    """
    row = db.exec_driver_sql(
        "SELECT state, digest FROM proposal WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
    ).one()
    move_proposal(ProposalState(row[0]), then)
    db.exec_driver_sql(
        "UPDATE proposal SET state = ?, state_at = ? WHERE tenant_id = ? AND proposal_id = ?",
        (then.value, iso(now), tenant_id, proposal_id),
    )
    if then in (ProposalState.WITHDRAWN, ProposalState.SUPERSEDED, ProposalState.EXPIRED):
        body = {"proposal": proposal_id, "digest": str(row[1]), "state": then.value}
        store.ledger.append(db, tenant_id, now, Kind.PROPOSAL_ENDED, body)


def listed(store: DeskStore, tenant_id: str) -> tuple[tuple[str, ProposalState, datetime], ...]:
    """(id, state, expiry) of all proposals, newest first."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT proposal_id, state, expires_at FROM proposal WHERE tenant_id = ? "
            "ORDER BY taken_at DESC, expires_at DESC, proposal_id",
            (tenant_id,),
        )
        return tuple((row[0], ProposalState(row[1]), parse_iso(row[2])) for row in rows)
