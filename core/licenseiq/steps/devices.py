"""Disabling the devices that somebody registered or owns. Wiping what Intune manages is for a person to decide."""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, only
from licenseiq.steps.kind import Facts, Kind, fact

_GOAL: dict[str, Json] = {"devices_disabled": True}
_SELECT = "?$select=id,accountEnabled&$top=999"


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """The ids of the devices that still may sign in."""
    user = f"/users/{target.text('user_id')}"
    enabled: set[str] = set()
    for path in ("registeredDevices", "ownedDevices"):
        answer = await ask(Ask(f"{user}/{path}{_SELECT}", pages=True))
        for row in cast("list[Mapping[str, Json]]", answer["value"]):
            if row["accountEnabled"] is not False:
                enabled.add(str(row["id"]))
    return sorted(enabled)


DEVICES = Reading(
    "devices",
    "the devices",
    "Device.Read.All",
    _read,
    paths=("/users/{id}/registeredDevices", "/users/{id}/ownedDevices"),
)


def _disabled(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value is True and facts.get(DEVICES.name) == []


def _calls(_: Step, __: Target, account: Account) -> tuple[Call, ...]:
    left = cast("list[str]", fact(account, DEVICES.name) or [])
    return tuple(Call("PATCH", f"/devices/{key}", {"accountEnabled": False}) for key in left)


DISABLE_DEVICES = Kind(
    name=StepKind.DISABLE_DEVICES,
    words="disable devices",
    effect_class=EffectClass.SET_VALUED,
    permissions=("Device.ReadWrite.All",),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(Shape("PATCH", "/devices/{id}", only({"accountEnabled": False})),),
    readings=(DEVICES,),
    clauses={"devices_disabled": _disabled},
    hand_over=lambda _, target: f"Disable the devices of {target.principal} in the Entra admin center, under Devices.",
    summary=lambda _: "Disable the devices; wiping them stays with a person.",
)
