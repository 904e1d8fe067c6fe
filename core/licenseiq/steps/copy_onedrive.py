"""Copying a leaver's files to the successor, or to a site for leavers, before the licence goes.

Without the licence the files are lost after a time (93 days, graph-facts 1.7), so this is the default. The tenant takes
its time over it. A copy is never begun twice, and is done when files and bytes are equal at both ends.
"""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Asking, Call, Reading, Shape, Target, exactly
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.onedrive import DRIVE_PATHS, READ, WRITE, child_folder, copy_target, counted, drive_of

FOLDER = "copy_folder"
_GOAL: dict[str, Json] = {"onedrive_copied_to": FOLDER}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`files` and `bytes` here, `copied_files` and `copied_bytes` there; `drive` null without a OneDrive, `there` null
    where the place of the copy is not, `folder` null before it is made."""
    found = await drive_of(ask, target.text("user_id"))
    if found is None:
        return {"drive": None}
    drive = str(found["id"])
    files, size = await counted(ask, drive, "root")
    told: dict[str, Json] = {"drive": drive, "files": files, "bytes": size, "there": None, "folder": None}
    there = await copy_target(ask, target)
    if there is None:
        return told
    folder = await child_folder(ask, there, target.text(FOLDER))
    told |= {"there": there, "folder": folder, "copied_files": 0, "copied_bytes": 0}
    if folder is not None:
        told["copied_files"], told["copied_bytes"] = await counted(ask, there, folder)
    return told


COPIED = Reading(
    "onedrive_copied",
    "the files of the OneDrive",
    READ,
    _read,
    paths=(
        *DRIVE_PATHS,
        "/sites/{key}/drive",
        "/drives/{key}/items/root/children",
        "/drives/{key}/items/{key}/children",
    ),
)


def is_copied(found: Json) -> bool:
    """Whether nothing is left to copy: no OneDrive, an empty one, or equal counts at both ends."""
    if not isinstance(found, Mapping):
        return False
    if found["drive"] is None or (found["files"], found["bytes"]) == (0, 0):
        return True
    return found["folder"] is not None and (found["files"], found["bytes"]) == (
        found["copied_files"],
        found["copied_bytes"],
    )


def _copied(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value == FOLDER and is_copied(facts.get(COPIED.name))


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    """The folder, then one copy of everything into it; none where the place is not there, for a person to look."""
    found = fact(account, COPIED.name)
    if not isinstance(found, Mapping) or is_copied(found) or found["there"] is None:
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
    return f"{found['copied_files']} of {found['files']} files are there."


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
    summary=lambda _: "Copy the OneDrive; done when files and bytes are equal at both ends.",
)
