"""Hiding somebody from the address lists, or showing them again. Mastered on premises where the account is synced."""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Api, Call, Shape, Target
from licenseiq.steps.kind import Facts, Kind
from licenseiq.steps.mailbox import MAILBOX, PERMISSION, box, change


def _is_hidden(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(MAILBOX.name)
    return isinstance(found, Mapping) and isinstance(value, bool) and found.get("hidden") is value


def _calls(step: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found, wanted = box(account), step.goal["hidden_from_address_lists"]
    if found.get("hidden") not in (True, False) or found.get("synced") or found.get("hidden") is wanted:
        return ()
    return (change("Set-Mailbox", target, HiddenFromAddressListsEnabled=wanted),)


def _hand_over(step: Step, target: Target) -> str:
    wanted = "$true" if step.goal.get("hidden_from_address_lists") is True else "$false"
    return (
        f"In Exchange Online PowerShell: Set-Mailbox -Identity {target.principal} -HiddenFromAddressListsEnabled "
        f"{wanted}. For an account that is synchronised, set msExchHideFromAddressLists in Active Directory instead."
    )


HIDE_FROM_ADDRESS_LISTS = Kind(
    name=StepKind.HIDE_FROM_ADDRESS_LISTS,
    words="hide from the address lists, or show there",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: (
        set(step.goal) == {"hidden_from_address_lists"} and isinstance(step.goal["hidden_from_address_lists"], bool)
    ),
    calls=_calls,
    shapes=(
        Shape(
            "POST",
            "Set-Mailbox",
            lambda found: (
                isinstance(found, Mapping)
                and found.keys() == {"Identity", "HiddenFromAddressListsEnabled"}
                and isinstance(found["HiddenFromAddressListsEnabled"], bool)
            ),
            Api.EXCHANGE,
        ),
    ),
    readings=(MAILBOX,),
    clauses={"hidden_from_address_lists": _is_hidden},
    hand_over=_hand_over,
    summary=lambda step: (
        "Hide from the address lists."
        if step.goal.get("hidden_from_address_lists") is True
        else "Show in the address lists."
    ),
)
