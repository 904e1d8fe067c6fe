"""What pages and their scripts are given: facts of the desk as plain values. Text of the tenant was cleaned before."""

from collections.abc import Mapping, Sequence
from typing import Any

from licenseiq.errors import NotFound, Tampered
from licenseiq.money import money_words
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.statement import Level
from licenseiq.proposals.states import RUN_ENDS, ProposalState
from licenseiq.proposals.stored import DeskReport
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_desk.approval.approvers import Enrolled
from licenseiq_desk.approval.level import WORDS
from licenseiq_desk.approval.waivers import WAIVABLE
from licenseiq_desk.desk import Desk
from licenseiq_desk.render import VERBS

_VERBS = {kind.value: verb for kind, verb in VERBS.items()}
KINDS = {"offboard": "Offboard", "license_changes": "Change licences", "undo": "Undo"}


def rows(desk: Desk, tenant_id: str) -> list[dict[str, Any]]:
    """The proposals, open ones first, the newest first among each."""
    found = [_row(desk, tenant_id, proposal_id, state) for proposal_id, state, _ in desk.proposals(tenant_id)]
    return sorted(found, key=lambda row: row["state"] != ProposalState.OPEN)


def _row(desk: Desk, tenant_id: str, proposal_id: str, state: ProposalState) -> dict[str, Any]:
    try:
        plan = desk.proposal(tenant_id, proposal_id).plan
    except (Tampered, NotFound):
        return {
            "id": proposal_id,
            "state": "changed",
            "what": "Its stored bytes have changed: nothing in it is believed.",
            "money": "",
            "asked": "",
            "created": "",
            "expires": "",
            "run": "",
            "awaits_second": False,
        }
    report = desk.report(tenant_id, proposal_id)
    return {
        "id": proposal_id,
        "state": state.value,
        "what": headline(plan),
        "money": freed(plan),
        "asked": clean(plan.requested_by.get("client", "")).text,
        "created": iso(plan.created),
        "expires": iso(plan.expires),
        "run": report.last_run.state if report is not None and report.last_run is not None else "",
        "awaits_second": state is ProposalState.OPEN and report is not None and bool(report.approvals),
    }


def headline(plan: Plan) -> str:
    """'Offboard: 1 person, 3 steps'."""
    kind = KINDS.get(plan.kind, clean(plan.kind).text)
    blocked = len(plan.blocked_steps())
    parts = [f"{count(len(plan.subjects), 'person', 'people')}, {count(len(plan.steps), 'step')}"]
    parts += [f"{blocked} blocked"] if blocked else []
    return f"{kind}: {', '.join(parts)}"


def freed(plan: Plan) -> str:
    """'57.00 USD a month'; a cost has a minus."""
    if plan.monthly is None:
        return "seats without a price"
    return f"{money_words(plan.monthly)} a month" if plan.monthly else ""


def waivable(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "cure": clean(one.cure).text, "steps": list(one.applies_to)}
        for one in plan.blockers
        if one.kind in WAIVABLE
    ]


def run_of(report: DeskReport | None) -> dict[str, Any] | None:
    """The newest run with its steps, in words."""
    last = report.last_run if report is not None else None
    if last is None:
        return None
    return {
        "id": last.run_id,
        "state": last.state,
        "ended": last.state in RUN_ENDS,
        "level": WORDS[Level(last.level)],
        "steps": [
            {
                "number": step.number,
                "what": _VERBS.get(step.kind, step.kind),
                "outcome": (step.outcome or "").replace("_", " "),
                "note": step.note,
            }
            for step in last.steps
        ],
    }


def decisions_of(report: DeskReport | None) -> list[dict[str, str]]:
    return [
        {"decision": one.decision, "by": one.approver_kind, "level": one.level, "at": iso(one.at)}
        for one in (report.approvals if report is not None else ())
    ]


def people(found: Sequence[Enrolled]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.approver_id,
            "name": one.name,
            "enrolled": one.enrolled,
            "at": iso(one.at),
            "revoked": iso(one.revoked_at) if one.revoked_at else "",
        }
        for one in found
    ]


def texts(value: object) -> Mapping[str, Any]:
    """A JSON body's object; empty for anything else."""
    return value if isinstance(value, Mapping) else {}
