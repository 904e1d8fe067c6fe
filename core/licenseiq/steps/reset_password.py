"""Resetting a password to one that nobody knows, so that what the leaver remembers opens nothing any more.

A mailbox that was made shared keeps the old password working (graph-facts 1.6). The new one is random, made as it is
sent, and kept nowhere: not in the plan, the journal, the ledger or a log. Read back is the time of the last change.
"""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, password
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.times import iso, parse_iso

_GOAL: dict[str, Json] = {"password_changed_since_intent": True}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`changed_at`: when the password last changed, as ISO text; null where it never did."""
    answer = await ask(Ask(f"/users/{target.text('user_id')}?$select=id,lastPasswordChangeDateTime"))
    found = answer["lastPasswordChangeDateTime"]
    return {"changed_at": None if found is None else iso(parse_iso(str(found)))}


PASSWORD = Reading("password", "when the password was changed", "User.Read.All", _read, paths=("/users/{id}",))


def _changed(value: Json, facts: Facts, before: Facts | None) -> bool:
    then, now = (before or {}).get(PASSWORD.name), facts.get(PASSWORD.name)
    if value is not True or not isinstance(then, Mapping) or not isinstance(now, Mapping):
        return False
    return now["changed_at"] is not None and str(now["changed_at"]) > str(then["changed_at"] or "")


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    """None for an account that Active Directory masters: Graph refuses it, and a person does it there."""
    if fact(account, PASSWORD.name) is None or account.synced is True:
        return ()
    return (Call("PATCH", f"/users/{target.text('user_id')}", {}, fresh_profile="passwordProfile"),)


def _shape(body: Json) -> bool:
    return isinstance(body, Mapping) and body.keys() == {"passwordProfile"} and password(body["passwordProfile"])


RESET_PASSWORD = Kind(
    name=StepKind.RESET_PASSWORD,
    words="reset the password to one that nobody knows",
    effect_class=EffectClass.NOT_REPEATABLE,
    permissions=("User-PasswordProfile.ReadWrite.All",),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(Shape("PATCH", "/users/{id}", _shape),),
    readings=(PASSWORD,),
    compares={"password_changed_since_intent": _changed},
    hand_over=lambda _, target: (
        f"Reset the password of {target.principal} to a random one: in Active Directory where the account is mastered "
        "there, else in the Entra admin center under Users > the person > Reset password. An application can do it "
        "only with the directory role User Administrator."
    ),
    summary=lambda _: "Reset the password to one that nobody knows.",
)
