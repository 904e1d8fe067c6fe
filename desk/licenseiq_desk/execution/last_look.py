"""Before a run is said to be complete: each person is read once more, for what somebody else undid while it ran.

Every step was read back as true in its turn. That a later step, or a person's own later wish, wants the contrary is no
undoing; so only the last step of the plan about a thing (sign-in, a group, a product, an attribute) is looked at. Of
kinds that are described as data (`licenseiq.steps`) those are whose goal the account alone shows; what the others read
can take minutes. But an account that is gone, where the plan does not delete it, undoes all of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from licenseiq.errors import NotFound, NotReadable
from licenseiq.ports import TenantWriter
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.plan import Plan, Step, Subject
from licenseiq.proposals.predicates import OF_GROUPS, holds
from licenseiq.proposals.steps import Account
from licenseiq.steps import KINDS, readings_of
from licenseiq.steps.asking import Target
from licenseiq_desk.at_once import each
from licenseiq_desk.execution import effects
from licenseiq_desk.execution.crew import PEOPLE_AT_ONCE
from licenseiq_desk.execution.fresh import read_one
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.step_taker import GLANCE, READ_BACK_WAITS, Waits
from licenseiq_desk.people import user_id

UNDONE = "It read back as true, and somebody else has changed it since."
GONE = "It read back as true, and the account does not exist any more."
UNREAD = "It read back as true, and could not be read once more at the end."


async def undone(
    journal: Journal, writer: TenantWriter, plan: Plan, openings: Mapping[str, Opening]
) -> dict[int, str] | Waits:
    """What does not hold any more, by the number of its step, in words; empty where everything does."""
    everybodys: dict[str, list[Step]] = {}
    for step in plan.steps:
        everybodys.setdefault(step.subject, []).append(step)
    alive = journal.lease.keep_alive()

    async def of(subject: Subject) -> dict[int, str]:
        mine = everybodys.get(subject.reference, [])
        steps, stays, account_id = _last_words(mine), _stays(mine), user_id(openings, subject.reference)
        if account_id is None or not (steps or stays):
            return {}
        alive()
        try:
            changed = await _not_so(journal, writer, steps, account_id, openings[subject.reference], stays)
            return {step.number: UNDONE for step in changed}
        except NotFound:
            return {step.number: GONE for step in mine} if stays else {}
        except NotReadable:
            return {step.number: UNREAD for step in steps or mine}

    try:
        found = await each(plan.subjects, of, PEOPLE_AT_ONCE)
    except EffectWaits as error:
        return Waits(error.seconds, error.what_happened)
    return {number: words for one in found for number, words in one.items()}


async def _not_so(
    journal: Journal, writer: TenantWriter, steps: list[Step], account_id: str, opening: Opening, stays: bool
) -> list[Step]:
    """The steps whose goal no reading shows; a reading can be older than the effect, so there are several. Raises
    NotFound when the last finds no account, and at once for one that does not stay."""
    left, gone = steps, None
    for seconds in READ_BACK_WAITS[:GLANCE]:
        if seconds:
            await journal.lease.around.sleep(seconds)
            journal.lease.renew()
        with_groups = any(effects.group_of(step) is not None for step in left)
        try:
            account = await writer.account(account_id, with_groups=with_groups)
        except NotFound as error:
            gone = error
            if not stays:
                break
            continue
        gone = None
        compared = {one for step in left for one in readings_of(step.goal)}
        target = Target(opening.values)
        more = {one.name: await read_one(one, writer, target, {}, journal.lease.keep_alive()) for one in compared}
        account = replace(account, more=more) if more else account
        left = [step for step in left if not holds(step.goal, account, _before(journal, step), opening.values)]
        if not left:
            break
    if gone is not None:
        raise gone
    return left


def _stays(mine: list[Step]) -> bool:
    """Whether the plan leaves a person's account where it can be read."""
    places = [step.goal["account_is"] for step in mine if "account_is" in step.goal]
    return not places or places[-1] == "here"


def _is_of_the_account(step: Step) -> bool:
    """Whether the account alone shows a step's goal."""
    described = KINDS.get(step.kind)
    return described is None or not (described.readings or described.trusts_answer)


def _before(journal: Journal, step: Step) -> Account | None:
    """The account as it was when the step's first intent was recorded."""
    intents = journal.intents(step)
    return intents[0].before if intents else None


def _last_words(mine: list[Step]) -> list[Step]:
    """Of a person's steps those after which the plan wants nothing else of the same things."""
    return [
        step
        for place, step in enumerate(mine)
        if _is_of_the_account(step)
        and not set(_things(step)) & {thing for later in mine[place + 1 :] for thing in _things(later)}
    ]


def _things(step: Step) -> Iterator[tuple[str, str]]:
    """What a goal is about."""
    for name, value in step.goal.items():
        if name in ("in_group", "not_in_group"):
            yield "group", str(value)
        elif name == "attribute_is" and isinstance(value, Mapping):
            yield "attribute", str(value.get("attribute"))
        elif name in ("direct_licences_absent", "direct_licences_active"):
            yield from (("product", sku_id) for sku_id in _texts(value))
        elif name not in ("direct_plans_disabled", *OF_GROUPS):
            yield name, ""


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
