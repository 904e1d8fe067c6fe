"""Removing authentication methods, so that nobody signs in again with the person's phone, key or app.

A password is no method that can be taken away, and Graph refuses to delete the default method before the others, so it
goes last (graph-facts 1.4). Each kind of method has a collection and a permission of its own.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, fact

_PASSWORD = "#microsoft.graph.passwordAuthenticationMethod"  # noqa: S105 - the name of a type
# The types that can be deleted, with their collections.
COLLECTIONS = {
    "#microsoft.graph.phoneAuthenticationMethod": "phoneMethods",
    "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod": "microsoftAuthenticatorMethods",
    "#microsoft.graph.fido2AuthenticationMethod": "fido2Methods",
    "#microsoft.graph.softwareOathAuthenticationMethod": "softwareOathMethods",
    "#microsoft.graph.emailAuthenticationMethod": "emailMethods",
    "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod": "windowsHelloForBusinessMethods",
    "#microsoft.graph.temporaryAccessPassAuthenticationMethod": "temporaryAccessPassMethods",
}
_GOAL: dict[str, Json] = {"authentication_methods_absent": True}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Pairs of collection and id; of a type that we do not know, the type and its id."""
    answer = await ask(Ask(f"/users/{target.text('user_id')}/authentication/methods", pages=True))
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    found = [(str(row["@odata.type"]), str(row["id"])) for row in rows]
    return [[COLLECTIONS.get(kind, kind), key] for kind, key in found if kind != _PASSWORD]


METHODS = Reading(
    "authentication_methods",
    "the authentication methods",
    "UserAuthenticationMethod.Read.All",
    _read,
    paths=("/users/{id}/authentication/methods",),
)


def _absent(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value is True and facts.get(METHODS.name) == []


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    """Those that can be deleted, phones last: a phone is the usual default. One of a type that we do not know stays,
    and the step is not done then."""
    found = cast("list[list[str]]", fact(account, METHODS.name) or [])
    known = sorted(
        (pair for pair in found if pair[0] in COLLECTIONS.values()), key=lambda pair: pair[0] == "phoneMethods"
    )
    base = f"/users/{target.text('user_id')}/authentication"
    return tuple(Call("DELETE", f"{base}/{collection}/{key}") for collection, key in known)


def _hand_over(_: Step, target: Target) -> str:
    return (
        f"Remove the authentication methods of {target.principal} in the Entra admin center: "
        "Users > the person > Authentication methods."
    )


REMOVE_AUTHENTICATION_METHODS = Kind(
    name=StepKind.REMOVE_AUTHENTICATION_METHODS,
    words="remove authentication methods",
    effect_class=EffectClass.SET_VALUED,
    permissions=("UserAuthenticationMethod.ReadWrite.All",),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=tuple(
        Shape("DELETE", f"/users/{{id}}/authentication/{collection}/{{key}}") for collection in COLLECTIONS.values()
    ),
    readings=(METHODS,),
    clauses={"authentication_methods_absent": _absent},
    hand_over=_hand_over,
    summary=lambda _: "Remove the authentication methods.",
)
