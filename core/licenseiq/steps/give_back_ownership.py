"""Groups and applications become somebody's own again, as they were before a run handed them over.

The person is added first; then the successor is removed, where only the run had made an owner of them.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Call, Target
from licenseiq.steps.hand_over_ownership import OWNED, SHAPES
from licenseiq.steps.kind import Facts, Kind, rows_of

# The field of the committed value: collection, id, name, and ENDS where the successor is an owner by the run alone.
OWNED_BEFORE, ENDS = "owned_before", "the successor's ownership ends"
_GOAL: dict[str, Json] = {"owns_again": OWNED_BEFORE}


def _owned(facts: Facts) -> dict[str, bool] | None:
    """By id of what the person owns, whether the successor does too; None where that was not read."""
    found = facts.get(OWNED.name)
    if not isinstance(found, Mapping):
        return None
    return {str(row[1]): row[4] is True for row in cast("list[list[Json]]", found["owned"])}


def _owns(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    wanted, now = rows_of(values, str(value)), _owned(facts)
    if not wanted or now is None:
        return False
    return all(key in now and not (ends == ENDS and now[key]) for _, key, _, ends in wanted)


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    now = _owned(account.more or {})
    if now is None:
        return ()
    calls = list[Call]()
    for collection, key, _name, ends in rows_of(target.values, OWNED_BEFORE):
        owners = f"/{collection}/{key}/owners"
        if key not in now:
            body: Json = {"@odata.id": f"/directoryObjects/{target.text('user_id')}"}
            calls.append(Call("POST", f"{owners}/$ref", body))
        elif ends == ENDS and now[key]:
            calls.append(Call("DELETE", f"{owners}/{target.text('successor_id')}/$ref"))
    return tuple(calls)


def _hand_over(_: Step, target: Target) -> str:
    names = ", ".join(name or key for _, key, name, _ in rows_of(target.values, OWNED_BEFORE))
    return f"In the Entra admin center, make {target.principal} an owner again of: {names}. Then remove the successor."


GIVE_BACK_OWNERSHIP = Kind(
    name=StepKind.GIVE_BACK_OWNERSHIP,
    words="give back what the person owned",
    effect_class=EffectClass.SET_VALUED,
    permissions=("Group.ReadWrite.All", "Application.ReadWrite.All"),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=SHAPES,
    readings=(OWNED,),
    clauses={"owns_again": _owns},
    hand_over=_hand_over,
    summary=lambda _: "Give back the groups and applications that the person owned, and end what the successor got.",
)
