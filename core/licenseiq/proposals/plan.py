"""The plan: what a proposal would do, as an immutable value with one digest.

Personal values, ids and names included, stand in it as commitments under a reference (`s1`, `s2`, …); SKU ids,
counts and dates of the plan itself stand in the clear. The canonical bytes are what is stored, shown and signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from licenseiq.errors import Tampered
from licenseiq.money import Money, Total
from licenseiq.proposals.canonical import Json, canonical, digest, read_canonical
from licenseiq.proposals.steps import EffectClass, Predicate, StepKind
from licenseiq.times import iso, parse_iso

SCHEMA = "licenseiq.plan/1"
DATA_AS_OF = "data_as_of"
"""Under this name a plan's versions say of when the data is that it rests on, as ISO text."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person in a plan: `reference` and the commitments of the values that its opening holds."""

    reference: str
    commitments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One effect on one subject. `number` counts from 1 through the plan.

    `undo` names the step that would take it back, or is None with the reason in `undo_note`. `after` are the numbers of
    the steps that must have read back as true before this one is taken.
    """

    number: int
    kind: StepKind
    subject: str
    arguments: Mapping[str, Json]
    goal: Predicate
    precondition: Predicate
    effect_class: EffectClass
    undo: Mapping[str, Json] | None = None
    undo_note: str = ""
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOff:
    """Something that a person has to do elsewhere, with exact instructions; it is part of the plan's truth."""

    kind: str
    subject: str
    instructions: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why some steps may not be taken now, and what would cure it. `applies_to` are step numbers."""

    kind: str
    applies_to: tuple[int, ...]
    cure: str


@dataclass(frozen=True, slots=True)
class PlanSaving:
    """What the money of a plan rests on. `realisable_from` is the first day, as ISO text, on which all of it pays;
    `net_this_term` what remains of it at the renewal, by currency in micro-units. None is unknown."""

    basis: str
    realisable_from: str | None
    needs_purchase: bool
    net_this_term: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done. `money` is the exposure freed a month by currency in micro-units; `unpriced_seats` are the
    seats among them without a price, and `saving` says what that rests on. `not_yet_possible` are parts of the playbook
    that this version cannot do."""

    tenant_id: str
    kind: str
    simulated: bool
    evaluation_id: str
    versions: Mapping[str, str]
    requested_by: Mapping[str, str]
    created: datetime
    expires: datetime
    subjects: tuple[Subject, ...]
    steps: tuple[Step, ...]
    hand_offs: tuple[HandOff, ...]
    blockers: tuple[Blocker, ...]
    money: Mapping[str, int]
    unpriced_seats: int
    not_yet_possible: tuple[str, ...]
    saving: PlanSaving | None = None

    @property
    def monthly(self) -> Total | None:
        """The exposure that it frees a month; None where only seats without a price are freed."""
        if not self.money and self.unpriced_seats:
            return None
        return tuple(Money(currency, micros) for currency, micros in sorted(self.money.items()))

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "schema": SCHEMA,
                "tenant": self.tenant_id,
                "kind": self.kind,
                "simulated": self.simulated,
                "evaluation": self.evaluation_id,
                "versions": dict(self.versions),
                "requested_by": dict(self.requested_by),
                "created": iso(self.created),
                "expires": iso(self.expires),
                "subjects": [{"reference": s.reference, "commitments": dict(s.commitments)} for s in self.subjects],
                "steps": [_step_to_json(step) for step in self.steps],
                "hand_offs": [
                    {"kind": h.kind, "subject": h.subject, "instructions": h.instructions} for h in self.hand_offs
                ],
                "blockers": [{"kind": b.kind, "applies_to": list(b.applies_to), "cure": b.cure} for b in self.blockers],
                "money": dict(self.money),
                "unpriced_seats": self.unpriced_seats,
                "not_yet_possible": list(self.not_yet_possible),
                **({"saving": _saving_to_json(self.saving)} if self.saving is not None else {}),
            }
        )

    def digest(self) -> str:
        return digest(self.to_bytes())

    def blocked_steps(self) -> frozenset[int]:
        return frozenset(number for blocker in self.blockers for number in blocker.applies_to)


def read_plan(data: bytes) -> Plan:
    """The plan of canonical bytes. Raises Tampered when they are not a plan of this schema."""
    raw = read_canonical(data)
    try:
        plan = _plan_from_json(cast("dict[str, Json]", raw))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Tampered("A stored plan has a form that this version does not know.", "Propose again.") from error
    if plan.to_bytes() != data:
        raise Tampered("A stored plan holds more than this version knows.", "Propose again.")
    return plan


def _step_to_json(step: Step) -> dict[str, Json]:
    return {
        "number": step.number,
        "kind": step.kind.value,
        "subject": step.subject,
        "arguments": dict(step.arguments),
        "goal": dict(step.goal),
        "precondition": dict(step.precondition),
        "effect_class": step.effect_class.value,
        "undo": dict(step.undo) if step.undo is not None else None,
        "undo_note": step.undo_note,
        **({"after": list(step.after)} if step.after else {}),
    }


def _plan_from_json(raw: "dict[str, Json]") -> Plan:
    data = cast("dict[str, object]", raw)
    if data["schema"] != SCHEMA:
        raise ValueError("another schema")
    rows = {
        name: cast("list[dict[str, object]]", data[name]) for name in ("subjects", "steps", "hand_offs", "blockers")
    }
    return Plan(
        tenant_id=str(data["tenant"]),
        kind=str(data["kind"]),
        simulated=bool(data["simulated"]),
        evaluation_id=str(data["evaluation"]),
        versions=cast("dict[str, str]", data["versions"]),
        requested_by=cast("dict[str, str]", data["requested_by"]),
        created=parse_iso(str(data["created"])),
        expires=parse_iso(str(data["expires"])),
        subjects=tuple(
            Subject(str(s["reference"]), cast("dict[str, str]", s["commitments"])) for s in rows["subjects"]
        ),
        steps=tuple(_step_from_json(row) for row in rows["steps"]),
        hand_offs=tuple(HandOff(str(h["kind"]), str(h["subject"]), str(h["instructions"])) for h in rows["hand_offs"]),
        blockers=tuple(
            Blocker(str(b["kind"]), tuple(cast("list[int]", b["applies_to"])), str(b["cure"])) for b in rows["blockers"]
        ),
        money=cast("dict[str, int]", data["money"]),
        unpriced_seats=cast("int", data["unpriced_seats"]),
        not_yet_possible=tuple(cast("list[str]", data["not_yet_possible"])),
        saving=_saving_from_json(cast("dict[str, object]", data["saving"])) if "saving" in data else None,
    )


def _saving_to_json(saving: PlanSaving) -> Json:
    return {
        "basis": saving.basis,
        "realisable_from": saving.realisable_from,
        "needs_purchase": saving.needs_purchase,
        "net_this_term": None if saving.net_this_term is None else dict(saving.net_this_term),
    }


def _saving_from_json(raw: dict[str, object]) -> PlanSaving:
    return PlanSaving(
        basis=str(raw["basis"]),
        realisable_from=cast("str | None", raw["realisable_from"]),
        needs_purchase=bool(raw["needs_purchase"]),
        net_this_term=cast("dict[str, int] | None", raw["net_this_term"]),
    )


def _step_from_json(row: dict[str, object]) -> Step:
    return Step(
        number=cast("int", row["number"]),
        kind=StepKind(str(row["kind"])),
        subject=str(row["subject"]),
        arguments=cast("dict[str, Json]", row["arguments"]),
        goal=cast("Predicate", row["goal"]),
        precondition=cast("Predicate", row["precondition"]),
        effect_class=EffectClass(str(row["effect_class"])),
        undo=cast("dict[str, Json] | None", row["undo"]),
        undo_note=str(row["undo_note"]),
        after=tuple(cast("list[int]", row["after"])) if "after" in row else (),
    )
