"""Erasing a person from everything that the desk holds: the keys of their values are destroyed, in every proposal.

Plans, approvals and the ledger hold commitments only, so all of it verifies on. Whoever calls this decides that it is
right to: a playbook of erasure, behind a person's approval.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import Refused
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.states import RUN_ENDS, RunState
from licenseiq.proposals.steps import StepKind
from licenseiq_desk.execution import rates
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.people import user_id
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Erased:
    """`proposals` are those whose values of the person are gone for good; empty for somebody whom none is about."""

    proposals: tuple[str, ...]


def erase_subject(store: DeskStore, tenant_id: str, whom: str, by: str, now: datetime) -> Erased:
    """Destroys what opens this person's values, wherever they are a subject, and writes that down without saying whom.

    `whom` is the account's id, or the principal name for plans that were to make it; `by` names what asked for it,
    such as a run's id: no personal value. Take the inbox over before. The entry is flushed before the first key
    goes; after a crash in between the same call finishes. Raises Refused while a run about the person has not
    ended.
    """
    person = store.keys.person(tenant_id, whom)
    places = places_of(store, tenant_id, whom)
    with store.database.write() as db:
        _refuse_running(db, tenant_id, {proposal_id for proposal_id, _ in places})
        if places:
            body: dict[str, Json] = {
                "proposals": [proposal_id for proposal_id, _ in places],
                "references": [reference for _, reference in places],
                "by": by,
            }
            store.ledger.append(db, tenant_id, now, Kind.SUBJECT_ERASED, body)
        rates.forget(db, tenant_id, person)
    store.keys.destroy(tenant_id, *places)
    return Erased(tuple(sorted({proposal_id for proposal_id, _ in places})))


def finish_erasures(store: DeskStore, tenant_id: str, now: datetime) -> tuple[Erased, ...]:
    """Destroys the keys of everybody whose run of erasure is complete: the account is gone for good, as it was read.
    Whom another run is about comes later. A run whose person was forgotten already opens nothing, and is passed over.
    """
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT DISTINCT r.run_id, r.proposal_id FROM run r JOIN run_step s ON s.tenant_id = r.tenant_id "
            "AND s.run_id = r.run_id WHERE r.tenant_id = ? AND r.state = ? AND s.kind = ?",
            (tenant_id, RunState.COMPLETE.value, StepKind.PURGE_ACCOUNT.value),
        ).all()
    found = []
    for run_id, proposal_id in rows:
        plan = proposals.get(store, tenant_id, proposal_id).plan
        openings = proposals.openings(store, tenant_id, proposal_id, plan)
        for step in plan.steps:
            whom = user_id(openings, step.subject) if step.kind is StepKind.PURGE_ACCOUNT else None
            if whom is not None:
                with suppress(Refused):
                    found.append(erase_subject(store, tenant_id, whom, run_id, now))
    return tuple(found)


def places_of(store: DeskStore, tenant_id: str, whom: str) -> tuple[tuple[str, str], ...]:
    """(proposal id, reference) of each key of a person, by the account's id or the principal name that a plan has."""
    person = store.keys.person(tenant_id, whom)
    return (*store.keys.places_of(tenant_id, person), *_old_places(store, tenant_id, whom))


def _old_places(store: DeskStore, tenant_id: str, wanted: str) -> list[tuple[str, str]]:
    """The person's places among keys that do not tell whose they are, found by opening what they seal."""
    found = []
    for proposal_id, reference in store.keys.places_of(tenant_id, None):
        held = proposals.get(store, tenant_id, proposal_id)
        opened = user_id(proposals.openings(store, tenant_id, proposal_id, held.plan), reference)
        if opened is not None and opened.lower() == wanted.lower():
            found.append((proposal_id, reference))
    return found


def _refuse_running(db: "Connection", tenant_id: str, proposal_ids: set[str]) -> None:
    rows = db.exec_driver_sql("SELECT proposal_id, run_id, state FROM run WHERE tenant_id = ?", (tenant_id,)).all()
    for proposal_id, run_id, state in rows:
        if proposal_id in proposal_ids and state not in RUN_ENDS:
            raise Refused(
                f"Run {run_id} is about this person and has not ended; without the values it never could.",
                f"Wait for it, or end it with 'licenseiq run cancel {run_id}'.",
            )
