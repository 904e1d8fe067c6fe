"""Giving the successor the leaver's OneDrive, read back under its permissions (field notes 13 and 14).

An invitation on the root, without a mail: content, not the administration of the site (graph-facts 1.7).
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, Told, fact
from licenseiq.steps.onedrive import DRIVE_PATHS, READ, WRITE, drive_of

_GOAL: dict[str, Json] = {"onedrive_access_of": "successor_id"}
_MAY_WRITE = frozenset({"write", "owner"})


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`drive` and `web_url`, the ids of the permissions that are the `successors`, and whether one lets them write; no
    drive: `drive` is null."""
    found = await drive_of(ask, target.text("user_id"))
    if found is None:
        return {"drive": None}
    drive, successor = str(found["id"]), target.text("successor_id").lower()
    answer = await ask(Ask(f"/drives/{drive}/items/root/permissions?$top=999", pages=True))
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    theirs = [row for row in rows if _user(row) == successor]
    may = any(_MAY_WRITE & set(cast("list[str]", row["roles"])) for row in theirs)
    keys: list[Json] = [str(row["id"]) for row in theirs]
    return {"drive": drive, "web_url": str(found["webUrl"]), "successors": keys, "successor_may_write": may}


def _user(row: Mapping[str, Json]) -> str:
    granted = row.get("grantedToV2")
    user = granted.get("user") if isinstance(granted, Mapping) else None
    return str(user.get("id", "")).lower() if isinstance(user, Mapping) else ""


ACCESS = Reading(
    "onedrive_access",
    "who may open the OneDrive",
    READ,
    _read,
    paths=(*DRIVE_PATHS, "/drives/{key}/items/root/permissions"),
)


def _may(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(ACCESS.name)
    if value != _GOAL["onedrive_access_of"] or not isinstance(found, Mapping):
        return False
    return found["drive"] is None or found["successor_may_write"] is True


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found = fact(account, ACCESS.name)
    if not isinstance(found, Mapping) or found["drive"] is None or found["successor_may_write"] is True:
        return ()
    body: dict[str, Json] = {
        "requireSignIn": True,
        "sendInvitation": False,
        "roles": ["write"],
        "recipients": [{"objectId": target.text("successor_id")}],
    }
    return (Call("POST", f"/drives/{found['drive']}/items/root/invite", body),)


def _told(_: Step, __: Account | None, account: Account) -> tuple[Told, ...]:
    """The address of the files, for whoever looks for them later (field note 13)."""
    found = fact(account, ACCESS.name)
    if not isinstance(found, Mapping) or found["drive"] is None:
        return (Told("files", "", "", "there is no OneDrive"),)
    may = found["successor_may_write"] is True
    words = "open to the successor" if may else "not open to the successor"
    return (Told("files", str(found["drive"]), str(found["web_url"]), words, by_hand=not may),)


def _shape(body: Json) -> bool:
    """One recipient of the directory, by an id; never a link, never a mail."""
    if not isinstance(body, Mapping) or body.keys() != {"requireSignIn", "sendInvitation", "roles", "recipients"}:
        return False
    recipients = body["recipients"]
    one = recipients[0] if isinstance(recipients, list) and len(recipients) == 1 else None
    named = isinstance(one, Mapping) and one.keys() == {"objectId"}
    return named and (body["requireSignIn"], body["sendInvitation"], body["roles"]) == (True, False, ["write"])


GRANT_ONEDRIVE_ACCESS = Kind(
    name=StepKind.GRANT_ONEDRIVE_ACCESS,
    words="give the successor the OneDrive",
    effect_class=EffectClass.SET_VALUED,
    permissions=(WRITE,),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(Shape("POST", "/drives/{key}/items/root/invite", _shape),),
    readings=(ACCESS,),
    clauses={"onedrive_access_of": _may},
    hand_over=lambda _, target: (
        f"In the Microsoft 365 admin center, under Users > {target.principal} > OneDrive, create a link to the files; "
        f"give it to {target.text('successor_principal')}."
    ),
    told=_told,
    summary=lambda _: "Give the successor the OneDrive.",
)
