"""The plan of an offboarding: everybody is blocked, then cut off, then person by person, licences last."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from licenseiq.people import Person
from licenseiq.playbooks.draft import Draft, protection_of, refuse_nobody_or_too_many, versions
from licenseiq.playbooks.group_paths import groups_beside
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.offboarding.bridge import add_bridge, bridge_of
from licenseiq.playbooks.offboarding.choices import Choices, SetBy, Successor, refuse_successors
from licenseiq.playbooks.offboarding.leaver import Leaver
from licenseiq.playbooks.offboarding.licences import Dated, Freed, add_licences
from licenseiq.playbooks.offboarding.notices import add_notices
from licenseiq.playbooks.offboarding.parts import ACCESS, AT_ONCE, EXISTS, NOT_YET_POSSIBLE, THEN, Part
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, Subject
from licenseiq.proposals.steps import StepKind
from licenseiq.times import iso

KIND = "offboard"


def plan_offboarding(
    people: Sequence[tuple[Person, Successor | None]], choices: Choices, grounds: Grounds
) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan to offboard people, each with who takes over, and the openings of its commitments.

    Raises BadRequest for nobody, somebody twice or too many, and for a successor who leaves too or is blocked.
    """
    context = grounds.context
    refuse_nobody_or_too_many([person for person, _ in people], context)
    refuse_successors(tuple(people))
    draft, freed = Draft(), Freed(context)
    leavers = [
        _leaver(f"s{place}", person, successor, choices, grounds)
        for place, (person, successor) in enumerate(people, start=1)
    ]
    for leaver in leavers:
        for part in AT_ONCE:
            _add(draft, leaver, part)
    for leaver in leavers:
        add_bridge(draft, leaver)
    for leaver in leavers:
        for part in ACCESS:
            _add(draft, leaver, part)
    for leaver in leavers:
        _one_person(draft, leaver, freed, grounds)
    openings = tuple(_opening(leaver, grounds) for leaver in leavers)
    last = choices.not_before or grounds.now
    plan = Plan(
        tenant_id=context.tenant_id,
        kind=KIND,
        simulated=grounds.simulated,
        evaluation_id=grounds.evaluation_id,
        versions=versions(context),
        requested_by=grounds.requested_by,
        created=grounds.now,
        expires=last + timedelta(hours=context.policy.plan_valid_hours),
        subjects=tuple(Subject(opening.reference, commit(opening)) for opening in openings),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=draft.blockers(),
        money=freed.money,
        unpriced_seats=freed.unpriced,
        not_yet_possible=NOT_YET_POSSIBLE,
    )
    return plan, openings


def _leaver(reference: str, person: Person, successor: Successor | None, choices: Choices, grounds: Grounds) -> Leaver:
    leaver = Leaver(reference, person, successor, choices, grounds.context)
    return replace(leaver, bridge=bridge_of(leaver, grounds.groups or {}))


def _one_person(draft: Draft, leaver: Leaver, freed: Freed, grounds: Grounds) -> None:
    keeps = []
    for part in THEN:
        number = _add(draft, leaver, part)
        if number is not None and part.keeps_data:
            keeps.append(number)
    at = leaver.choices.not_before or grounds.now

    def arguments(found: Mapping[str, Json]) -> dict[str, Json]:
        return _arguments(leaver, found, leaver.choices.end_state_by)

    licences = add_licences(draft, leaver, grounds.groups or {}, freed, Dated(at, arguments), keeps)
    add_notices(draft, leaver, licences, arguments)
    if leaver.choices.end_state.deletes:
        day = iso(at + timedelta(days=leaver.choices.defaults.delete_after_days))[:10]
        draft.hand_offs.append(HandOff("delete_account", leaver.reference, _DELETION.format(day=day)))
    if leaver.may_have_number:
        draft.hand_offs.append(HandOff("telephone", leaver.reference, _TELEPHONE))
    if not leaver.person.licences_known:
        draft.block(
            "licences_unreadable",
            "Microsoft Graph did not say which licences the person holds: call refresh_tenant, then propose again.",
            licences,
        )
        draft.hand_offs.append(HandOff("licences_unreadable", leaver.reference, _UNREADABLE))
    _protect(draft, leaver)


_DELETION = (
    "This plan blocks the account and does not delete it: a deletion is a proposal of its own, with an approval of its "
    "own. Not before {day}, with propose_erasure or in the Entra admin center."
)
_TELEPHONE = (
    "Graph cannot reach Teams Phone: in the Teams admin center, Voice, take the number back or give it on, and the "
    "person out of call queues and auto attendants."
)
_UNREADABLE = "Which licences the person holds could not be read, so none is taken back by this plan: propose again."


def _protect(draft: Draft, leaver: Leaver) -> None:
    """Blocks every step that touches a protected account. What a person does by hand is no such step, but on an account
    that the policy protects by name nobody is sent either."""
    listed = leaver.context.policy.protects(leaver.person)
    numbers = [
        step.number
        for step in draft.steps
        if step.subject == leaver.reference and (listed or step.kind is not StepKind.DISABLE_BY_HAND)
    ]
    for kind, cure in protection_of(leaver.person, leaver.context):
        draft.block(kind, cure, numbers)


def _add(draft: Draft, leaver: Leaver, part: Part) -> int | None:
    """Adds a part where it is for this person and was not left out; the number of its step."""
    if not leaver.choices.keeps(part.skip) or not part.when(leaver):
        return None
    number = draft.add(
        part.kind,
        leaver.reference,
        part.goal,
        _precondition(leaver, part),
        part.undo,
        part.undo_note,
        arguments=_arguments(leaver, part.arguments(leaver), part.set_by(leaver)),
        after=[leaver.numbers[kind] for kind in part.after if kind in leaver.numbers],
    )
    leaver.numbers[part.kind] = number
    return number


def _precondition(leaver: Leaver, part: Part) -> Mapping[str, Json]:
    """Sessions are ended once sign-in is blocked, where this plan blocks it; else at once."""
    if part.kind is StepKind.REVOKE_SESSIONS and StepKind.DISABLE_SIGN_IN in leaver.numbers:
        return {"account_enabled": False}
    return part.precondition or EXISTS


def _arguments(leaver: Leaver, found: Mapping[str, Json], by: SetBy) -> dict[str, Json]:
    return {**found, "set_by": by.value, **leaver.dated}


def _opening(leaver: Leaver, grounds: Grounds) -> Opening:
    skus = sorted({a.sku_id for a in leaver.person.assignments if a.group_id is not None})
    beside = groups_beside(leaver.person, skus, grounds.groups)
    more: dict[str, Json] = {"licensing_groups": beside} if beside else {}
    return Opening(leaver.reference, grounds.new_seed(), leaver.values() | more)
