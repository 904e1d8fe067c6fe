"""Undo: from what a run read before each step, a plan that puts back what can be put back, and names what cannot.

Only what a step changed is put back: one that found its goal already so changed nothing. Licences come first, so that
mailbox and files are there again, and sign-in last. It is a plan like any other: with a digest, and for a person to
approve.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licenseiq.playbooks.draft import Draft
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, Step, Subject
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.leave_groups import GROUPS
from licenseiq.steps.mailbox import MAILBOX, SHARED, USER
from licenseiq.steps.rules_of_groups import BRIDGE
from licenseiq.steps.services_kept import THERE, taken_by

KIND = "undo"
CANNOT, TOO_LATE = "cannot_be_undone", "too_late_to_undo"
_CHANGED = frozenset({Outcome.DONE, Outcome.CONFIRMED_AFTER_RESTART})
# What gives licences comes before what takes them, so that nobody is without in between.
_ORDER = (StepKind.CHANGE_LICENCES, StepKind.JOIN_GROUP, StepKind.LEAVE_GROUP, StepKind.SET_ATTRIBUTE)
_GIVES = "group_licences_active"
_PERSONAL = ("user_id", "user_principal_name", "display_name")


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of the run, what became of it, and the account as it was read before the step's first intent: None where
    there was none."""

    step: Step
    outcome: Outcome | None
    before: Account | None


@dataclass(frozen=True, slots=True)
class Way:
    """One step back. `values` are what it commits to beside the person's own."""

    kind: StepKind
    arguments: Mapping[str, Json]
    goal: Mapping[str, Json]
    precondition: Mapping[str, Json]
    values: Mapping[str, Json]


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
        for way in _ways(draft, reference, mine, now):
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
            if _GIVES in way.goal:
                joins.append(number)
            values |= way.values
        made.append(Opening(reference, new_seed(), values))
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
        money={},
        unpriced_seats=0,
        not_yet_possible=(),
    )
    return plan, tuple(made)


def _ways(draft: Draft, reference: str, happened: list[Happened], now: datetime) -> list[Way]:
    """The steps back of one person, in order; what has none becomes a hand-off that says why."""
    found: list[Way] = []
    for one in reversed(happened):
        if one.outcome not in _CHANGED:
            continue
        until = (one.step.undo or {}).get("undo_valid_until")
        if isinstance(until, str) and until < now.date().isoformat():
            words = f"{_words(one.step)}: it could be undone until {until}."
            draft.hand_offs.append(HandOff(TOO_LATE, reference, words))
            continue
        ways = _back(one.step, one.before) if one.before is not None else []
        if not ways:
            note = one.step.undo_note or "What was there before is not known."
            draft.hand_offs.append(HandOff(CANNOT, reference, f"{_words(one.step)}: {note}"))
        found += ways
    giving = next((way for way in found if _GIVES in way.goal), None)
    return sorted([found_one if giving is None else _once_given(found_one, giving) for found_one in found], key=_place)


def _once_given(way: Way, giving: Way) -> Way:
    """A group is left once the one of before gives its licences again."""
    if way.kind is not StepKind.LEAVE_GROUP:
        return way
    there = {_GIVES: giving.goal[_GIVES]}
    instead: list[Json] = [{"sku_id": sku_id, "disabled_plans": []} for sku_id in _texts(giving.arguments["sku_ids"])]
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


def _back(step: Step, before: Account) -> list[Way]:
    match step.kind:
        case StepKind.DISABLE_SIGN_IN if before.account_enabled:
            return [Way(StepKind.ENABLE_SIGN_IN, {}, {"account_enabled": True}, {"account_enabled": False}, {})]
        case StepKind.ENABLE_SIGN_IN if before.account_enabled is False:
            return [Way(StepKind.DISABLE_SIGN_IN, {}, {"account_enabled": False}, {"account_enabled": True}, {})]
        case StepKind.CHANGE_LICENCES if step.arguments.get("because") == BRIDGE:
            return []  # its note says why: whoever comes back keeps the licence until the rule gives it again
        case StepKind.REMOVE_DIRECT_LICENCES | StepKind.CHANGE_LICENCES:
            return _licences(step, before)
        case StepKind.LEAVE_GROUP:
            found = _join(str(step.goal["not_in_group"]), before, step.arguments.get("names"))
            return [replace(found, goal={**found.goal, **_services(step, before)}) if _GIVES in found.goal else found]
        case StepKind.JOIN_GROUP:
            group_id = str(step.goal["in_group"])
            there = before.groups is None or group_id.lower() in before.groups
            arguments: dict[str, Json] = {"group_id": group_id}
            goal: dict[str, Json] = {"not_in_group": group_id}
            arguments |= {name: step.arguments[name] for name in ("sku_ids", "names") if name in step.arguments}
            return [] if there else [Way(StepKind.LEAVE_GROUP, arguments, goal, {"in_group": group_id}, {})]
        case StepKind.LEAVE_GROUPS:
            facts = (before.more or {}).get(GROUPS.name)
            left = facts.get("to_leave") if isinstance(facts, Mapping) else None
            rows = left if isinstance(left, list | tuple) else []
            return [_join(_id_of(row), before) for row in rows]
        case StepKind.SET_ATTRIBUTE:
            return _attribute(step, before)
        case StepKind.CONVERT_MAILBOX:
            facts = (before.more or {}).get(MAILBOX.name)
            kind = facts.get("kind") if isinstance(facts, Mapping) else None
            if kind not in (USER, SHARED) or kind == step.goal.get("mailbox_kind"):
                return []
            return [Way(StepKind.CONVERT_MAILBOX, {}, {"mailbox_kind": kind}, {"exists": True}, {})]
        case StepKind.HIDE_FROM_ADDRESS_LISTS:
            facts = (before.more or {}).get(MAILBOX.name)
            hidden = facts.get("hidden") if isinstance(facts, Mapping) else None
            if not isinstance(hidden, bool) or hidden == step.goal.get("hidden_from_address_lists"):
                return []
            goal = {"hidden_from_address_lists": hidden}
            return [Way(StepKind.HIDE_FROM_ADDRESS_LISTS, {}, goal, {"exists": True}, {})]
        case _:
            return []


def _id_of(row: Json) -> str:
    """A group's id: alone, or first among what was read of it."""
    return str(row[0]) if isinstance(row, list | tuple) else str(row)


def _join(group_id: str, before: Account, names: Json = None) -> Way:
    """Back into a group, until it gives again what it gave."""
    goal: dict[str, Json] = {"in_group": group_id}
    arguments: dict[str, Json] = {"group_id": group_id}
    skus: list[Json] = [sku_id for group, sku_id in sorted(before.by_group or ()) if group == group_id.lower()]
    if skus:
        goal[_GIVES] = {"group_id": group_id, "sku_ids": skus}
        arguments |= {"sku_ids": skus} | ({"names": names} if names is not None else {})
    return Way(StepKind.JOIN_GROUP, arguments, goal, {"not_in_group": group_id}, {})


def _licences(step: Step, before: Account) -> list[Way]:
    """What went comes back with the plans that were off; what came goes, unless it was there before."""
    if before.direct is None or before.disabled is None:
        return []
    went = sorted(set(_texts(step.goal.get("direct_licences_absent"))) & before.direct)
    came = sorted(set(_texts(step.goal.get("direct_licences_active"))) - before.direct)
    if not went and not came:
        return []
    off = {sku_id: sorted(before.disabled.get(sku_id, ())) for sku_id in went}
    add: list[Json] = [{"sku_id": sku_id, "disabled_plans": list(off[sku_id])} for sku_id in went]
    goal: dict[str, Json] = {}
    precondition: dict[str, Json] = {}
    if went:
        goal = {"direct_licences_active": list(went), "direct_plans_disabled": {s: list(off[s]) for s in went}}
        goal |= _services(step, before)
        precondition["direct_licences_absent"] = list(went)
    if came:
        goal["direct_licences_absent"] = list(came)
        precondition["direct_licences_present"] = list(came)
    return [Way(StepKind.CHANGE_LICENCES, {"remove": list(came), "add": add}, goal, precondition, {})]


def _services(step: Step, before: Account) -> dict[str, Json]:
    """The clause by which the services that the step took are there again; none where it took none, as far as known."""
    found = taken_by(step, before)
    return {THERE: list(found)} if found else {}


def _attribute(step: Step, before: Account) -> list[Way]:
    wanted = step.goal.get("attribute_is")
    name = str(wanted["attribute"]) if isinstance(wanted, Mapping) else ""
    if before.attributes is None or name not in before.attributes or not isinstance(wanted, Mapping):
        return []
    field = f"{name}_before"
    goal: dict[str, Json] = {"attribute_is": {"attribute": name, "value_of": field}}
    values = {field: before.attributes[name]}
    return [Way(StepKind.SET_ATTRIBUTE, {"attribute": name}, goal, {"exists": True}, values)]


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
