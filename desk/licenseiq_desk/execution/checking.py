"""The questions that are asked before a step that could do harm: in the preflight, and again just before."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from licenseiq.errors import NotFound, NotReadable, Tampered
from licenseiq.ports import TenantWriter
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps import checks_of
from licenseiq.steps.asking import Reading, Target
from licenseiq.steps.kind import Check, Held, Now
from licenseiq_desk.execution.asked_once import AskedOnce
from licenseiq_desk.execution.fresh import read_one

ASK_AGAIN = 60


@dataclass(frozen=True, slots=True)
class Answered:
    """What a check said of a step; `held` None: it may be taken. `says` is what was read, for whoever decides."""

    step: int
    check: str
    held: Held | None
    says: tuple[str, ...] = ()

    def to_json(self) -> Json:
        found = self.held
        return {
            "step": self.step,
            "check": self.check,
            "held": None
            if found is None
            else {
                "kind": found.kind,
                "cure": found.cure,
                "waivable": found.waivable,
                "for_now": found.seconds is not None,
            },
            "says": list(self.says),
        }


def from_json(row: dict[str, Json]) -> Answered:
    found = row["held"]
    held = None
    if isinstance(found, dict):
        for_now = found.get("for_now") is True
        held = Held(str(found["kind"]), str(found["cure"]), found["waivable"] is True, ASK_AGAIN if for_now else None)
    number = row["step"]
    if not isinstance(number, int):
        raise TypeError("no number")
    says = row.get("says")
    return Answered(number, str(row["check"]), held, tuple(map(str, says)) if isinstance(says, list) else ())


async def ask_all(
    plan: Plan,
    reference: str,
    writer: TenantWriter,
    user_id: str,
    target: Target,
    now: Now,
    shared: AskedOnce | None = None,
) -> list[Answered]:
    """Every check of every step of one person. What they share is read once, and by `shared` what people share, such as
    a group. What the steps that it comes after do is taken as done: they are read back before it, and it is asked again
    then. Raises EffectWaits."""
    mine, blocked = [step for step in plan.steps if step.subject == reference], plan.blocked_steps()
    steps = [step for step in mine if step.number not in blocked]
    asked = [(step, check) for step in steps for check in checks_of(step.kind)]
    if not asked:
        return []
    readings = {one.name: one for _, check in asked for one in check.readings}.values()
    account = await _read([one for one in readings if not one.of_step], writer, asked[0][0], user_id, target)
    numbered = {one.number: one for one in plan.steps}
    first = {step.number: kinds_before(numbered, step) for step, _ in asked}
    found, shared = list[Answered](), shared or AskedOnce(writer)
    for step, check in asked:
        own = await _facts([one for one in check.readings if one.of_step], shared, target, step.arguments)
        seen = replace(account, more={**(account.more or {}), **own})
        found.append(_answered(step, check, target, seen, replace(now, first=first[step.number])))
    return found


def kinds_before(numbered: Mapping[int, Step], step: Step) -> frozenset[StepKind]:
    """The kinds of the steps of a plan that must have read back as true before this one, directly or by one another."""
    found, left = set[int](), list(step.after)
    while left:
        number = left.pop()
        if number not in found and number in numbered:
            found.add(number)
            left += numbered[number].after
    return frozenset(numbered[number].kind for number in found)


async def ask_again(
    step: Step,
    writer: TenantWriter,
    user_id: str,
    target: Target,
    now: Now,
    alive: Callable[[], None] = lambda: None,
) -> list[Answered]:
    """The checks of one step on fresh readings. Raises EffectWaits."""
    checks = [check for check in checks_of(step.kind) if not check.only_says]
    if not checks:
        return []
    readings = {one.name: one for check in checks for one in check.readings}.values()
    account = await _read(readings, writer, step, user_id, target, alive)
    return [_answered(step, check, target, account, now) for check in checks]


def _answered(step: Step, check: Check, target: Target, account: Account, now: Now) -> Answered:
    held, says = check.held(step, target, account, now), check.says(step, target, account, now)
    return Answered(step.number, check.name, held, says)


def first_held(answers: Iterable[Answered], waived: frozenset[str]) -> Held | None:
    """What keeps a step back, where no approver's waiver lets it pass; what does so for now only comes last."""
    found = [one.held for one in answers if one.held is not None]
    left = [one for one in found if not (one.waivable and one.kind in waived)]
    return min(left, key=lambda one: one.seconds is not None, default=None)


async def _read(
    readings: Iterable[Reading],
    writer: TenantWriter,
    step: Step,
    user_id: str,
    target: Target,
    alive: Callable[[], None] = lambda: None,
) -> Account:
    """The account with all that could be read for the checks; what could not be read is missing."""
    try:
        account = await writer.account(user_id)
    except NotFound:
        account = Account(None, None, None, None, exists=False)
    except NotReadable:
        account = Account(None, None, None, None)
    return replace(account, more=await _facts(readings, AskedOnce(writer), target, step.arguments, alive))


async def _facts(
    readings: Iterable[Reading],
    once: AskedOnce,
    target: Target,
    arguments: Mapping[str, Json],
    alive: Callable[[], None] = lambda: None,
) -> dict[str, Json]:
    """What could be read, by name."""
    found: dict[str, Json] = {}
    for reading in readings:
        try:
            found[reading.name] = await read_one(reading, once, target, arguments, alive)
        except (NotReadable, Tampered):
            continue  # a value that the plan does not hold, too: what was not asked is not known
    return found
