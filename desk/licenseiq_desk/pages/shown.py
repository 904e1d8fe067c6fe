"""What pages and their scripts are given: facts of the desk as plain values. Text of the tenant was cleaned before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from licenseiq.errors import NotFound, Tampered
from licenseiq.money import money_words
from licenseiq.proposals.plan import DATA_AS_OF, Plan
from licenseiq.proposals.statement import Decision, Level, Statement
from licenseiq.proposals.states import RUN_ENDS, Outcome, ProposalState
from licenseiq.proposals.stored import RunReport, StepReport
from licenseiq.text import clean, one_line
from licenseiq.times import parse_iso
from licenseiq.words import count
from licenseiq_desk.approval.approvers import Enrolled
from licenseiq_desk.approval.level import WORDS
from licenseiq_desk.approval.waivers import WAIVABLE
from licenseiq_desk.desk import Desk
from licenseiq_desk.progress import Progress
from licenseiq_desk.render import VERBS, kind_of
from licenseiq_desk.run_lines import RunLines

_VERBS = {kind.value: verb for kind, verb in VERBS.items()}
# So many lines of each sort are shown of a run at most.
MOST_LINES = 200
KINDS = {"offboard": "Offboard", "license_changes": "Change licences", "erase": "Erase", "undo": "Undo"}


def rows(desk: Desk, tenant_id: str) -> list[dict[str, Any]]:
    """The proposals, open ones first, the newest first among each."""
    found = [_row(desk, tenant_id, proposal_id, state) for proposal_id, state, _ in desk.proposals(tenant_id)]
    return sorted(found, key=lambda row: row["state"] != ProposalState.OPEN)


def _row(desk: Desk, tenant_id: str, proposal_id: str, state: ProposalState) -> dict[str, Any]:
    row: dict[str, Any] = {"id": proposal_id, "look_at": [], "money": "", "expires": "", "run": "", "awaits": False}
    try:
        held = desk.proposal(tenant_id, proposal_id)
        look_at = desk.attention(tenant_id, held).words() if state is ProposalState.OPEN else []
    except (Tampered, NotFound):
        return {**row, "state": "changed", "what": "Its stored bytes have changed: nothing in it is believed."}
    report = desk.report(tenant_id, proposal_id)
    last = report.last_run if report is not None else None
    return {
        **row,
        "state": state.value,
        "what": headline(held.plan),
        "look_at": look_at,
        "money": freed(held.plan),
        "expires": when(held.plan.expires) if state is ProposalState.OPEN else "",
        "run": last.state if last is not None else "",
        "awaits": state is ProposalState.OPEN and report is not None and bool(report.approvals),
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


def dates(plan: Plan) -> dict[str, str]:
    """Of when the data is, when it was asked for, and until when it can be approved."""
    try:
        as_of = when(parse_iso(plan.versions[DATA_AS_OF]))
    except (KeyError, ValueError):
        as_of = "a time that is not known"
    return {
        "data": as_of,
        "made": when(plan.created),
        "expires": when(plan.expires),
    }


def lines(found: Sequence[str]) -> list[dict[str, str]]:
    """The lines of a plan, each with its kind, by which it is styled."""
    return [{"kind": kind_of(line), "text": line} for line in found]


def waivable(plan: Plan) -> list[dict[str, Any]]:
    """Blockers of the plan that an approver may let pass."""
    return found_waivable((one.kind, one.cure, one.applies_to) for one in plan.blockers if one.kind in WAIVABLE)


def found_waivable(found: Iterable[tuple[str, str, Sequence[int]]]) -> list[dict[str, Any]]:
    """The same of what was just read: kind, cure, numbers of the steps."""
    return [{"kind": kind, "cure": one_line(cure), "steps": list(steps)} for kind, cure, steps in found]


def run_of(last: RunReport, beside: RunLines, far: Progress) -> dict[str, Any]:
    """A run with its steps, in words, and how `far` it is; `beside` is what people read of it besides. Of one with very
    many steps those are shown that want a look; the certificate has all."""
    steps, rest = list(last.steps), ""
    if is_large(last):
        steps = [step for step in last.steps if _wants_a_look(step)]
        rest = f" Shown are those to look at: {min(len(steps), MOST_LINES)} of {len(steps)}."
    return {
        "id": last.run_id,
        "state": last.state,
        "ended": last.state in RUN_ENDS,
        "level": WORDS[Level(last.level)],
        "far": far.words() + rest,
        "by_hand": _some(beside.by_hand),
        "told": _some(beside.told),
        "steps": [
            {
                "number": step.number,
                "what": _VERBS.get(step.kind, step.kind),
                "outcome": (step.outcome or "").replace("_", " "),
                "note": step.note,
            }
            for step in steps[:MOST_LINES]
        ],
    }


def is_large(run: RunReport) -> bool:
    """Whether a run has more steps than anybody reads one by one."""
    return len(run.steps) > MOST_LINES


def _wants_a_look(step: StepReport) -> bool:
    return step.outcome is not None and not (step.outcome in set(Outcome) and Outcome(step.outcome).is_read_back)


def _some(found: Sequence[str]) -> list[str]:
    left = len(found) - MOST_LINES
    return [*found[:MOST_LINES], *([f"and {left} more: see the certificate"] if left > 0 else [])]


def decisions(desk: Desk, tenant_id: str, proposal_id: str) -> list[str]:
    """What was signed about a proposal: who, how they came to be an approver, the level, and what was let pass."""
    names = {one.approver_id: one.name for one in desk.approvers(tenant_id)}
    return [_decision(at, signed, names) for at, signed in desk.decided_on(tenant_id, proposal_id)]


def _decision(at: datetime, signed: Statement, names: Mapping[str, str]) -> str:
    who, how = names.get(signed.approver.get("id", "")), clean(signed.approver.get("enrolled", "")).text
    by = f"{clean(who).text} (passkey, enrolled {_how(how)})" if who else clean(signed.approver.get("kind", "")).text
    what = "Approved" if signed.decision is Decision.APPROVE else "Rejected"
    parts = [f"{what} by {by} at level {signed.level.value}, {when(at)}"]
    parts += [f"because: {one_line(signed.reason)}"] if signed.reason else []
    parts += [f"let pass {one['kind']}: {one_line(one['reason'])}" for one in signed.waivers]
    return "; ".join(parts)


def _how(enrolled: str) -> str:
    return enrolled if enrolled.startswith("by ") else f"by {enrolled}"


def people(found: Sequence[Enrolled]) -> list[dict[str, Any]]:
    names = {one.approver_id: one.name for one in found}
    return [
        {
            "id": one.approver_id,
            "name": one.name,
            "enrolled": f"by {names.get(one.enrolled.removeprefix('by '), one.enrolled.removeprefix('by '))}",
            "at": when(one.at),
            "revoked": when(one.revoked_at) if one.revoked_at else "",
        }
        for one in found
    ]


def when(moment: datetime) -> str:
    """'2026-11-24 09:00 UTC'."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def texts(value: object) -> Mapping[str, Any]:
    """A JSON body's object; empty for anything else."""
    return value if isinstance(value, Mapping) else {}
