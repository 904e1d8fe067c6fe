"""One proposal in the report: who, why, the steps with their way back, and what a person has to do elsewhere."""

from collections.abc import Iterable

from licenseiq.evaluation import Holder
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.text import clean_or_none, one_line
from licenseiq.words import count
from licenseiq_cli.report_words import amount, undo_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table


def proposal_blocks(record: ProposalRecord | None, holder: Holder | None) -> list[Block]:
    """The plan's steps, who and why, and what it frees; a line where no proposal was made."""
    if record is None:
        words = "Nobody stands out: no proposal was made."
        return [Section("A proposal"), Lines((words,))]
    plan = record.plan
    blocked = plan.blocked_steps()
    note = "nothing has changed yet" if record.state == "open" else ""
    steps = tuple(
        (
            f"{step.number}.",
            step_summary(step) + (" [blocked]" if step.number in blocked else ""),
            undo_words(step),
        )
        for step in plan.steps
    )
    return [
        Section(f"A proposal: offboard {count(len(plan.subjects), 'person', 'people')}", note),
        Table(FACTS, tuple(_about(record, holder))),
        Table((Column(right=True), Column(), Column(flex=True)), steps),
        *_beside(record),
    ]


def _about(record: ProposalRecord, holder: Holder | None) -> Iterable[tuple[str, str]]:
    yield "Proposal", f"{one_line(record.proposal_id)}, {record.state}, until {record.plan.expires:%Y-%m-%d %H:%M} UTC"
    who = ", ".join(record.target(subject.reference) for subject in record.plan.subjects)
    name = clean_or_none(holder.display_name) if holder else None
    yield "Who", f"{name} ({who})" if name else who
    if holder is not None:
        yield "Why", f"{_silence(holder)} {one_line(holder.reason)}"
    yield "Frees", _freed(record.plan)
    yield "Digest", record.digest


def _silence(holder: Holder) -> str:
    if holder.last_activity is not None and holder.days_inactive is not None:
        return f"Last seen on {holder.last_activity}, {count(holder.days_inactive, 'day')} ago."
    return "Never seen." if holder.never_active else "Last use not known."


def _freed(plan: Plan) -> str:
    money = plan.monthly
    if money is None:
        return f"{count(plan.unpriced_seats, 'seat')} without a known price"
    extra = f", and {count(plan.unpriced_seats, 'seat')} without a known price" if plan.unpriced_seats else ""
    return f"{' and '.join(amount(part) for part in money)} a month{extra}" if money else "no money"


def _beside(record: ProposalRecord) -> list[Block]:
    """What a person has to do elsewhere, what blocks steps, and what this version leaves out."""
    plan = record.plan
    lines = [f"By hand, for {record.target(h.subject)}: {one_line(h.instructions)}" for h in plan.hand_offs]
    for blocker in plan.blockers:
        steps = ("step " if len(blocker.applies_to) == 1 else "steps ") + ", ".join(map(str, blocker.applies_to))
        lines.append(f"Blocked ({one_line(blocker.kind).replace('_', ' ')}), {steps}: {one_line(blocker.cure)}")
    blocks = [Lines(tuple(lines), bullets=True)] if lines else []
    if plan.not_yet_possible:
        parts = "; ".join(_lower(one_line(part)) for part in plan.not_yet_possible)
        blocks.append(Lines((f"Not done by this version: {parts}.",), bullets=True, dim=True))
    return [*blocks]


def _lower(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")
