"""The first day: a way in that a person hands over, and a look at whether licence and mailbox are there.

Nothing is sent. A temporary access pass is shown once, to whoever makes it; it would have to pass through this program
to be shown, so a person of the help desk makes it (graph-facts 1.6).
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Reading, Target
from licenseiq.steps.kind import Facts, Kind, sends_nothing
from licenseiq.steps.newcomer import named
from licenseiq.times import parse_iso

WAY_IN: dict[str, Json] = {"way_in_given": True}
_PASSWORD = "#microsoft.graph.passwordAuthenticationMethod"  # noqa: S105 - the name of a type
_ACTIVE = frozenset({"Active", "ActiveWithError"})
_SOON = 60.0


async def _ways_in(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`methods`: ways to sign in beside the password; `password_given`: whether somebody has set a password since the
    account was made."""
    answer = await ask(Ask(f"/users/{named(target)}/authentication/methods", pages=True))
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    found = await ask(Ask(f"/users/{named(target)}?$select=id,createdDateTime,lastPasswordChangeDateTime"))
    made, changed = parse_iso(str(found["createdDateTime"])), found["lastPasswordChangeDateTime"]
    later = changed is not None and (parse_iso(str(changed)) - made).total_seconds() > _SOON
    return {"methods": sum(row["@odata.type"] != _PASSWORD for row in rows), "password_given": later}


WAYS = Reading(
    "ways_in",
    "how the person can sign in",
    "UserAuthenticationMethod.Read.All",
    _ways_in,
    paths=(
        "/users/{upn}/authentication/methods",
        "/users/{id}/authentication/methods",
        "/users/{upn}",
        "/users/{id}",
    ),
)


def _given(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(WAYS.name)
    return value is True and isinstance(found, Mapping) and bool(found["methods"] or found["password_given"])


async def _day_one(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`active`: SKU ids that the account holds in working order; `mailbox`: whether there is one."""
    found = await ask(Ask(f"/users/{named(target)}?$select=id,licenseAssignmentStates"))
    rows = cast("list[Mapping[str, Json]]", found["licenseAssignmentStates"])
    active: list[Json] = [*sorted({str(row["skuId"]).lower() for row in rows if row["state"] in _ACTIVE})]
    try:
        await ask(Ask(f"/users/{named(target)}/mailboxSettings/userPurpose"))
        mailbox = True
    except NotFound:
        mailbox = False
    return {"active": active, "mailbox": mailbox}


DAY_ONE = Reading(
    "day_one",
    "licence and mailbox of the first day",
    "MailboxSettings.Read",
    _day_one,
    paths=(
        "/users/{upn}",
        "/users/{id}",
        "/users/{upn}/mailboxSettings/userPurpose",
        "/users/{id}/mailboxSettings/userPurpose",
    ),
)


def _is_ready(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(DAY_ONE.name)
    if not isinstance(found, Mapping) or not isinstance(value, Mapping):
        return False
    wanted = {str(sku).lower() for sku in cast("list[Json]", value["sku_ids"])}
    return wanted <= set(cast("list[str]", found["active"])) and (not value["mailbox"] or found["mailbox"] is True)


def _is_day_one(step: Step) -> bool:
    found = step.goal.get("ready_for_day_one")
    if step.goal.keys() != {"ready_for_day_one"} or not isinstance(found, Mapping):
        return False
    return found.keys() == {"sku_ids", "mailbox"} and isinstance(found["sku_ids"], list | tuple)


ISSUE_TEMPORARY_ACCESS_PASS = Kind(
    name=StepKind.ISSUE_TEMPORARY_ACCESS_PASS,
    words="give the person a way to sign in",
    effect_class=EffectClass.SET_VALUED,
    permissions=("UserAuthenticationMethod.Read.All",),
    fits=lambda step: step.goal == WAY_IN,
    calls=sends_nothing,
    readings=(WAYS,),
    clauses={"way_in_given": _given},
    hand_over=lambda _, target: (
        f"An Authentication Administrator makes a temporary access pass for {target.principal} (Entra admin center, "
        "Users > the person > Authentication methods > Add) and gives it to the person, whom they know, by voice or in "
        "person; where the policy allows no pass, a password that has to be changed at the first sign-in. No program "
        "and no ticket keeps either."
    ),
    by_hand=True,
    summary=lambda _: "The help desk gives the person a temporary access pass; it is waited for.",
)
CHECK_DAY_ONE = Kind(
    name=StepKind.CHECK_DAY_ONE,
    words="look whether licence and mailbox are there",
    effect_class=EffectClass.SET_VALUED,
    permissions=("MailboxSettings.Read",),
    fits=_is_day_one,
    calls=sends_nothing,
    readings=(DAY_ONE,),
    clauses={"ready_for_day_one": _is_ready},
    hand_over=lambda _, target: (
        f"{target.principal} starts, and a licence is not active or the mailbox is not there yet: look at Licenses and "
        "apps of the person in the Microsoft 365 admin center, and mend what it names."
    ),
    by_hand=True,
    summary=lambda _: "Look on the first day whether the licence is active and the mailbox there.",
)
