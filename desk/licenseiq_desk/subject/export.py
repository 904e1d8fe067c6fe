"""The whole copy: Microsoft Graph source by source, what LicenseIQ itself holds, and a page that says what is missing.

It becomes an entry of the ledger before it can be seen, without a name; so no copy is made that nobody knows of.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader

from licenseiq.errors import NotReadable, Refused, StateUnknown
from licenseiq.proposals.canonical import Json
from licenseiq.subject_access import ELSEWHERE, FILES, PHOTO, SOURCES
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq_desk.desk import Desk
from licenseiq_desk.subject.asking import Part, SubjectGraph, Whom
from licenseiq_desk.subject.folder import Folder, safe_name
from licenseiq_desk.subject.held import HeldAbout
from licenseiq_tenant.subject_rows import rows_about

SCHEMA = "licenseiq.subject-export/1"
GRAPH, OURS = "microsoft365", "licenseiq"
_OURS = {
    "known": "what was read of the tenant and found from it, HR's word, exceptions",
    "proposals": "proposals about the person, what was read for them, and what became of them",
    "ledger": "the entries of the ledger about these proposals",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What was made. `unread` are the sources that could not be read, `manifest` the SHA-256 that the ledger holds."""

    to: Path
    files: int
    unread: tuple[Part, ...]
    manifest: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the copy goes, with the files of the OneDrive or only their names, which account of this machine asks,
    when, and where Graph is."""

    to: Path
    with_files: bool
    by: str
    at: datetime
    base: str


async def export_subject(
    desk: Desk, home: Path, tenant_id: str, graph: SubjectGraph, whom: Whom, wanted: Wanted, say: Callable[[str], None]
) -> Copy:
    """Makes the copy. Raises Refused and BadRequest for a place that is taken, and Tampered. `say` is told what is
    being read."""
    folder = Folder.beside(wanted.to)
    try:
        held = desk.held_about(tenant_id, whom.names)
        parts = [*await _graph(folder, graph, whom, wanted, say), *_ours(folder, held, home, tenant_id, whom)]
        unread = tuple(one for one in parts if one.unread)
        folder.add("index.html", _page(whom, tenant_id, parts, wanted).encode())
        folder.add("manifest.json", _manifest(folder, tenant_id, wanted.at, unread))
        digest = folder.digests["manifest.json"][1]
        desk.note_export(tenant_id, held, {"manifest": digest, "unread": len(unread), "by": wanted.by})
        folder.finish()
    except BaseException:
        folder.discard()
        raise
    return Copy(wanted.to, len(folder.digests), unread, digest)


async def _graph(
    folder: Folder, graph: SubjectGraph, whom: Whom, wanted: Wanted, say: Callable[[str], None]
) -> list[Part]:
    found = []
    for source in SOURCES:
        say(f"Reading {source.what}")
        found.append(await graph.read(source, whom))
    drive = next(one.content for one in found if one.name == "onedrive")
    if graph.library(drive, wanted.base) is not None:
        say(f"Reading {FILES.what}")
        files = await graph.read(FILES, whom)
        if wanted.with_files and isinstance(files.content, list):
            files = await _with_files(folder, graph, files, say)
        found.append(files)
    picture = await graph.photo(PHOTO, whom)
    if isinstance(picture, bytes):
        folder.add(f"{GRAPH}/photo.jpg", picture)
        found.append(Part(PHOTO.name, PHOTO.what, f"{GRAPH}/photo.jpg"))
    else:
        found.append(picture)
    for one in found:
        if one.content is not None and one.name != PHOTO.name:
            folder.add_json(f"{GRAPH}/{one.name}.json", one.content)
    return found


async def _with_files(folder: Folder, graph: SubjectGraph, files: Part, say: Callable[[str], None]) -> Part:
    """The list, which says of each file where it is stored here. A file that does not come whole is named as unread."""
    items = [dict(one) for one in cast("Sequence[Mapping[str, Json]]", files.content)]
    mine = [one for one in items if one.get("file") is not None]
    size = sum(cast("int", one.get("size") or 0) for one in mine)
    if not folder.room_for(size):
        raise Refused(
            f"The files are {size / 1e9:.1f} GB, and there is no room for them here.",
            "Name a larger disk with --to, or leave --with-files out: names and sizes are in the copy all the same.",
        )
    missing = 0
    for number, one in enumerate(mine, 1):
        say(f"Reading file {number} of {len(mine)}, {size / 1e9:.1f} GB in all")
        above = cast("Mapping[str, Json]", one.get("parentReference") or {})
        path = unquote(str(above.get("path") or "").partition("root:")[2])
        parts = [safe_name(part) for part in (*path.split("/"), str(one.get("name"))) if part]
        name = folder.free("/".join([f"{GRAPH}/onedrive", *parts]))
        try:
            came = await folder.add_pieces(name, graph.content(str(one["id"])))
        except (NotReadable, FileExistsError, NotADirectoryError):  # a folder can come to be called like a file here
            came = -1
        one["stored_as"] = name if came == one.get("size") else None
        missing += came != one.get("size")
    words = f"{missing} of {len(mine)} files did not come whole; the list says which. Export again." if missing else ""
    return Part(files.name, files.what, items, words)


def _ours(folder: Folder, held: HeldAbout, home: Path, tenant_id: str, whom: Whom) -> list[Part]:
    """What LicenseIQ holds. A store that cannot be read from here is named."""
    parts = [
        Part("proposals", _OURS["proposals"], {"taken_over": held.proposals, "in_the_inbox": held.waiting}),
        Part("ledger", _OURS["ledger"], {"entries": held.ledger, "counted_for_limits": held.counted}),
    ]
    try:
        rows = rows_about(home, tenant_id, whom.user_id, whom.principal)
        parts.insert(0, Part("known", _OURS["known"], cast("Json", rows)))
    except StateUnknown as error:
        parts.insert(0, Part("known", _OURS["known"], None, error.what_happened))
    for one in parts:
        if one.content is not None:
            folder.add_json(f"{OURS}/{one.name}.json", one.content)
    return parts


def _manifest(folder: Folder, tenant_id: str, at: datetime, unread: Sequence[Part]) -> bytes:
    files = [{"file": name, "bytes": size, "sha256": digest} for name, (size, digest) in sorted(folder.digests.items())]
    missing = [{"what": one.what, "why": one.unread, "permission": one.permission or None} for one in unread]
    found = {"schema": SCHEMA, "tenant": tenant_id, "at": iso(at), "files": files, "unread": missing}
    return (json.dumps(found, indent=2) + "\n").encode()


def _page(whom: Whom, tenant_id: str, parts: Sequence[Part], wanted: Wanted) -> str:
    templates = Environment(loader=PackageLoader("licenseiq_desk.pages", "templates"), autoescape=True)
    there = [
        {"what": one.what, "file": _file(one), "rows": len(one.content) if isinstance(one.content, list) else None}
        for one in parts
        if one.content is not None
    ]
    return templates.get_template("subject.html").render(
        who=clean(whom.principal or whom.user_id).text,
        user_id=whom.user_id,
        tenant=tenant_id,
        at=iso(wanted.at),
        with_files=wanted.with_files,
        there=there,
        none=[one.what for one in parts if one.content is None and not one.unread],
        unread=[one for one in parts if one.unread],
        elsewhere=ELSEWHERE,
    )


def _file(part: Part) -> str:
    if part.name == PHOTO.name:
        return str(part.content)
    return f"{OURS if part.name in _OURS else GRAPH}/{part.name}.json"
