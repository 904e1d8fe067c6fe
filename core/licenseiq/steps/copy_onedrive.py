"""Copying a leaver's files to the successor, or to a site for leavers, before the licence goes.

Without the licence the files are lost after a time (93 days, graph-facts 1.7), so this is the default. The tenant takes
its time over it. A copy is never begun twice, and is done when files and bytes are equal at both ends.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Asking, Call, Reading, Shape, Target, exactly
from licenseiq.steps.kind import Facts, Kind, Told, fact
from licenseiq.steps.onedrive import DRIVE_PATHS, READ, WRITE, Tree, child_folder, copy_target, drive_of, listed, walked

FOLDER = "copy_folder"
# What one copy can hold ("driveItem: copy", graph).
MOST_ITEMS = 30_000
_GOAL: dict[str, Json] = {"onedrive_copied_to": FOLDER}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    return await read_copy(ask, target)


async def read_copy(ask: Asking, target: Target, *, only_made: bool = False) -> Json:
    """`files`, `items` and `bytes` here, `copied_files` and `copied_bytes` there, how many files are `missing` there or
    were `changed` since; `drive` null without a OneDrive, `there` null where the place of the copy is not, `folder`
    null before it is made. `only_made`: nothing is walked before."""
    found = await drive_of(ask, target.text("user_id"))
    if found is None:
        return {"drive": None}
    there = await copy_target(ask, target)
    folder = None if there is None else await child_folder(ask, there, target.text(FOLDER))
    told: dict[str, Json] = {"drive": str(found["id"]), "there": there, "folder": folder}
    if only_made and folder is None:
        return told
    source = await listed(ask, str(found["id"]))
    copy = Tree({}, 0) if there is None or folder is None else await walked(ask, there, folder)
    return told | {
        "files": len(source.files),
        "items": len(source.files) + source.folders,
        "bytes": source.size,
        "copied_files": len(copy.files),
        "copied_bytes": copy.size,
        "missing": source.missing_in(copy),
        "changed": source.changed_since(copy),
    }


COPIED = Reading(
    "onedrive_copied",
    "the files of the OneDrive",
    READ,
    _read,
    paths=(
        *DRIVE_PATHS,
        "/sites/{key}/drive",
        "/drives/{key}/root/delta",
        "/drives/{key}/items/root/children",
        "/drives/{key}/items/{key}/children",
    ),
)


def is_copied(found: Json) -> bool:
    """Whether nothing is left to copy: no OneDrive, an empty one, or the same files and bytes at both ends, none of
    which was changed since."""
    if not isinstance(found, Mapping):
        return False
    if found["drive"] is None or (found.get("files"), found.get("bytes")) == (0, 0):
        return True
    if found["folder"] is None or (found["missing"], found["changed"]) != (0, 0):
        return False
    return (found["files"], found["bytes"]) == (found["copied_files"], found["copied_bytes"])


def _copied(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value == FOLDER and is_copied(facts.get(COPIED.name))


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    """The folder, then one copy of everything into it; none where the place is not there or Graph copies no more at
    once, for a person to do it."""
    found = fact(account, COPIED.name)
    if not isinstance(found, Mapping) or is_copied(found) or found["there"] is None:
        return ()
    if cast("int", found["items"]) > MOST_ITEMS:
        return ()
    if found["folder"] is None:
        body: dict[str, Json] = {
            "name": target.text(FOLDER),
            "folder": {},
            "@microsoft.graph.conflictBehavior": "fail",
        }
        return (Call("POST", f"/drives/{found['there']}/items/root/children", body),)
    place: dict[str, Json] = {"driveId": found["there"], "id": found["folder"]}
    into: dict[str, Json] = {"parentReference": place, "childrenOnly": True}
    return (Call("POST", f"/drives/{found['drive']}/items/root/copy", into),)


def _progress(_: Step, account: Account) -> str:
    found = fact(account, COPIED.name)
    if not isinstance(found, Mapping) or found.get("folder") is None:
        return ""
    far = f"{found['copied_files']} of {found['files']} files are there."
    return (
        f"{far} {found['changed']} changed after they were copied: copy them again by hand."
        if found["changed"]
        else far
    )


def _told(_: Step, __: Account | None, account: Account) -> tuple[Told, ...]:
    """Files and bytes at both ends."""
    found = fact(account, COPIED.name)
    if not isinstance(found, Mapping) or found["drive"] is None:
        return (Told("copy", "", "", "there was nothing to copy"),)
    same = is_copied(found)
    words = f"{found['files']} files of {found['bytes']} bytes; in the copy {found['copied_files']} files of "
    words += f"{found['copied_bytes']} bytes"
    if not same:
        words += f"; {found['missing']} missing, {found['changed']} changed since"
    return (Told("copy", str(found["folder"] or ""), "", words, by_hand=not same),)


COPY_ONEDRIVE = Kind(
    name=StepKind.COPY_ONEDRIVE,
    words="copy the OneDrive",
    effect_class=EffectClass.NOT_REPEATABLE,
    permissions=(WRITE,),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(
        Shape(
            "POST",
            "/drives/{key}/items/root/children",
            exactly("name", "folder", "@microsoft.graph.conflictBehavior"),
        ),
        Shape("POST", "/drives/{key}/items/root/copy", exactly("parentReference", "childrenOnly")),
    ),
    readings=(COPIED,),
    clauses={"onedrive_copied_to": _copied},
    hand_over=lambda _, target: (
        f"Copy the files of {target.principal} into the folder '{target.text(FOLDER)}' of the successor's OneDrive or "
        "of the site for leavers. The run goes on when both hold the same number of files and bytes."
    ),
    takes_time=True,
    progress=_progress,
    told=_told,
    summary=lambda _: "Copy the OneDrive; done when files and bytes are equal at both ends.",
)
