"""The report as one JSON object, with the names of the tools' structured results (docs: what clients may rely on).

The tools' own models are not used: importing them takes longer than reading the demo tenant. A test checks that
these objects are what the models accept.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from licenseiq.evaluation import Action, Holder, KindTotal
from licenseiq.money import Total
from licenseiq.ports import EvaluationHead
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.text import clean_or_none, one_line
from licenseiq.times import iso
from licenseiq_cli.program import program

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


def report_json(
    head: EvaluationHead, record: ProposalRecord | None, holder: Holder | None, now: datetime
) -> dict[str, JsonValue]:
    """The fields of `health_score`, and `proposal`: those of `offboard_user`, null where none was made."""
    proposal = _proposal(record, holder, now) if record is not None else None
    step = f"Next: {_approve(record)}." if record is not None else "Nothing stands out to be proposed."
    return {**health_json(head), "next_step": step, "proposal": proposal}


def health_json(head: EvaluationHead) -> dict[str, JsonValue]:
    """The score and what it rests on. Money is a list of amounts; null is unknown."""
    summary = head.summary
    return {
        "score": None if summary.score is None else summary.score / 10,
        "provisional": summary.provisional,
        "coverage": None if summary.coverage is None else summary.coverage / 1000,
        "components": [
            {
                "name": part.name,
                "weight": part.weight / 10,
                "points": part.points / 10,
                "explanation": one_line(part.explanation),
            }
            for part in summary.components
        ],
        "monthly_spend": money_json(summary.monthly_spend),
        "exposure": money_json(summary.exposure),
        "unpriced_seats": summary.unpriced_seats,
        "paid_seats": summary.paid_seats,
        "by_kind": [_kind(total) for total in summary.by_kind],
        "to_review": [_kind(total) for total in summary.to_review],
        "without_money": [_kind(total) for total in summary.without_money],
        "excepted": [_kind(total) for total in summary.excepted],
        "actions": [
            {
                **_kind(action),
                "text": one_line(action.text),
                "score_gain": action.score_gain / 10,
                "tool": action.tool,
            }
            for action in summary.actions
        ],
        "price_note": one_line(summary.price_note),
        "as_of": iso(head.as_of),
        "simulated": head.simulated,
        "evaluation_id": head.evaluation_id,
        "unknown": [one_line(note) for note in dict.fromkeys((*summary.unknown, *head.notes)) if note.strip()],
    }


def money_json(total: Total | None) -> list[JsonValue] | None:
    return None if total is None else [{"amount": part.amount(), "currency": part.currency} for part in total]


def _kind(total: KindTotal | Action) -> dict[str, JsonValue]:
    return {
        "kind": total.kind,
        **({"findings": total.findings} if isinstance(total, KindTotal) else {}),
        "seats": total.seats,
        "monthly_cost": money_json(total.monthly),
        "unpriced_seats": total.unpriced_seats,
    }


def _proposal(record: ProposalRecord, holder: Holder | None, now: datetime) -> dict[str, JsonValue]:
    plan = record.plan
    blocked = plan.blocked_steps()
    return {
        "proposal_id": record.proposal_id,
        "digest": record.digest,
        "kind": plan.kind,
        "state": record.state,
        "nothing_changed_yet": record.desk is None and record.state != "unknown",
        "people": len(plan.subjects),
        "display_name": clean_or_none(holder.display_name) if holder is not None else None,
        "steps": [
            {
                "number": step.number,
                "kind": step.kind.value,
                "target": record.target(step.subject),
                "summary": step_summary(step),
                "blocked": step.number in blocked,
            }
            for step in plan.steps
        ],
        "steps_total": len(plan.steps),
        "hand_offs": [
            {"kind": h.kind, "target": record.target(h.subject), "instructions": one_line(h.instructions)}
            for h in plan.hand_offs
        ],
        "blockers": [
            {"kind": b.kind, "applies_to": list(b.applies_to), "cure": one_line(b.cure)} for b in plan.blockers
        ],
        "not_yet_possible": [one_line(part) for part in plan.not_yet_possible],
        "saving": {
            "amount": money_json(plan.monthly),
            "basis": "List prices a month of the seats that the plan frees.",
            "realisable_from": None,
            "needs_purchase": False,
            "net_this_term": None,
        },
        "approve_at": _approve(record),
        "created_at": iso(plan.created),
        "expires_at": iso(plan.expires),
        "as_of": iso(now),
        "simulated": plan.simulated,
        "evaluation_id": plan.evaluation_id,
    }


def _approve(record: ProposalRecord) -> str:
    return f"{program()} approve {record.proposal_id}"
