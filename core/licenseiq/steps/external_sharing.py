"""Ending what a OneDrive shares with people outside: links for anybody, and permissions of guests (field note 15).

What is shared inside the organisation stays: colleagues go on working. Looked into are the root, and the items that say
that they are shared.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, Told, fact
from licenseiq.steps.onedrive import DRIVE_PATHS, READ, WRITE, drive_of

_GOAL: dict[str, Json] = {"external_sharing_ended": True}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`outside`: pairs of item and permission that let somebody from outside in."""
    found = await drive_of(ask, target.text("user_id"))
    if found is None:
        return {"drive": None, "outside": []}
    drive = str(found["id"])
    answer = await ask(Ask(f"/drives/{drive}/root/delta?$select=id,shared,root&$top=999", pages=True))
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    shared = ["root", *(str(row["id"]) for row in rows if row.get("shared") and row.get("root") is None)]
    outside = list[Json]()
    for item in shared:
        told = await ask(Ask(f"/drives/{drive}/items/{item}/permissions?$top=999", pages=True))
        for row in cast("list[Mapping[str, Json]]", told["value"]):
            if row.get("inheritedFrom") is None and _is_outside(row):
                outside.append([item, str(row["id"])])
    return {"drive": drive, "outside": outside}


def _is_outside(row: Mapping[str, Json]) -> bool:
    """A link that anybody may use, or a permission of somebody who is no member: a guest's sign-in name says #ext#."""
    link = row.get("link")
    if isinstance(link, Mapping) and link.get("scope") == "anonymous":
        return True
    granted = [row.get("grantedToV2"), *cast("list[Json]", row.get("grantedToIdentitiesV2") or [])]
    if row.get("invitation") is not None and not any(isinstance(one, Mapping) for one in granted):
        return True  # somebody was invited by mail, and has not come yet
    return any(_is_guest(one) for one in granted if isinstance(one, Mapping))


def _is_guest(granted: Mapping[str, Json]) -> bool:
    user, site_user = granted.get("user"), granted.get("siteUser")
    login = str(site_user.get("loginName", "")) if isinstance(site_user, Mapping) else ""
    return "#ext#" in login.lower() or (isinstance(user, Mapping) and user.get("id") is None)


SHARING = Reading(
    "external_sharing",
    "what the OneDrive shares",
    READ,
    _read,
    paths=(
        *DRIVE_PATHS,
        "/drives/{key}/root/delta",
        "/drives/{key}/items/root/permissions",
        "/drives/{key}/items/{key}/permissions",
    ),
)


def _ended(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(SHARING.name)
    return value is True and isinstance(found, Mapping) and found["outside"] == []


def _calls(_: Step, __: Target, account: Account) -> tuple[Call, ...]:
    found = fact(account, SHARING.name)
    if not isinstance(found, Mapping):
        return ()
    pairs = cast("list[list[str]]", found["outside"])
    return tuple(Call("DELETE", f"/drives/{found['drive']}/items/{item}/permissions/{key}") for item, key in pairs)


def _told(_: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    now = fact(account, SHARING.name)
    if not isinstance(now, Mapping) or now["drive"] is None:
        return ()
    then = fact(before, SHARING.name) if before is not None else now
    pairs = cast("list[Json]", now["outside"])
    ended = len(cast("list[Json]", then["outside"] if isinstance(then, Mapping) else pairs)) - len(pairs)
    told = [Told("sharing", str(now["drive"]), "", f"ended with people outside: {max(ended, 0)}")]
    if pairs:
        told.append(Told("sharing", str(now["drive"]), "", f"still shared outside: {len(pairs)}", by_hand=True))
    return tuple(told)


END_EXTERNAL_SHARING = Kind(
    name=StepKind.END_EXTERNAL_SHARING,
    words="end sharing with people outside",
    effect_class=EffectClass.SET_VALUED,
    permissions=(WRITE,),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(
        Shape("DELETE", "/drives/{key}/items/root/permissions/{key}"),
        Shape("DELETE", "/drives/{key}/items/{key}/permissions/{key}"),
    ),
    readings=(SHARING,),
    clauses={"external_sharing_ended": _ended},
    hand_over=lambda _, target: (
        f"In the SharePoint admin center, turn off external sharing of the OneDrive of {target.principal}."
    ),
    told=_told,
    summary=lambda _: "End what the OneDrive shares with people outside.",
)
