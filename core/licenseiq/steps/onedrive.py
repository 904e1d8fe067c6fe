"""What is read of a OneDrive, and what the kinds of step about files share.

A person without a OneDrive (404) has nothing to hand over: every goal here holds for them. Counts are of files and of
bytes, walked to the end at both ends of a copy: a copy that is one file short is not done (graph-facts 1.7).
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.steps.asking import Ask, Asking, Target

READ, WRITE = "Files.Read.All", "Files.ReadWrite.All"
DRIVE_PATHS = ("/users/{id}/drive", "/users/{upn}/drive")
_FIELDS = "$select=id,name,size,file,folder&$top=999"
MOST_FOLDERS = 20_000


async def drive_of(ask: Asking, user_id: str) -> Mapping[str, Json] | None:
    """Id and address of somebody's OneDrive; None where it was never made."""
    try:
        return await ask(Ask(f"/users/{user_id}/drive?$select=id,webUrl"))
    except NotFound:
        return None


async def copy_target(ask: Asking, target: Target) -> str | None:
    """The id of the library that copies go to: the site for leavers where the plan names one, else the successor's
    OneDrive. None where that is not there."""
    site = target.values.get("leavers_site")
    if isinstance(site, str) and site:
        try:
            answer = await ask(Ask(f"/sites/{site}/drive?$select=id,webUrl"))
        except NotFound:
            return None
        return str(answer["id"])
    found = await drive_of(ask, target.text("successor_id"))
    return None if found is None else str(found["id"])


async def counted(ask: Asking, drive: str, item: str) -> tuple[int, int]:
    """Files and bytes below a folder, whatever is nested in it. ValueError for more folders than can be walked."""
    files = size = walked = 0
    left = [item]
    while left:
        folder = left.pop()
        walked += 1
        if walked > MOST_FOLDERS:
            raise ValueError("too many folders")
        answer = await ask(Ask(f"/drives/{drive}/items/{folder}/children?{_FIELDS}", pages=True))
        for row in cast("list[Mapping[str, Json]]", answer["value"]):
            if "folder" in row and row["folder"] is not None:
                left.append(str(row["id"]))
            else:
                files, size = files + 1, size + cast("int", row["size"])
    return files, size


async def child_folder(ask: Asking, drive: str, name: str) -> str | None:
    """The id of a folder directly below the root; None where it is not there. ValueError for a file of that name."""
    answer = await ask(Ask(f"/drives/{drive}/items/root/children?{_FIELDS}", pages=True))
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        if str(row["name"]).casefold() == name.casefold():
            if row.get("folder") is None:
                raise ValueError("a file stands where the folder should be")
            return str(row["id"])
    return None
