"""A stored proposal, worded for an answer. Used by every tool that shows one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from licenseiq.money import Money, Total
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import ProposalRecord, RunReport
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.proposal_shapes import LeftOut, PlanBlocker, PlanHandOff, PlanStep, Saving
from licenseiq_tools.shapes import money
from licenseiq_tools.wording import few, money_words, one_line

# Runs that have not begun any step.
_NOT_BEGUN = frozenset({"scheduled"})
_MOST_HAND_OFFS, _MOST_BLOCKERS = 5, 5


def plan_money(plan: Plan) -> Total | None:
    """The exposure that the plan frees a month; None where only seats without a price are freed."""
    if not plan.money and plan.unpriced_seats:
        return None
    return tuple(Money(currency, micros) for currency, micros in sorted(plan.money.items()))


def untouched(record: ProposalRecord) -> bool:
    """Whether it is certain that no step was begun. An unknown state is not certain."""
    if record.state == "unknown":
        return False
    if record.desk is None:
        return True
    return all(run.state in _NOT_BEGUN and not any(step.outcome for step in run.steps) for run in record.desk.runs)


def fields(record: ProposalRecord, approve_command: str, now: datetime, first: int, rows: int) -> dict[str, Any]:
    """Everything that a proposal's answer holds, with `rows` steps from the step number `first` on."""
    plan = record.plan
    blocked = plan.blocked_steps()
    steps = [step for step in plan.steps if step.number >= first]
    return {
        "proposal_id": record.proposal_id,
        "digest": record.digest,
        "kind": plan.kind,
        "state": record.state,
        "nothing_changed_yet": untouched(record),
        "people": len(plan.subjects),
        "steps": [_step(step, record.names, step.number in blocked) for step in steps[:rows]],
        "steps_total": len(plan.steps),
        "hand_offs": [
            PlanHandOff(kind=h.kind, target=target(h.subject, record.names), instructions=one_line(h.instructions))
            for h in plan.hand_offs[:_MOST_HAND_OFFS]
        ],
        "blockers": [
            PlanBlocker(kind=b.kind, applies_to=list(b.applies_to), cure=one_line(b.cure, 200))
            for b in plan.blockers[:_MOST_BLOCKERS]
        ],
        "not_yet_possible": few(plan.not_yet_possible, 800),
        "left_out": LeftOut(
            steps=len(plan.steps) - len(steps[:rows]),
            hand_offs=max(0, len(plan.hand_offs) - _MOST_HAND_OFFS),
            blockers=max(0, len(plan.blockers) - _MOST_BLOCKERS),
        ),
        "saving": _saving(plan),
        "approve_at": f"{approve_command} {record.proposal_id}",
        "created_at": iso(plan.created),
        "expires_at": iso(plan.expires),
        "as_of": iso(now),
        "simulated": plan.simulated,
        "evaluation_id": plan.evaluation_id,
    }


def target(reference: str, names: Mapping[str, tuple[str, str | None]]) -> str:
    """The principal name, cleaned; the reference of somebody who is gone."""
    known = names.get(reference)
    return (clean(known[1] or known[0]).text if known else "") or reference


def plan_words(record: ProposalRecord) -> str:
    """'3 steps for 1 person, 2 blocked by 1 blocker; saving 57.00 USD a month.'"""
    plan = record.plan
    blocked = plan.blocked_steps()
    parts = [f"{count(len(plan.steps), 'step')} for {count(len(plan.subjects), 'person', 'people')}"]
    if blocked:
        parts.append(f"{len(blocked)} of them blocked (see blockers)")
    if plan.hand_offs:
        parts.append(f"{count(len(plan.hand_offs), 'hand-off')} for a person to do elsewhere")
    return f"{', '.join(parts)}; frees {money_words(plan_money(plan))} a month."


def outcomes(run: RunReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for step in run.steps:
        name = step.outcome or "none_yet"
        found[name] = found.get(name, 0) + 1
    return found


def _step(step: Step, names: Mapping[str, tuple[str, str | None]], blocked: bool) -> PlanStep:
    return PlanStep(
        number=step.number,
        kind=step.kind.value,
        target=target(step.subject, names),
        summary=_summary(step),
        blocked=blocked,
    )


def _summary(step: Step) -> str:
    if step.kind is StepKind.DISABLE_SIGN_IN:
        return "Block sign-in."
    if step.kind is StepKind.REVOKE_SESSIONS:
        return "End all sessions."
    skus = step.arguments.get("sku_ids")
    number = f"{len(skus)} " if isinstance(skus, list | tuple) else ""
    return f"Remove {number}licence(s) assigned directly."


def _saving(plan: Plan) -> Saving:
    unpriced = f" {count(plan.unpriced_seats, 'seat')} of it without a known price." if plan.unpriced_seats else ""
    return Saving(
        amount=money(plan_money(plan)),
        basis=f"List prices a month of the seats that the plan frees.{unpriced}"
        " A freed seat can be given to somebody else at once; the bill falls when the subscription is reduced.",
        realisable_from=None,
        needs_purchase=False,
        net_this_term=None,
    )
