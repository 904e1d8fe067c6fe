"""Deleting an account, taking that back, and deleting it for good.

A deleted account lies in a container for 30 days and can be restored with its licences and groups; what is deleted from
there is gone (graph-facts 1.4 and 1.8). Each is read back at both places, so "not found" is never taken for "restored".
Holds stop both deletions; of a deleted account only cases and the customer's own list can still be asked.
"""

from collections.abc import Callable, Mapping

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.holds import HOLDS, HOLDS_AFTER_DELETION
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.mailbox_kept import MAILBOX_KEPT

PERMISSION = "User.DeleteRestore.All"
_HERE, _CONTAINED, _GONE = "here", "deleted", "gone"


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Where the account is: here, deleted (it can be restored), or gone."""
    user_id = target.text("user_id")
    for place, path in ((_HERE, f"/users/{user_id}"), (_CONTAINED, f"/directory/deletedItems/{user_id}")):
        try:
            answer = await ask(Ask(f"{path}?$select=id"))
        except NotFound:
            continue
        if str(answer["id"]).lower() != user_id.lower():
            raise ValueError("another account")
        return place
    return _GONE


PLACE = Reading(
    "place_of_account",
    "where the account is",
    "User.Read.All",
    _read,
    paths=("/users/{id}", "/directory/deletedItems/{id}"),
)


def _is_at(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return isinstance(value, str) and facts.get(PLACE.name) == value


def _wants(place: str) -> Callable[[Step], bool]:
    """Whether a goal is that the account is at this place."""
    goal: dict[str, Json] = {"account_is": place}
    return lambda step: step.goal == goal


def _delete(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    if fact(account, PLACE.name) != _HERE:
        return ()
    return (Call("DELETE", f"/users/{target.text('user_id')}"),)


def _restore(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    if fact(account, PLACE.name) != _CONTAINED:
        return ()
    return (Call("POST", f"/directory/deletedItems/{target.text('user_id')}/restore"),)


def _purge(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    """Only what lies in the container: an account that is here is never deleted for good in one go."""
    if fact(account, PLACE.name) != _CONTAINED:
        return ()
    return (Call("DELETE", f"/directory/deletedItems/{target.text('user_id')}"),)


DELETE_ACCOUNT = Kind(
    name=StepKind.DELETE_ACCOUNT,
    words="delete the account",
    effect_class=EffectClass.CHECKABLE,
    permissions=(PERMISSION,),
    fits=_wants(_CONTAINED),
    calls=_delete,
    shapes=(Shape("DELETE", "/users/{id}"),),
    readings=(PLACE,),
    clauses={"account_is": _is_at},
    checks=(HOLDS, MAILBOX_KEPT),
    hand_over=lambda _, target: f"Delete {target.principal} in the Entra admin center, under Users.",
    needs_account=False,
    stops_person=True,
    summary=lambda _: "Delete the account; it can be restored for 30 days.",
)
RESTORE_ACCOUNT = Kind(
    name=StepKind.RESTORE_ACCOUNT,
    words="restore the account",
    effect_class=EffectClass.CHECKABLE,
    permissions=(PERMISSION,),
    fits=_wants(_HERE),
    calls=_restore,
    shapes=(Shape("POST", "/directory/deletedItems/{id}/restore"),),
    readings=(PLACE,),
    hand_over=lambda _, target: f"Restore {target.principal} in the Entra admin center, under Users > Deleted users.",
    needs_account=False,
    stops_person=True,
    summary=lambda _: "Restore the account with what it had; a seat that was given away does not come back.",
)
PURGE_ACCOUNT = Kind(
    name=StepKind.PURGE_ACCOUNT,
    words="delete the account for good",
    effect_class=EffectClass.CHECKABLE,
    permissions=(PERMISSION,),
    fits=_wants(_GONE),
    calls=_purge,
    shapes=(Shape("DELETE", "/directory/deletedItems/{id}"),),
    readings=(PLACE,),
    checks=(HOLDS_AFTER_DELETION, HOLDS),
    hand_over=lambda _, target: (
        f"Delete {target.principal} for good in the Entra admin center, under Users > Deleted users."
    ),
    needs_account=False,
    stops_person=True,
    summary=lambda _: "Delete the account for good: it cannot be restored.",
)
