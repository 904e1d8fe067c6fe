"""Service plans before and after a change of licences: whatever was there stays, but for what the plan says goes.

What is compared is `provisioningStatus` of licenseDetails: a plan is there when it reads `Success` (Graph's
servicePlanInfo). `PendingInput` and its like are on their way, so a plan that was there is waited for.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account
from licenseiq.steps.asking import Ask, Asking, Reading, Target
from licenseiq.steps.kind import SERVICE, Facts, Told, fact
from licenseiq.steps.newcomer import named
from licenseiq.words import count

LOST_ONLY = "services_lost_only"
"""The clause of a goal: the service plans that may go; every other one that was there is there again."""
THERE = "services_there"
"""The clause of a way back: service plans that a step took, and that are there again."""
_THERE = "Success"
_KNOWN = ("Disabled", "Error", "PendingInput", "PendingActivation", "PendingProvisioning")
AS_PLANNED, UNPLANNED = "gone, as planned", "lost, and the plan does not say so"


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Name and status of each service plan for people, by its id; of one that several products give, the best."""
    answer = await ask(Ask(f"/users/{named(target)}/licenseDetails", pages=True))
    found: dict[str, Json] = {}
    for product in cast("list[Mapping[str, Json]]", answer["value"]):
        for plan in cast("list[Mapping[str, Json]]", product["servicePlans"]):
            key, status = str(plan["servicePlanId"]).lower(), str(plan["provisioningStatus"])
            if plan["appliesTo"] == "User" and (key not in found or status == _THERE):
                found[key] = [str(plan["servicePlanName"]), status]
    return found


SERVICES = Reading(
    "services",
    "the services of the licences",
    "LicenseAssignment.Read.All",
    _read,
    paths=("/users/{id}/licenseDetails", "/users/{upn}/licenseDetails"),
)


def nothing_else_lost(value: Json, now: Facts, before: Facts | None) -> bool:
    """Whether the clause holds. Where nothing was sent yet, nothing was lost by it."""
    if not isinstance(now.get(SERVICES.name), Mapping) or not isinstance(value, list | tuple):
        return False
    if before is None:
        return True
    return isinstance(before.get(SERVICES.name), Mapping) and not set(_lost(before, now)) - set(value)


def all_there(value: Json, now: Facts, _: Facts | None) -> bool:
    """Whether each of these service plans is there."""
    if not isinstance(now.get(SERVICES.name), Mapping) or not isinstance(value, list | tuple):
        return False
    found = _plans(now)
    return all(str(key) in found and found[str(key)][1] == _THERE for key in value)


def taken_by(step: Step, before: Account) -> tuple[str, ...]:
    """The service plans that a step may have taken: those that it was allowed to take, and that were there."""
    if fact(before, SERVICES.name) is None:
        return ()
    plans = _plans(before.more or {})
    return tuple(sorted(key for key in _may_go(step) or () if key in plans and plans[key][1] == _THERE))


def why_not_yet(step: Step, before: Account, account: Account) -> str:
    """'2 services that should stay are not there.'; empty where that is not what is missing, or it was not read."""
    may_go = _may_go(step)
    if may_go is None or fact(before, SERVICES.name) is None or fact(account, SERVICES.name) is None:
        return ""
    lost = len(set(_lost(before.more or {}, account.more or {})) - may_go)
    return f"{count(lost, 'service')} that should stay {'is' if lost == 1 else 'are'} not there." if lost else ""


def told_of_services(step: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    """Line by line what went, as planned or not, and what came. Nothing where it was not read, or nothing was sent."""
    may_go = _may_go(step)
    if may_go is None or before is None or fact(before, SERVICES.name) is None or fact(account, SERVICES.name) is None:
        return ()
    then, now = _plans(before.more or {}), _plans(account.more or {})
    lines = []
    for key in _lost(before.more or {}, account.more or {}):
        status = now[key][1] if key in now else ""
        how = AS_PLANNED if key in may_go else UNPLANNED + (f" (it reads {status})" if status in _KNOWN else "")
        lines.append(Told(SERVICE, key, then[key][0], how, by_hand=key not in may_go))
    came = [key for key, (_, status) in now.items() if status == _THERE and then.get(key, ("", ""))[1] != _THERE]
    return (*lines, *(Told(SERVICE, key, now[key][0], "new") for key in came))


def _may_go(step: Step) -> frozenset[str] | None:
    found = step.goal.get(LOST_ONLY)
    return frozenset(map(str, found)) if isinstance(found, list | tuple) else None


def _lost(before: Facts, now: Facts) -> list[str]:
    """The service plans that were there and are not, in the order of their names."""
    then, left = _plans(before), _plans(now)
    gone = [
        key for key, (_, status) in then.items() if status == _THERE and (key not in left or left[key][1] != _THERE)
    ]
    return sorted(gone, key=lambda key: then[key][0])


def _plans(facts: Facts) -> Mapping[str, Sequence[str]]:
    return cast("Mapping[str, Sequence[str]]", facts[SERVICES.name])
