"""Groups and applications that somebody owns go to the successor: added as an owner first, then the leaver is removed.

Graph keeps the last owner of a group (400), so nothing is ever left without one. Without a successor the leaver goes
where others own it too, and the rest waits for a person. Named and left alone: what is mastered on premises or in
Exchange, groups that can carry directory roles, and enterprise applications (graph-facts 1.3, 5.1).
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, reference
from licenseiq.steps.kind import Facts, Kind, Told, fact

_GOALS: tuple[dict[str, Json], ...] = ({"ownership_handed_to": "successor_id"}, {"ownership_handed_to": None})
_SELECT = "id,displayName,groupTypes,mailEnabled,onPremisesSyncEnabled,isAssignableToRole"
_COLLECTIONS = {"#microsoft.graph.group": "groups", "#microsoft.graph.application": "applications"}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`owned`: collection, id, name, number of other owners, and whether the successor is one of them; `by_hand`: id,
    name and why it is left to a person."""
    user_id = target.text("user_id").lower()
    answer = await ask(Ask(f"/users/{user_id}/ownedObjects?$select={_SELECT}&$top=999", pages=True))
    owned, by_hand = list[Json](), list[Json]()
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        kind, key, name = str(row["@odata.type"]), str(row["id"]).lower(), str(row.get("displayName") or "")
        why = _why_by_hand(kind, row)
        if why is not None:
            by_hand.append([key, name, why])
            continue
        collection = _COLLECTIONS[kind]
        told = await ask(Ask(f"/{collection}/{key}/owners?$select=id&$top=999", pages=True))
        owners = {str(one["id"]).lower() for one in cast("list[Mapping[str, Json]]", told["value"])}
        if user_id in owners:
            others = owners - {user_id}
            owned.append([collection, key, name, len(others), str(target.values.get("successor_id")).lower() in others])
    return {"owned": owned, "by_hand": by_hand}


def _why_by_hand(kind: str, row: Mapping[str, Json]) -> str | None:
    if kind not in _COLLECTIONS:
        return "enterprise_application" if kind == "#microsoft.graph.servicePrincipal" else "another_object"
    if kind == "#microsoft.graph.application":
        return None
    if row["isAssignableToRole"] not in (None, False):
        return "role_assignable"
    if row["onPremisesSyncEnabled"] is True:
        return "on_premises"
    unified = "Unified" in cast("list[str]", row["groupTypes"])
    return "mail_enabled" if row["mailEnabled"] is not False and not unified else None


OWNED = Reading(
    "owned_objects",
    "what the person owns",
    "Directory.Read.All",
    _read,
    paths=("/users/{id}/ownedObjects", "/groups/{id}/owners", "/applications/{id}/owners"),
)


def _handed(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(OWNED.name)
    return value in (None, "successor_id") and isinstance(found, Mapping) and found["owned"] == []


def _calls(step: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found = cast("Mapping[str, list[tuple[str, str, str, int, bool]]]", fact(account, OWNED.name) or {"owned": []})
    to_successor = step.goal["ownership_handed_to"] is not None
    calls = list[Call]()
    for collection, key, _, others, is_successors in found["owned"]:
        if to_successor and not is_successors:
            body: Json = {"@odata.id": f"/directoryObjects/{target.text('successor_id')}"}
            calls.append(Call("POST", f"/{collection}/{key}/owners/$ref", body))
        elif others:
            calls.append(Call("DELETE", f"/{collection}/{key}/owners/{target.text('user_id')}/$ref"))
    return tuple(calls)


_WHY = {
    "role_assignable": "it can carry directory roles: a Privileged Role Administrator changes its owners",
    "on_premises": "it is mastered on premises: change 'managed by' in Active Directory",
    "mail_enabled": "it is a group of Exchange: change its owners in the Exchange admin center",
    "enterprise_application": "it is an enterprise application: change its owners in the Entra admin center",
    "another_object": "it is neither group nor application: change its owner where it is managed",
}


def _told(_: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    """What changed hands, and what a person has to look at."""
    now = cast("Mapping[str, list[list[Json]]]", fact(account, OWNED.name) or {"owned": [], "by_hand": []})
    then = cast("Mapping[str, list[list[Json]]]", (before and fact(before, OWNED.name)) or now)
    left = {str(row[1]) for row in now["owned"]}
    told = [Told("owner", str(row[1]), str(row[2]), "removed") for row in then["owned"] if str(row[1]) not in left]
    told += [
        Told("owner", str(row[1]), str(row[2]), "nobody else owns it: name an owner", by_hand=True)
        for row in now["owned"]
    ]
    return (
        *told,
        *(Told("owner", str(row[0]), str(row[1]), _WHY[str(row[2])], by_hand=True) for row in now["by_hand"]),
    )


_PLACES = tuple(_COLLECTIONS.values())
# An owner comes, an owner goes.
SHAPES = (
    *(Shape("POST", f"/{place}/{{id}}/owners/$ref", reference) for place in _PLACES),
    *(Shape("DELETE", f"/{place}/{{id}}/owners/{{id}}/$ref") for place in _PLACES),
)
HAND_OVER_OWNERSHIP = Kind(
    name=StepKind.HAND_OVER_OWNERSHIP,
    words="hand over what the person owns",
    effect_class=EffectClass.SET_VALUED,
    permissions=("Group.ReadWrite.All", "Application.ReadWrite.All"),
    fits=lambda step: step.goal in _GOALS,
    calls=_calls,
    shapes=SHAPES,
    readings=(OWNED,),
    clauses={"ownership_handed_to": _handed},
    hand_over=lambda _, target: (
        f"Give what {target.principal} owns to somebody else, then remove the leaver as an owner: in the Entra admin "
        "center, under Users > the person > Groups and Applications, 'Owned'."
    ),
    told=_told,
    summary=lambda step: (
        "Hand over owned groups and applications to the successor."
        if step.goal.get("ownership_handed_to")
        else "End the ownership of groups and applications that others own too."
    ),
)
