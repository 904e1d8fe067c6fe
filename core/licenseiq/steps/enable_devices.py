"""Enabling devices again that a run disabled: those that were enabled before, and are still the person's."""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Call, Shape, Target, only
from licenseiq.steps.devices import DEVICES
from licenseiq.steps.kind import Facts, Kind, rows_of

# The field of the committed value: ids and names, as the reading DEVICES has them.
ENABLED = "devices_before"
_GOAL: dict[str, Json] = {"devices_are_enabled": ENABLED}


def _ids(facts: Facts, name: str) -> set[str] | None:
    """The ids of the person's devices that are so; None where that was not read."""
    found = facts.get(DEVICES.name)
    return {key for key, _ in cast("list[list[str]]", found[name])} if isinstance(found, Mapping) else None


def _enabled(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    wanted, found = rows_of(values, str(value)), _ids(facts, "enabled")
    return bool(wanted) and found is not None and all(key in found for key, _ in wanted)


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    disabled = _ids(account.more or {}, "disabled") or set()
    wanted = [key for key, _ in rows_of(target.values, ENABLED) if key in disabled]
    return tuple(Call("PATCH", f"/devices/{key}", {"accountEnabled": True}) for key in wanted)


def _hand_over(_: Step, target: Target) -> str:
    names = ", ".join(name or key for key, name in rows_of(target.values, ENABLED))
    return (
        f"In the Entra admin center, under Devices, enable those of {target.principal} that are there still: {names}."
    )


ENABLE_DEVICES = Kind(
    name=StepKind.ENABLE_DEVICES,
    words="enable devices again",
    effect_class=EffectClass.SET_VALUED,
    permissions=("Device.ReadWrite.All",),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(Shape("PATCH", "/devices/{id}", only({"accountEnabled": True})),),
    readings=(DEVICES,),
    clauses={"devices_are_enabled": _enabled},
    hand_over=_hand_over,
    summary=lambda _: "Enable the devices again that were enabled before.",
)
