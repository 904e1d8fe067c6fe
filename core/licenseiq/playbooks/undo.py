"""Undo: from what a run read before each step, a plan that puts back what can be put back, and names what cannot.

Put back is what a step changed, and what one that did not come to its end may have changed: what is there still reads
as already so. A step that began nothing changed nothing. Licences come first, so that mailbox and files are there, and
sign-in last. It is a plan like any other: with a digest, and for a person to approve.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.group_paths import LEAVE_GROUP
from licenseiq.playbooks.undo_worth import TAKES, seats_taken, worth_of_undo
from licenseiq.playbooks.ways_back import GIVES, Way, texts, ways_back
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, Step, Subject
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.rules_of_groups import BRIDGE

KIND = "undo"
CANNOT, TOO_LATE = "cannot_be_undone", "too_late_to_undo"
_CHANGED = frozenset({Outcome.DONE, Outcome.CONFIRMED_AFTER_RESTART})
# A person who was asked for it may have done it: then it read as already so, after an intent.
_MAY_HAVE_CHANGED = _CHANGED | {Outcome.ALREADY_SO, Outcome.FAILED}
# What gives licences comes before what takes them, so that nobody is without in between.
_ORDER = (StepKind.CHANGE_LICENCES, StepKind.JOIN_GROUP, StepKind.LEAVE_GROUP, StepKind.SET_ATTRIBUTE)
_PERSONAL = ("user_id", "user_principal_name", "display_name")


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of the run, what became of it, and the account as it was read before the step's first intent: None where
    there was none."""

    step: Step
    outcome: Outcome | None
    before: Account | None


def plan_undo(
    original: Plan,
    happened: Iterable[Happened],
    openings: Mapping[str, Opening],
    *,
    requested_by: Mapping[str, str],
    now: datetime,
    valid_hours: int,
    new_seed: Callable[[], bytes],
) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan that takes a run back, with the openings of its commitments. `openings` are the original's; somebody
    whose opening is gone was erased and is left out."""
    seen = list(happened)
    draft = Draft()
    made: list[Opening] = []
    for reference, opening in sorted(openings.items(), key=lambda one: int(one[0][1:])):
        mine = [one for one in seen if one.step.subject == reference]
        values = {name: opening.values[name] for name in _PERSONAL if name in opening.values}
        joins = list[int]()
        for way in _ways(draft, reference, mine, opening.values, now):
            number = draft.add(
                way.kind,
                reference,
                way.goal,
                way.precondition,
                None,
                "This is a way back itself: propose anew what it takes back.",
                arguments=way.arguments,
                after=joins if way.kind is StepKind.LEAVE_GROUP else (),
            )
            if GIVES in way.goal:
                joins.append(number)
            values |= way.values
        draft.hand_offs += [
            HandOff(CANNOT, reference, f"If a person did this, a person takes it back: {one.instructions}")
            for one in original.hand_offs
            if (one.kind, one.subject) == (LEAVE_GROUP, reference)
        ]
        made.append(Opening(reference, new_seed(), values))
    whole = _all_licences(original, seen, openings, now)
    money, unpriced, saving = worth_of_undo(original, seats_taken(draft.steps), whole=whole)
    plan = Plan(
        tenant_id=original.tenant_id,
        kind=KIND,
        simulated=original.simulated,
        evaluation_id=original.evaluation_id,
        versions=original.versions,
        requested_by=requested_by,
        created=now,
        expires=now + timedelta(hours=valid_hours),
        subjects=tuple(Subject(one.reference, commit(one)) for one in made),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=(),
        money=money,
        unpriced_seats=unpriced,
        not_yet_possible=(),
        saving=saving,
    )
    return plan, tuple(made)


def _ways(
    draft: Draft, reference: str, happened: list[Happened], values: Mapping[str, Json], now: datetime
) -> list[Way]:
    """The steps back of one person, in order; what has none becomes a hand-off that says why."""
    found: list[Way] = []
    for one in reversed(happened):
        if one.outcome not in _CHANGED and one.before is None:
            continue
        if _is_late(one.step, now):
            words = f"{_words(one.step)}: it could be undone until {(one.step.undo or {})['undo_valid_until']}."
            draft.hand_offs.append(HandOff(TOO_LATE, reference, words))
            continue
        ways = ways_back(one.step, one.before, values) if one.before is not None else []
        if not ways and one.outcome in _MAY_HAVE_CHANGED:
            note = one.step.undo_note or "What was there before is not known."
            draft.hand_offs.append(HandOff(CANNOT, reference, f"{_words(one.step)}: {note}"))
        found += ways
    giving = next((way for way in found if GIVES in way.goal), None)
    return sorted([found_one if giving is None else _once_given(found_one, giving) for found_one in found], key=_place)


def _all_licences(original: Plan, happened: list[Happened], openings: Mapping[str, Opening], now: datetime) -> bool:
    """Whether every licence that the run was to take was taken, and comes back with this plan."""
    steps = [one for one in happened if one.step.kind in TAKES and one.step.arguments.get("because") != BRIDGE]
    return len(openings) == len(original.subjects) and all(
        one.outcome in _CHANGED and one.before is not None and not _is_late(one.step, now) for one in steps
    )


def _is_late(step: Step, now: datetime) -> bool:
    until = (step.undo or {}).get("undo_valid_until")
    return isinstance(until, str) and until < now.date().isoformat()


def _once_given(way: Way, giving: Way) -> Way:
    """A group is left once the one of before gives its licences again."""
    if way.kind is not StepKind.LEAVE_GROUP:
        return way
    there = {GIVES: giving.goal[GIVES]}
    instead: list[Json] = [{"sku_id": sku_id, "disabled_plans": []} for sku_id in texts(giving.arguments["sku_ids"])]
    goal, precondition = {**way.goal, **there}, {**way.precondition, **there}
    return replace(way, goal=goal, precondition=precondition, arguments={**way.arguments, "instead": instead})


def _place(way: Way) -> int:
    """Licences, groups and attributes, what is described elsewhere, then sign-in."""
    if way.kind is StepKind.ENABLE_SIGN_IN:
        return len(_ORDER) + 1
    return _ORDER.index(way.kind) if way.kind in _ORDER else len(_ORDER)


def _words(step: Step) -> str:
    described = KINDS.get(step.kind)
    words = described.words if described is not None else step.kind.value.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}"
