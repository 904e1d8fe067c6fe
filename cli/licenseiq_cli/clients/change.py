"""Installs and removes the entry in a client's file: read, edit, keep a copy, replace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from licenseiq.errors import Refused
from licenseiq_cli.clients.edit import EditFailed, Spot, entry_in, has_section, with_entry, without_entry
from licenseiq_cli.clients.files import contents_of_copies, keep, read_bytes, replace, target_of
from licenseiq_cli.clients.json_spans import NotJson

_T = TypeVar("_T")
_BY_HAND = "Nothing was changed. Correct the file, or edit it by hand with what --print shows."


@dataclass(frozen=True, slots=True)
class Change:
    """`done` is 'added', 'replaced', 'removed', 'already there' or 'not there'; `copy` is of the file before it,
    None where nothing was changed or no file was there."""

    done: str
    file: Path
    copy: Path | None = None


def install(path: Path, folder: Path, title: str, spot: Spot, entry: Mapping[str, object], now: datetime) -> Change:
    """Adds or replaces the entry. Refused, with no change made, where the file or its place is not fit for it.

    `folder` must exist; the folders between it and `path` are created.
    """
    if not folder.is_dir():
        raise Refused(
            f"{title} does not seem to be installed for this account: {folder} is not there.",
            "Start it once and try again; or see with --print what to paste, or name its file with --config.",
        )
    target = target_of(path)
    before = read_bytes(target)
    text = _text(target, before)
    there = _try(target, lambda: entry_in(text, spot))
    if there == entry:
        return Change("already there", target)
    after = _try(target, lambda: with_entry(text, spot, entry)).encode()
    if before is None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise Refused(f"{path.parent} could not be created.", "See that this account may write there.") from None
    copy = keep(target, before, now) if before is not None else None
    replace(target, before, after)
    return Change("added" if there is None else "replaced", target, copy)


def undo(path: Path, spot: Spot, now: datetime) -> Change:
    """Removes the entry and nothing else. Refused, with no change made, where the file is not fit for it.

    Where nothing but our entry has changed since a copy was made, the bytes of that copy come back.
    """
    target = target_of(path)
    before = read_bytes(target)
    if before is None:
        return Change("not there", target)
    text = _text(target, before)
    entry = _try(target, lambda: entry_in(text, spot))
    if entry is None:
        return Change("not there", target)
    earlier = _before_us(contents_of_copies(target), spot)
    ours_alone = earlier is not None and not has_section(earlier, spot)
    if earlier is not None and isinstance(entry, dict) and _is_installed(earlier, text, spot, entry):
        after = earlier
    else:
        after = _try(target, lambda: without_entry(text, spot, drop_section=ours_alone))
    copy = keep(target, before, now)
    replace(target, before, after.encode())
    return Change("removed", target, copy)


def _before_us(contents: list[bytes], spot: Spot) -> str | None:
    """The newest copy without our entry."""
    for content in contents:
        try:
            text = content.decode()
            if entry_in(text, spot) is None:
                return text
        except (UnicodeDecodeError, NotJson, EditFailed):
            continue
    return None


def _is_installed(earlier: str, text: str, spot: Spot, entry: Mapping[str, object]) -> bool:
    try:
        return with_entry(earlier, spot, entry) == text
    except (NotJson, EditFailed):
        return False


def _text(target: Path, content: bytes | None) -> str:
    try:
        return (content or b"").decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Refused(f"{target} is not UTF-8 text, line {line}.", _BY_HAND) from None


def _try(target: Path, work: Callable[[], _T]) -> _T:
    try:
        return work()
    except NotJson as error:
        raise Refused(f"{target} is not valid JSON, line {error.line}: {error.what}.", _BY_HAND) from None
    except EditFailed as error:
        raise Refused(f"{target} cannot be changed safely: {error}.", _BY_HAND) from None
