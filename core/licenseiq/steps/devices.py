"""Disabling the devices that somebody registered or owns. What Intune manages is named: wiping is for a person."""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotReadable
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, only
from licenseiq.steps.kind import Facts, Kind, Told, fact

_GOAL: dict[str, Json] = {"devices_disabled": True}
_SELECT = "?$select=id,displayName,accountEnabled&$top=999"


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Ids and names: `enabled` are the devices that still may sign in, `disabled` the others, `managed` those that
    Intune manages (null where that cannot be read)."""
    user = f"/users/{target.text('user_id')}"
    enabled, disabled = dict[str, str](), dict[str, str]()
    for path in ("registeredDevices", "ownedDevices"):
        answer = await ask(Ask(f"{user}/{path}{_SELECT}", pages=True))
        for row in cast("list[Mapping[str, Json]]", answer["value"]):
            place = disabled if row["accountEnabled"] is False else enabled
            place[str(row["id"])] = str(row.get("displayName") or "")
    return {
        "enabled": [[key, enabled[key]] for key in sorted(enabled)],
        "disabled": [[key, disabled[key]] for key in sorted(disabled)],
        "managed": await _managed(ask, user),
    }


async def _managed(ask: Asking, user: str) -> Json:
    try:
        answer = await ask(Ask(f"{user}/managedDevices?$select=id,deviceName", pages=True))
    except NotReadable:
        return None
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    return [[str(row["id"]), str(row.get("deviceName") or "")] for row in rows]


DEVICES = Reading(
    "devices",
    "the devices",
    "Device.Read.All",
    _read,
    paths=("/users/{id}/registeredDevices", "/users/{id}/ownedDevices", "/users/{id}/managedDevices"),
)


def _pairs(account: Account | None, name: str) -> list[list[str]] | None:
    found = fact(account, DEVICES.name) if account is not None else None
    return cast("list[list[str]] | None", found[name]) if isinstance(found, Mapping) else None


def _disabled(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(DEVICES.name)
    return value is True and isinstance(found, Mapping) and found["enabled"] == []


def _calls(_: Step, __: Target, account: Account) -> tuple[Call, ...]:
    left = _pairs(account, "enabled") or []
    return tuple(Call("PATCH", f"/devices/{key}", {"accountEnabled": False}) for key, _name in left)


def _told(_: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    left = _pairs(account, "enabled") or []
    stays = {key for key, _name in left}
    then = _pairs(before, "enabled") or left
    told = [Told("device", key, name, "disabled") for key, name in then if key not in stays]
    told += [Told("device", key, name, "still enabled", by_hand=True) for key, name in left]
    managed = _pairs(account, "managed")
    if managed is None:
        words = "not read: look in Intune for devices to retire or wipe"
        return (*told, Told("managed_device", "", "", words, by_hand=True))
    words = "managed by Intune: retire or wipe it there"
    return (*told, *(Told("managed_device", key, name, words, by_hand=True) for key, name in managed))


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
    told=_told,
    summary=lambda _: "Disable the devices; wiping them stays with a person.",
)
