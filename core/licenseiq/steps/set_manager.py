"""Setting somebody's manager."""

from collections.abc import Mapping

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, reference
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.newcomer import named

GOAL: dict[str, Json] = {"manager_is": "manager_id"}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """The manager's id; empty where there is none."""
    try:
        found = await ask(Ask(f"/users/{named(target)}/manager?$select=id"))
    except NotFound:
        return ""
    return str(found["id"]).lower()


MANAGER = Reading(
    "manager", "who the manager is", "User.Read.All", _read, paths=("/users/{upn}/manager", "/users/{id}/manager")
)


def _is(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    wanted = values.get("manager_id")
    return value == GOAL["manager_is"] and isinstance(wanted, str) and facts.get(MANAGER.name) == wanted.lower()


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    wanted = target.text("manager_id").lower()
    if fact(account, MANAGER.name) == wanted or account.synced is True:
        return ()
    return (Call("PUT", f"/users/{named(target)}/manager/$ref", {"@odata.id": f"/directoryObjects/{wanted}"}),)


SET_MANAGER = Kind(
    name=StepKind.SET_MANAGER,
    words="set the manager",
    effect_class=EffectClass.SET_VALUED,
    permissions=("User.ReadWrite.All",),
    fits=lambda step: step.goal == GOAL,
    calls=_calls,
    shapes=(
        Shape("PUT", "/users/{upn}/manager/$ref", reference),
        Shape("PUT", "/users/{id}/manager/$ref", reference),
    ),
    readings=(MANAGER,),
    clauses={"manager_is": _is},
    hand_over=lambda _, target: (
        f"Set the manager of {target.principal} to {target.text('manager_principal')}: in Active Directory where the "
        "account is mastered there, else in the Entra admin center."
    ),
    summary=lambda _: "Set the manager.",
)
