"""A stored proposal, worded for an answer. Used by every tool that shows one."""

from datetime import datetime
from typing import Any

from licenseiq.money import Money, money_words
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.stored import ProposalRecord, RunReport
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.proposal_shapes import LeftOut, PlanBlocker, PlanHandOff, PlanStep, Saving
from licenseiq_tools.shapes import money
from licenseiq_tools.wording import few, one_line

# Runs that have not begun any step.
_NOT_BEGUN = frozenset({"scheduled"})
_MOST_HAND_OFFS, _MOST_BLOCKERS = 5, 7


def untouched(record: ProposalRecord) -> bool:
    """Whether it is certain that no step was begun. An unknown state is not certain."""
    if record.state == "unknown":
        return False
    if record.desk is None:
        return True
    return all(run.state in _NOT_BEGUN and not any(step.outcome for step in run.steps) for run in record.desk.runs)


def fields(record: ProposalRecord, approve_command: str, now: datetime, first: int, rows: int) -> dict[str, Any]:
    """Everything that a proposal's answer holds, with `rows` steps from the step number `first` on.

    A record with `counts_only` gives no row about one person: neither steps nor hand-offs.
    """
    plan = record.plan
    blocked = plan.blocked_steps()
    steps = [] if record.counts_only else [step for step in plan.steps if step.number >= first]
    hand_offs = () if record.counts_only else plan.hand_offs[:_MOST_HAND_OFFS]
    return {
        "proposal_id": record.proposal_id,
        "digest": record.digest,
        "kind": plan.kind,
        "state": record.state,
        "nothing_changed_yet": untouched(record),
        "people": len(plan.subjects),
        "steps": [_step(step, record, step.number in blocked) for step in steps[:rows]],
        "steps_total": len(plan.steps),
        "hand_offs": [
            PlanHandOff(kind=h.kind, target=record.target(h.subject), instructions=one_line(h.instructions))
            for h in hand_offs
        ],
        "blockers": [
            PlanBlocker(
                kind=b.kind,
                applies_to=[] if record.counts_only else list(b.applies_to),
                cure=one_line(b.cure, 200),
            )
            for b in plan.blockers[:_MOST_BLOCKERS]
        ],
        "not_yet_possible": few(plan.not_yet_possible, 800),
        "left_out": LeftOut(
            steps=len(plan.steps) - len(steps[:rows]),
            hand_offs=len(plan.hand_offs) - len(hand_offs),
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


def plan_words(record: ProposalRecord) -> str:
    """'3 steps for 1 person, 2 blocked by 1 blocker; saving 57.00 USD a month.'"""
    plan = record.plan
    blocked = plan.blocked_steps()
    parts = [f"{count(len(plan.steps), 'step')} for {count(len(plan.subjects), 'person', 'people')}"]
    if blocked:
        parts.append(f"{len(blocked)} of them blocked (see blockers)")
    if plan.hand_offs:
        parts.append(f"{count(len(plan.hand_offs), 'hand-off')} for a person to do elsewhere")
    total = plan.monthly
    if total is not None and any(part.micros < 0 for part in total):
        return f"{', '.join(parts)}; saving {money_words(total)} a month, a minus being a cost."
    return f"{', '.join(parts)}; frees {money_words(total)} a month."


def how_to_approve(record: ProposalRecord, approve: str) -> str:
    """What a person does next with an open proposal."""
    if can_be_approved(record.plan):
        return f"A person approves it in a terminal: {approve}"
    return "A person does this by hand; approving offers nothing yet, and says so."


def can_be_approved(plan: Plan) -> bool:
    """Whether there is anything to carry out, and not only work by hand."""
    return bool(plan.steps)


def outcomes(run: RunReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for step in run.steps:
        name = step.outcome or "none_yet"
        found[name] = found.get(name, 0) + 1
    return found


def _step(step: Step, record: ProposalRecord, blocked: bool) -> PlanStep:
    return PlanStep(
        number=step.number,
        kind=step.kind.value,
        target=record.target(step.subject),
        summary=step_summary(step),
        blocked=blocked,
    )


def _saving(plan: Plan) -> Saving:
    unpriced = f" {count(plan.unpriced_seats, 'seat')} of it without a known price." if plan.unpriced_seats else ""
    known = plan.saving
    if known is None:
        return Saving(
            amount=money(plan.monthly),
            basis=f"Prices a month of the seats that the plan frees.{unpriced}"
            " A freed seat can be given to somebody else at once; the bill falls when the subscription is reduced.",
            realisable_from=None,
            needs_purchase=False,
            net_this_term=None,
        )
    net = known.net_this_term
    return Saving(
        amount=money(plan.monthly),
        basis=one_line(f"{known.basis}{unpriced}", 500),
        realisable_from=known.realisable_from,
        needs_purchase=known.needs_purchase,
        net_this_term=money(None if net is None else tuple(Money(c, micros) for c, micros in sorted(net.items()))),
    )
