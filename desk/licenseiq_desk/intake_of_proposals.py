"""Taking proposals over from the inbox: checked, sealed, written to the ledger, then forgotten by the inbox.

Each step can be repeated: after a crash the next take-over finishes what was begun.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from licenseiq.errors import NotFound, Tampered
from licenseiq.policy import Policy
from licenseiq.proposals.commitments import Opening, check_opening
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import ProposalState
from licenseiq.proposals.stored import InboxEntry
from licenseiq.times import iso
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.sealing import NONCE_BYTES, opening_to_json, seal
from licenseiq_desk.surroundings import Surroundings
from licenseiq_desk.undoing import undo_of
from licenseiq_tenant.inbox.store import Inbox


@dataclass(frozen=True, slots=True)
class Rejected:
    """An inbox entry that was left alone, and why."""

    proposal_id: str
    why: Tampered


@dataclass(frozen=True, slots=True)
class TakenReport:
    """`ended` are (proposal id, state) pairs of proposals that were withdrawn or have expired."""

    taken: tuple[str, ...]
    ended: tuple[tuple[str, ProposalState], ...]
    rejected: tuple[Rejected, ...]


def take_over(
    store: DeskStore, inbox: Inbox, tenant_id: str, around: Surroundings, policy: Callable[[], Policy]
) -> TakenReport:
    """Takes every proposal of a tenant that is new, makes the plans that take runs back, and ends those that were
    withdrawn or have expired."""
    taken: list[str] = []
    ended: list[tuple[str, ProposalState]] = []
    rejected: list[Rejected] = []
    over = proposals.decided(store, tenant_id)
    for proposal_id in inbox.ids(tenant_id):
        if proposal_id in over:
            continue  # nothing of it changes any more, and a home keeps every proposal that was ever made
        entry = inbox.entry(tenant_id, proposal_id)
        if entry is None:
            continue
        try:
            if _take(store, tenant_id, entry, around):
                taken.append(proposal_id)
        except Tampered as error:
            rejected.append(Rejected(proposal_id, error))
            continue
        if entry.openings:
            inbox.forget_openings(tenant_id, proposal_id)
        if entry.withdrawn and _end(store, tenant_id, proposal_id, ProposalState.WITHDRAWN, around.now()):
            ended.append((proposal_id, ProposalState.WITHDRAWN))
    for request in inbox.undo_requests(tenant_id):
        if proposals.known_digest(store, tenant_id, request.proposal_id) is not None:
            continue
        try:
            made = undo_of(store, tenant_id, request, policy(), around)
            if made is not None and _take(store, tenant_id, made, around):
                taken.append(request.proposal_id)
        except Tampered as error:
            rejected.append(Rejected(request.proposal_id, error))
        except NotFound:
            continue
    ended += expire(store, tenant_id, around.now())
    return TakenReport(tuple(taken), tuple(ended), tuple(rejected))


def expire(store: DeskStore, tenant_id: str, now: datetime) -> list[tuple[str, ProposalState]]:
    """Ends every open proposal whose time is over, by the plan's own words rather than a column's."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT proposal_id, digest, plan FROM proposal WHERE tenant_id = ? AND state = 'open'", (tenant_id,)
        ).all()
    ended = []
    for proposal_id, expected, data in rows:
        try:
            is_over = proposals.checked_plan(tenant_id, as_bytes(data), expected).expires <= now
        except Tampered:
            continue
        if is_over and _end(store, tenant_id, proposal_id, ProposalState.EXPIRED, now):
            ended.append((proposal_id, ProposalState.EXPIRED))
    return ended


def _take(store: DeskStore, tenant_id: str, entry: InboxEntry, around: Surroundings) -> bool:
    """True when the entry was new. Raises Tampered, with nothing stored."""
    known = proposals.known_digest(store, tenant_id, entry.proposal_id)
    if known is not None:
        if known != entry.digest:
            raise Tampered("A proposal in the inbox has changed since it was taken over.", "Propose again.")
        return False
    plan = proposals.checked_plan(tenant_id, entry.plan_bytes, entry.digest)
    _check_openings(plan, entry)
    place = (tenant_id, entry.proposal_id)
    keys = {o.reference: store.keys.make(*place, o.reference, _whose(o)) for o in entry.openings}
    now = around.now()
    with store.database.write() as db:
        made = db.exec_driver_sql(
            "INSERT INTO proposal VALUES (?, ?, ?, ?, 'open', ?, ?, ?) ON CONFLICT DO NOTHING",
            (*place, entry.digest, entry.plan_bytes, iso(plan.expires), iso(now), iso(now)),
        )
        if made.rowcount != 1:
            return False  # another process of this desk has taken it meanwhile, with the same keys
        for opening in entry.openings:
            nonce = around.random(NONCE_BYTES)
            sealed = seal(keys[opening.reference], nonce, (*place, opening.reference), opening_to_json(opening))
            db.exec_driver_sql(
                "INSERT INTO sealed_opening VALUES (?, ?, ?, ?, ?)", (*place, opening.reference, nonce, sealed)
            )
        body = {"proposal": entry.proposal_id, "digest": entry.digest, "kind": plan.kind}
        store.ledger.append(db, tenant_id, now, Kind.PROPOSAL_TAKEN, body)
    return True


def _whose(opening: Opening) -> str:
    """The id of the account, or the principal name of one that was not there yet: by it the values can be erased."""
    return str(opening.values.get("user_id") or opening.values.get("user_principal_name") or "")


def _check_openings(plan: Plan, entry: InboxEntry) -> None:
    by_reference = {opening.reference: opening for opening in entry.openings}
    if by_reference.keys() != {subject.reference for subject in plan.subjects}:
        raise Tampered("A proposal does not come with its people's values.", "Withdraw it and propose again.")
    for subject in plan.subjects:
        check_opening(by_reference[subject.reference], subject.commitments)


def _end(store: DeskStore, tenant_id: str, proposal_id: str, then: ProposalState, now: datetime) -> bool:
    """Ends an open proposal; False when it is not open any more."""
    with store.database.write() as db:
        row = db.exec_driver_sql(
            "SELECT state FROM proposal WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
        ).one()
        if row[0] != ProposalState.OPEN:
            return False
        proposals.move(store, db, tenant_id, proposal_id, then, now)
    return True
