"""Anchors: signed heads kept where whoever could rewrite the ledger cannot write, such as another host or a mailbox.

A place is a file of JSON lines, appended to and never rewritten, or a folder that holds one.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licenseiq.errors import NotFound, Refused, SettingsError
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk.ledger.entries import head_bytes
from licenseiq_desk.ledger.standalone_verify import ANCHOR_SCHEMA, Wrong, ed25519, read_anchors
from licenseiq_desk.store.blobs import as_bytes

if TYPE_CHECKING:
    from sqlalchemy import Connection

FILE = "licenseiq-anchors.jsonl"

Anchor = Mapping[str, Any]


def file_of(place: Path) -> Path:
    """The file of a place: the place itself, or the one in it when it is a folder."""
    return place / FILE if place.is_dir() else place


def anchors_in(place: Path) -> tuple[Anchor, ...]:
    """Every anchor of a place, the oldest first. Raises NotFound without a file, SettingsError for one that is none."""
    file = file_of(place)
    try:
        return tuple(read_anchors(file.read_bytes().splitlines()))
    except FileNotFoundError as error:
        raise NotFound("There are no anchors at that place.", "Make one with 'licenseiq audit anchor'.") from error
    except (OSError, Wrong) as error:
        raise SettingsError(
            "The file of anchors cannot be read, or holds something else.", "Name the file that 'audit anchor' wrote."
        ) from error


def newest(db: "Connection", tenant_id: str, *, is_demo: bool) -> dict[str, Json] | None:
    """The newest head as an anchor; None for an empty ledger."""
    row = db.exec_driver_sql(
        "SELECT size, root, at, signature, public_key FROM ledger_head WHERE tenant_id = ? ORDER BY size DESC LIMIT 1",
        (tenant_id,),
    ).first()
    if row is None:
        return None
    return {
        "schema": ANCHOR_SCHEMA,
        "tenant": tenant_id,
        "demo": is_demo,
        "size": int(row[0]),
        "root": as_bytes(row[1]).hex(),
        "at": str(row[2]),
        "signature": as_bytes(row[3]).hex(),
        "public_key": as_bytes(row[4]).hex(),
    }


def append(place: Path, anchor: Mapping[str, Json]) -> bool:
    """Writes an anchor at the end and flushes it; False when it stands there already. Raises Refused where the place
    cannot be written."""
    file, line = file_of(place), canonical(dict(anchor)) + b"\n"
    try:
        if file.exists() and line in file.read_bytes().splitlines(keepends=True):
            return False
        with file.open("ab") as opened:
            opened.write(line)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise Refused(
            f"The place of anchors could not be written: {error.strerror}.", "Name a file in a folder that exists."
        ) from error
    return True


def signed_heads(
    anchors: Iterable[Anchor], tenant_id: str, public_key: bytes | None
) -> tuple[tuple[LedgerHead, ...], tuple[str, ...]]:
    """A tenant's anchored heads, and a sentence for each that this desk's key has not signed."""
    heads, problems = [], []
    for row in anchors:
        if row.get("tenant") != tenant_id:
            continue
        size, root = row.get("size"), row.get("root")
        if isinstance(size, int) and isinstance(root, str) and _is_signed(row, public_key):
            heads.append(LedgerHead(size, root))
        else:
            problems.append(f"The anchor of size {json.dumps(size)[:12]} was not signed with this ledger's key.")
    return tuple(heads), tuple(problems)


def _is_signed(row: Anchor, public_key: bytes | None) -> bool:
    try:
        message = head_bytes(row["tenant"], row["size"], bytes.fromhex(row["root"]), row["at"])
        signature = bytes.fromhex(row["signature"])
    except (KeyError, TypeError, ValueError):
        return False
    return public_key is not None and ed25519(public_key, signature, message)
