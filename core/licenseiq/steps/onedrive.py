"""What is read of a OneDrive, and what the kinds of step about files share.

A person without a OneDrive (404) has nothing to hand over: every goal here holds for them. Counts are of files and of
bytes, walked to the end at both ends of a copy: a copy that is one file short is not done (graph-facts 1.7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.steps.asking import Ask, Asking, Target
from licenseiq.times import parse_iso

READ, WRITE = "Files.Read.All", "Files.ReadWrite.All"
DRIVE_PATHS = ("/users/{id}/drive", "/users/{upn}/drive")
_FIELDS = "$select=id,name,size,folder,createdDateTime,lastModifiedDateTime&$top=999"
_LISTED = "$select=id,name,size,folder,root,deleted,parentReference,createdDateTime,lastModifiedDateTime&$top=999"
MOST_FOLDERS = 20_000


async def drive_of(ask: Asking, user_id: str, fields: str = "id,webUrl") -> Mapping[str, Json] | None:
    """Id and address of somebody's OneDrive; None where it was never made."""
    try:
        return await ask(Ask(f"/users/{user_id}/drive?$select={fields}"))
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


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies below a folder: of each file, by its path, the bytes and when it last came or changed; `folders` are
    counted without the topmost."""

    files: Mapping[str, tuple[int, datetime]]
    folders: int

    @property
    def size(self) -> int:
        return sum(size for size, _ in self.files.values())

    def missing_in(self, copy: "Tree") -> int:
        """How many files are not there, or with other bytes."""
        return sum(path not in copy.files or copy.files[path][0] != size for path, (size, _) in self.files.items())

    def changed_since(self, copy: "Tree") -> int:
        """How many were changed here after they came there, though they have the same number of bytes."""
        both = ((mine, copy.files[path]) for path, mine in self.files.items() if path in copy.files)
        return sum(size == there and changed > came for (size, changed), (there, came) in both)


async def walked(ask: Asking, drive: str, item: str) -> Tree:
    """Everything below a folder, to the end. ValueError for more folders than can be walked."""
    files, folders = dict[str, tuple[int, datetime]](), 0
    left = [(item, "")]
    while left:
        folder, above = left.pop()
        answer = await ask(Ask(f"/drives/{drive}/items/{folder}/children?{_FIELDS}", pages=True))
        for row in cast("list[Mapping[str, Json]]", answer["value"]):
            path = f"{above}/{row['name']}"
            if row.get("folder") is not None:
                left.append((str(row["id"]), path))
                folders += 1
                if folders > MOST_FOLDERS:
                    raise ValueError("too many folders")
            else:
                files[path] = _size_and_time(row)
    return Tree(files, folders)


async def listed(ask: Asking, drive: str) -> Tree:
    """Everything in a library, as 'driveItem: delta' lists it: a request for 999 items instead of one for each folder.
    It may tell of an item twice, and the last time counts. What lies in a notebook is a part of it, not a file.
    ValueError where no root is told of."""
    answer = await ask(Ask(f"/drives/{drive}/root/delta?{_LISTED}", pages=True))
    items = {str(row["id"]): row for row in cast("list[Mapping[str, Json]]", answer["value"])}
    below = dict[str, list[Mapping[str, Json]]]()
    for row in items.values():
        if row.get("deleted") is None and row.get("root") is None:
            above = cast("Mapping[str, Json]", row["parentReference"])
            below.setdefault(str(above["id"]), []).append(row)
    root = next((key for key, row in items.items() if row.get("root") is not None), None)
    if root is None:
        raise ValueError("no root")
    files, folders, left = dict[str, tuple[int, datetime]](), 0, [(root, "")]
    while left:
        folder, path = left.pop()
        for row in below.get(folder, ()):
            mine = f"{path}/{row['name']}"
            if row.get("folder") is not None:
                left.append((str(row["id"]), mine))
                folders += 1
            else:
                files[mine] = _size_and_time(row)
    return Tree(files, folders)


def _size_and_time(row: Mapping[str, Json]) -> tuple[int, datetime]:
    """Bytes of a file, and when it came or was last changed, whichever is later."""
    stamps = (parse_iso(str(row[name])) for name in ("createdDateTime", "lastModifiedDateTime"))
    return cast("int", row["size"]), max(stamps)


async def child_folder(ask: Asking, drive: str, name: str) -> str | None:
    """The id of a folder directly below the root; None where it is not there. ValueError for a file of that name."""
    answer = await ask(Ask(f"/drives/{drive}/items/root/children?{_FIELDS}", pages=True))
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        if str(row["name"]).casefold() == name.casefold():
            if row.get("folder") is None:
                raise ValueError("a file stands where the folder should be")
            return str(row["id"])
    return None
