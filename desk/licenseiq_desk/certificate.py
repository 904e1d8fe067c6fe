"""The certificate of a run: who approved what, what became of each step, and proofs from the ledger.

Everything in it is read back from the desk's store; names are opened with the keys of the people, so that of somebody
who was erased there are none. The proofs are RFC 6962 inclusion proofs to the newest signed head, which an auditor
checks without this program (docs/audit.md).
"""

import json
from typing import Any, cast

from licenseiq.errors import NotFound
from licenseiq.merkle import inclusion_proofs
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.stored import RunReport, StepReport
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq_desk.approval import records
from licenseiq_desk.ledger.anchor import newest
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.run_lines import run_lines
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_tenant.desk_state import report

SCHEMA = "licenseiq.certificate/1"
_CARRIED = ("frees", "free_seats", "data_at_risk_on", "not_before", "set_by")
_PROVEN = frozenset({Kind.APPROVAL, Kind.RUN_STARTED, Kind.OUTCOME, Kind.RUN_ENDED})


def tenant_of_run(store: DeskStore, run_id: str) -> str:
    """Raises NotFound."""
    with store.database.read() as db:
        found = db.exec_driver_sql("SELECT tenant_id FROM run WHERE run_id = ?", (run_id,)).scalar()
    if found is None:
        raise NotFound("There is no run of that id.", "See 'licenseiq run status'.")
    return str(found)


def certificate(store: DeskStore, run_id: str) -> dict[str, Json]:
    """All of it as JSON. Raises NotFound, and Tampered where a stored record does not verify."""
    tenant_id = tenant_of_run(store, run_id)
    with store.database.read() as db:
        row = db.exec_driver_sql(
            "SELECT proposal_id, created_at, ended_at FROM run WHERE tenant_id = ? AND run_id = ?", (tenant_id, run_id)
        ).one()
        found = report(db, tenant_id, str(row[0]))
    run = next(one for one in (found.runs if found is not None else ()) if one.run_id == run_id)
    held = proposals.get(store, tenant_id, str(row[0]))
    opened = proposals.openings(store, tenant_id, held.proposal_id, held.plan)
    lines = run_lines(store, tenant_id, held.proposal_id, run)
    people: dict[str, Json] = {
        subject.reference: _named(opened[subject.reference].values) if subject.reference in opened else None
        for subject in held.plan.subjects
    }
    return {
        "schema": SCHEMA,
        "tenant": tenant_id,
        "simulated": held.plan.simulated,
        "proposal": held.proposal_id,
        "digest": held.digest,
        "kind": held.plan.kind,
        "run": run_id,
        "state": run.state,
        "level": run.level,
        "started_at": str(row[1]),
        "ended_at": None if row[2] is None else str(row[2]),
        "requested_by": dict(held.plan.requested_by),
        "approvals": _approvals(store, tenant_id, held.proposal_id),
        "people": people,
        "steps": _steps(held.plan, run),
        "hand_offs": [{"kind": h.kind, "who": h.subject, "instructions": h.instructions} for h in held.plan.hand_offs],
        "for_a_person": list(lines.by_hand),
        "told": list(lines.told),
        "freed_a_month": dict(sorted(held.plan.money.items())),
        "reclaimed_is_not_realised": "A free seat pays once somebody takes it, or the subscription is reduced.",
        "ledger": _proofs(store, tenant_id, run_id, held.digest, is_demo=held.plan.simulated),
    }


def as_json(found: dict[str, Json]) -> str:
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _named(values: Any) -> dict[str, Json]:
    names = ("user_id", "user_principal_name", "display_name")
    return {name: clean(str(values[name])).text for name in names if isinstance(values.get(name), str)}


def _approvals(store: DeskStore, tenant_id: str, proposal_id: str) -> list[Json]:
    return [
        {
            "at": iso(at),
            "decision": one.decision.value,
            "approver": dict(one.approver),
            "level": one.level.value,
            "statement": one.digest(),
            "waivers": [dict(waiver) for waiver in one.waivers],
        }
        for at, one in records.decided_on(store, tenant_id, proposal_id)
    ]


def _steps(plan: Plan, run: RunReport) -> list[Json]:
    by_number = {step.number: step for step in plan.steps}
    return [_step(by_number[one.number], one) for one in run.steps if one.number in by_number]


def _step(step: Step, became: StepReport) -> dict[str, Json]:
    return {
        "number": step.number,
        "who": step.subject,
        "kind": step.kind.value,
        "what": step_summary(step),
        "outcome": became.outcome,
        "at": None if became.at is None else iso(became.at),
        "note": became.note,
        "undo_valid_until": (step.undo or {}).get("undo_valid_until"),
        **{name: step.arguments[name] for name in _CARRIED if name in step.arguments},
    }


def _proofs(store: DeskStore, tenant_id: str, run_id: str, plan_digest: str, *, is_demo: bool) -> dict[str, Json]:
    """The entries about the run and its approvals, each with its path to the newest signed head."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT seq, leaf, entry FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,)
        ).all()
        head = newest(db, tenant_id, is_demo=is_demo)
    told = {int(seq): as_bytes(data) for seq, _, data in rows}
    kinds = dict[int, str]()
    for seq, data in told.items():
        entry = cast("dict[str, Any]", json.loads(data))
        if entry["kind"] in _PROVEN and _is_about(entry["body"], run_id, plan_digest):
            kinds[seq] = str(entry["kind"])
    entries: list[Json] = [
        {
            "leaf_index": seq,
            "kind": kinds[seq],
            "entry": told[seq].decode("latin-1"),
            "audit_path": [one.hex() for one in path],
        }
        for seq, path in inclusion_proofs([as_bytes(row[1]) for row in rows], kinds).items()
    ]
    return {"head": head, "entries": entries}


def _is_about(body: dict[str, Any], run_id: str, plan_digest: str) -> bool:
    return body.get("run") == run_id or plan_digest in json.dumps(body)
