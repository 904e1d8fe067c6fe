"""What the desk holds about one person: the proposals that its keys open, what was read and told in their runs, and the
entries of the ledger that are about them. What was sealed for other people of the same proposal stays sealed."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.step_words import step_summary
from licenseiq.times import iso
from licenseiq_desk.approval.preflight import accounts_read
from licenseiq_desk.erasure import places_of
from licenseiq_desk.execution.journal import kept_of
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.sealing import unseal
from licenseiq_tenant.inbox.store import Inbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Who approved is another person, and the signature says nothing about this one.
_OF_OTHERS = frozenset({"statement", "evidence", "approver"})
_OF_A_HOLD = re.compile(r"Held back \(\w*hold\w*\).*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HeldAbout:
    """`places` are (proposal id, reference) of the person. `waiting` is what the inbox has in the clear: of proposals
    that the desk did not take over. `counted` are the runs that count for the limits of an hour and a day."""

    places: tuple[tuple[str, str], ...]
    proposals: list[Json]
    waiting: list[Json]
    ledger: list[Json]
    counted: list[Json]


def held_about(store: DeskStore, inbox: Inbox, tenant_id: str, names: Collection[str]) -> HeldAbout:
    """By the account's id and its principal name. Raises Tampered."""
    places = tuple(sorted({place for name in names for place in places_of(store, tenant_id, name)}))
    references: dict[str, set[str]] = {}
    for proposal_id, reference in places:
        references.setdefault(proposal_id, set()).add(reference)
    with store.database.read() as db:
        found = (row for proposal_id in references for row in _entries(db, tenant_id, proposal_id, references))
        ledger = {str(row["seq"]).zfill(12): row for row in found}
        people = {store.keys.person(tenant_id, name) for name in names}
        counted: list[Json] = [
            {"run": str(run_id), "at": str(at)}
            for run_id, at, person in db.exec_driver_sql(
                "SELECT run_id, at, person FROM touched WHERE tenant_id = ? ORDER BY at", (tenant_id,)
            )
            if person in people
        ]
    told = [_proposal(store, tenant_id, *place) for place in places]
    waiting = list(_waiting(inbox, tenant_id, {name.casefold() for name in names}))
    return HeldAbout(places, told, waiting, [ledger[seq] for seq in sorted(ledger)], counted)


def note_export(store: DeskStore, tenant_id: str, held: HeldAbout, more: Mapping[str, Json], now: datetime) -> None:
    """An entry of the ledger: that a copy of what is held was made, and of which proposals."""
    body: dict[str, Json] = {
        "proposals": [proposal_id for proposal_id, _ in held.places],
        "references": [reference for _, reference in held.places],
        **more,
    }
    with store.database.write() as db:
        store.ledger.append(db, tenant_id, now, Kind.SUBJECT_EXPORTED, body)


def _waiting(inbox: Inbox, tenant_id: str, names: set[str]) -> Iterator[Json]:
    for proposal_id in inbox.ids(tenant_id):
        entry = inbox.entry(tenant_id, proposal_id)
        for one in entry.openings if entry is not None else ():
            if names & {str(one.values.get(name)).casefold() for name in ("user_id", "user_principal_name")}:
                yield {"proposal": proposal_id, "values": dict(one.values)}


def _proposal(store: DeskStore, tenant_id: str, proposal_id: str, reference: str) -> Json:
    held = proposals.get(store, tenant_id, proposal_id)
    opening = proposals.openings(store, tenant_id, proposal_id, held.plan).get(reference)
    mine = [step for step in held.plan.steps if step.subject == reference]
    return {
        "proposal": proposal_id,
        "kind": held.plan.kind,
        "state": held.state.value,
        "created": iso(held.plan.created),
        "values": None if opening is None else dict(opening.values),
        "steps": [{"number": step.number, "kind": step.kind.value, "what": step_summary(step)} for step in mine],
        "for_people": [one.instructions for one in held.plan.hand_offs if one.subject == reference],
        "read_before_decisions": accounts_read(store, tenant_id, proposal_id, reference),
        "runs": list(_runs(store, tenant_id, proposal_id, reference, mine)),
    }


def _runs(store: DeskStore, tenant_id: str, proposal_id: str, reference: str, mine: Collection[Step]) -> Iterator[Json]:
    key = store.keys.find(tenant_id, proposal_id, reference)
    with store.database.read() as db:
        runs = db.exec_driver_sql(
            "SELECT run_id, state, created_at, ended_at FROM run WHERE tenant_id = ? AND proposal_id = ? "
            "ORDER BY created_at, run_id",
            (tenant_id, proposal_id),
        ).all()
    for run_id, state, begun, ended in runs:
        steps = [_step(store, tenant_id, str(run_id), step.number, key) for step in mine]
        yield {"run": run_id, "state": state, "begun": begun, "ended": ended, "steps": steps}


def _step(store: DeskStore, tenant_id: str, run_id: str, number: int, key: bytes | None) -> Json:
    place = (tenant_id, run_id, number)
    with store.database.read() as db:
        outcome = db.exec_driver_sql(
            "SELECT outcome, note, at FROM outcome WHERE tenant_id = ? AND run_id = ? AND number = ?", place
        ).first()
        intents = db.exec_driver_sql(
            "SELECT send, at, nonce, before_reading FROM intent WHERE tenant_id = ? AND run_id = ? AND number = ? "
            "ORDER BY send",
            place,
        ).all()
    found: dict[str, Json] = {"number": number}
    if outcome is not None:
        found |= {"outcome": str(outcome[0]), "note": _without_holds(str(outcome[1])), "at": str(outcome[2])}
    if key is not None:
        found["read_before"] = [
            {"at": at, "account": unseal(key, as_bytes(nonce), (*map(str, place), str(send)), as_bytes(sealed))}
            for send, at, nonce, sealed in intents
        ]
        found |= kept_of(store, *place, key)
    return found


def _without_holds(note: str) -> str:
    """Whether somebody is on hold is for Legal to say, and in no copy."""
    return _OF_A_HOLD.sub("Held back.", note)


def _entries(
    db: "Connection", tenant_id: str, proposal_id: str, references: Mapping[str, set[str]]
) -> Iterator[dict[str, Json]]:
    """The entries about a proposal, but for those about other people of it."""
    rows = db.exec_driver_sql(
        "SELECT e.entry FROM ledger_entry e JOIN ledger_about a ON a.tenant_id = e.tenant_id AND a.seq = e.seq "
        "WHERE a.tenant_id = ? AND a.proposal_id = ? ORDER BY e.seq",
        (tenant_id, proposal_id),
    ).scalars()
    for data in rows.all():
        entry = json.loads(as_bytes(data))
        if entry["body"].get("subject") in (None, *references[proposal_id]):
            body = {name: value for name, value in entry["body"].items() if name not in _OF_OTHERS}
            if "note" in body:
                body["note"] = _without_holds(str(body["note"]))
            yield {"seq": entry["seq"], "time": entry["time"], "kind": entry["kind"], "body": body}
