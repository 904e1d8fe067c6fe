"""Giving somebody the rights on other mailboxes back that a run took: exactly those that were read before."""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Call, Target
from licenseiq.steps.delegated_rights import DELEGATED_RIGHTS
from licenseiq.steps.grant_mailbox_access import GIVES, SHAPES
from licenseiq.steps.kind import Facts, Kind, rows_of
from licenseiq.steps.mailbox import PERMISSION

# The field of the committed value: the right as the reading DELEGATED_RIGHTS calls it, and the id of the mailbox.
RIGHTS_BEFORE = "delegated_rights_before"
NAMES = {"full_access": "full_access", "send_as": "send_as", "on_behalf": "send_on_behalf"}
_GOAL: dict[str, Json] = {"delegated_rights_are_back": RIGHTS_BEFORE}


def _missing(facts: Facts, values: Mapping[str, Json]) -> list[tuple[str, str]] | None:
    """Right and mailbox of what is not there yet; None where that was not read."""
    found = facts.get(DELEGATED_RIGHTS.name)
    if not isinstance(found, Mapping):
        return None
    rows = [(right, key) for right, key in rows_of(values, RIGHTS_BEFORE) if right in NAMES]
    return [(right, key) for right, key in rows if key not in cast("list[str]", found[right])]


def _are_back(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    return value == RIGHTS_BEFORE and bool(rows_of(values, RIGHTS_BEFORE)) and _missing(facts, values) == []


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    missing = _missing(account.more or {}, target.values) or []
    return tuple(GIVES[NAMES[right]](mailbox, target.text("user_id")) for right, mailbox in missing)


def _hand_over(_: Step, target: Target) -> str:
    rows = rows_of(target.values, RIGHTS_BEFORE)
    told = "; ".join(f"{right.replace('_', ' ')} of mailbox {key}" for right, key in rows)
    return f"In the Exchange admin center, under Delegation, give {target.principal} back: {told}."


GIVE_BACK_DELEGATED_RIGHTS = Kind(
    name=StepKind.GIVE_BACK_DELEGATED_RIGHTS,
    words="give back rights on other mailboxes",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=SHAPES,
    readings=(DELEGATED_RIGHTS,),
    clauses={"delegated_rights_are_back": _are_back},
    hand_over=_hand_over,
    summary=lambda _: "Give back the rights on other mailboxes that were taken away.",
)
