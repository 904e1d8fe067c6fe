"""The plan of an onboarding, or of a move: one person, in the order in which things rest on one another."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from licenseiq.accounts import MAILBOX_PLANS
from licenseiq.playbooks.change_money import Worth
from licenseiq.playbooks.draft import Draft, protection_of, versions
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.onboarding.access import Access, Making, add_access, add_old_access
from licenseiq.playbooks.onboarding.joiner import Joiner, TierBy
from licenseiq.playbooks.onboarding.parts import EXISTS, FIRST, THEN, Part
from licenseiq.playbooks.seat_sources import Seats
from licenseiq.playbooks.services import plans_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, Subject
from licenseiq.proposals.steps import StepKind
from licenseiq.times import iso

KIND, MOVE = "onboard", "move"
NO_TIER, MASTERED = "no_tier", "mastered_elsewhere"


def plan_onboarding(joiner: Joiner, grounds: Grounds) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan for one person, with the opening of its commitments."""
    context, draft = grounds.context, Draft()
    worth = Worth(context)
    making = Making(draft, Seats(context, grounds.claimed), worth, grounds.groups or {}, grounds.now)
    # A mover changes on the day; an account is made ready before it.
    day = None if joiner.is_new else joiner.start
    first = [number for part in FIRST if (number := _add(draft, joiner, part, (), day)) is not None]
    # The usage location is set once the account is there.
    _chain(draft, first)
    access = add_access(making, joiner, first, day)
    for part in THEN:
        _add(draft, joiner, part, (*first, *(() if joiner.is_new else access.steps)), day)
    _day_one(draft, joiner, access)
    add_old_access(making, joiner, access, day)
    _say(draft, joiner)
    numbers = [step.number for step in draft.steps]
    for kind, cure in protection_of(joiner.person, context):
        draft.block(kind, cure, numbers)
    opening = Opening(joiner.reference, grounds.new_seed(), joiner.values() | _evidence(joiner))
    last = max([grounds.now, *worth.dates, *([joiner.start] if joiner.start else [])])
    plan = Plan(
        tenant_id=context.tenant_id,
        kind=KIND if joiner.is_new else MOVE,
        simulated=grounds.simulated,
        evaluation_id=grounds.evaluation_id,
        versions=versions(context),
        requested_by=grounds.requested_by,
        created=grounds.now,
        expires=last + timedelta(hours=context.policy.plan_valid_hours),
        subjects=(Subject(opening.reference, commit(opening)),),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=draft.blockers(),
        money=worth.money,
        unpriced_seats=worth.unpriced,
        not_yet_possible=(),
        saving=worth.saving(grounds.now),
    )
    return plan, (opening,)


def _add(draft: Draft, joiner: Joiner, part: Part, after: tuple[int, ...], day: datetime | None) -> int | None:
    if not part.when(joiner):
        return None
    due = joiner.start if part.dated else day
    number = draft.add(
        part.kind,
        joiner.reference,
        part.goal,
        part.precondition or EXISTS,
        None,
        part.undo_note,
        arguments={**part.arguments(joiner), **({"not_before": iso(due)} if due is not None else {})},
        after=after,
    )
    joiner.numbers[part.kind] = number
    return number


def _chain(draft: Draft, numbers: list[int]) -> None:
    """Each of these steps waits for the one before it."""
    for before, number in pairwise(numbers):
        draft.steps[number - 1] = replace(draft.steps[number - 1], after=(before,))


def _day_one(draft: Draft, joiner: Joiner, access: Access) -> None:
    if not joiner.is_new or not access.sku_ids:
        return
    context = joiner.context
    plans = [plans_of(sku_id, context) or frozenset() for sku_id in access.sku_ids]
    mailbox = any(one & MAILBOX_PLANS for one in plans)
    goal: dict[str, Json] = {"ready_for_day_one": {"sku_ids": sorted(access.sku_ids), "mailbox": mailbox}}
    draft.add(
        StepKind.CHECK_DAY_ONE,
        joiner.reference,
        goal,
        EXISTS,
        None,
        "Nothing was sent.",
        arguments={"not_before": iso(joiner.start)} if joiner.start is not None else {},
        after=access.steps,
    )


def _say(draft: Draft, joiner: Joiner) -> None:
    """What this plan leaves to others, and why."""
    if joiner.tier.by is TierBy.NOBODY:
        words = "Which licences the person needs is not known: no persona fits, and similar people do not agree. "
        draft.hand_offs.append(HandOff(NO_TIER, joiner.reference, f"{words}Propose again with skus."))
    owned = sorted(name for name in joiner.wanted if name != "usageLocation")
    left = [*owned, *(["manager"] if joiner.manager is not None else [])]
    if joiner.is_mastered_elsewhere and left:
        words = f"Another system owns {', '.join(left)} of this account: set them there; this plan leaves them alone."
        draft.hand_offs.append(HandOff(MASTERED, joiner.reference, words))


def _evidence(joiner: Joiner) -> dict[str, Json]:
    """On what the licences rest, beside the values: to be opened, and to be erased."""
    rows: list[Json] = [
        {"kind": f"tier_by_{joiner.tier.by.value}", "confidence": "", "reason": one, "facts": {}}
        for one in joiner.tier.because
    ]
    return {"findings": rows} if rows else {}
