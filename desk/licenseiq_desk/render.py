"""The lines that a person reads before deciding: made from the plan's canonical bytes and the opened values.

Ids stand exactly; text that a user of the tenant controls is cleaned. Nothing of the plan is left out.
"""

from collections.abc import Mapping

from licenseiq.ports import Protection
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step, read_plan
from licenseiq.proposals.steps import StepKind
from licenseiq.text import LONGEST, clean
from licenseiq.times import iso

_VERBS = {
    StepKind.DISABLE_SIGN_IN: "block sign-in",
    StepKind.REVOKE_SESSIONS: "end all sessions",
    StepKind.REMOVE_DIRECT_LICENCES: "take back direct licences",
}


def render(plan_bytes: bytes, openings: Mapping[str, Opening], protections: Mapping[str, Protection]) -> list[str]:
    """The whole plan in lines. `protections` is empty before the preflight. Raises Tampered."""
    plan = read_plan(plan_bytes)
    lines = [
        f"Plan {plan.digest()}",
        f"Kind {_clean(plan.kind)}; tenant {_clean(plan.tenant_id)}{' (the demo tenant)' if plan.simulated else ''}",
        f"Asked for by {_pairs(plan.requested_by)}; made {iso(plan.created)}, expires {iso(plan.expires)}",
        f"From evaluation {_clean(plan.evaluation_id)}; versions {_pairs(plan.versions)}",
        f"{_count(len(plan.subjects), 'person', 'people')}, {_count(len(plan.steps), 'step', 'steps')}, "
        f"{_count(len(plan.hand_offs), 'hand-off', 'hand-offs')}, {_count(len(plan.blockers), 'blocker', 'blockers')}",
    ]
    blocked = plan.blocked_steps()
    for subject in plan.subjects:
        lines += ["", f"{subject.reference}: {_who(openings.get(subject.reference))}"]
        if subject.reference in protections:
            lines.append(f"  {_protection(protections[subject.reference])}")
        for step in plan.steps:
            if step.subject == subject.reference:
                lines += _step(step, step.number in blocked)
    lines += [""] if plan.hand_offs or plan.blockers or plan.not_yet_possible else []
    lines += [f"By hand ({_clean(h.kind)}, {h.subject}): {_clean(h.instructions)}" for h in plan.hand_offs]
    for blocker in plan.blockers:
        numbers = ", ".join(map(str, blocker.applies_to))
        lines.append(f"Blocked ({_clean(blocker.kind)}), steps {numbers}: {_clean(blocker.cure)}")
    lines += [f"Not yet possible: {_clean(part)}" for part in plan.not_yet_possible]
    return [*lines, "", f"Freed a month: {_money(plan)}"]


def _step(step: Step, is_blocked: bool) -> list[str]:
    undo = (
        f"undo: {_value(step.undo)}" if step.undo is not None else f"no undo: {_clean(step.undo_note) or 'none given'}"
    )
    mark = " [blocked, not taken]" if is_blocked else ""
    lines = [f"  {step.number}. {_VERBS[step.kind]}{mark}"]
    lines.append(f"     until {_value(step.goal)}; only if {_value(step.precondition)}")
    if step.arguments:
        lines.append(f"     with {_value(step.arguments)}")
    return [*lines, f"     {undo}"]


def _who(opening: Opening | None) -> str:
    if opening is None:
        return "(erased)"
    names = (f"{name} {_text(value)}" for name, value in sorted(opening.values.items()))
    return ", ".join(names)


def _protection(found: Protection) -> str:
    if not found.readable:
        return "Protection could not be read: this person is not touched."
    if found.listed:
        return "On the list of protected accounts: this person is not touched."
    if found.roles:
        return f"Holds {_count(len(found.roles), 'directory role', 'directory roles')}: this person is not touched."
    return "Not protected, as of just now."


def _money(plan: Plan) -> str:
    parts = [f"{_amount(micros)} {_clean(currency)}" for currency, micros in sorted(plan.money.items())]
    if plan.unpriced_seats:
        parts.append(f"{_count(plan.unpriced_seats, 'seat', 'seats')} without a price")
    return ", ".join(parts) or "nothing"


def _amount(micros: int) -> str:
    whole, rest = divmod(abs(micros), 1_000_000)
    digits = f"{rest:06d}"
    return f"{'-' if micros < 0 else ''}{whole}.{digits[:2]}{digits[2:].rstrip('0')}"


def _pairs(found: Mapping[str, str]) -> str:
    return ", ".join(f"{_clean(name)} {_clean(str(value))}" for name, value in sorted(found.items())) or "nobody named"


def _value(value: Json) -> str:
    """Ids, states and SKU ids exactly; canonical JSON is ASCII, so nothing in it can hide."""
    return canonical(value).decode("ascii")


def _text(value: Json) -> str:
    return _clean(value) if isinstance(value, str) else _value(value)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _clean(text: str) -> str:
    """Cleaned word by word, so that long instructions are shown whole."""
    parts = (word[at : at + LONGEST] for word in text.split() for at in range(0, len(word), LONGEST))
    return " ".join(filter(None, (clean(part).text for part in parts)))
