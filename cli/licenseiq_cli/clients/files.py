"""Reads a client's file, keeps copies beside it, and replaces it in one step."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from licenseiq.errors import Refused

_MARK = ".licenseiq-backup"
_PRIVATE = 0o600


def target_of(path: Path) -> Path:
    """The file itself, where the path is a symbolic link; it need not exist. Refused for links in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        raise Refused(f"{path} could not be followed to a file.", "Mend the link and try again.") from None


def read_bytes(target: Path) -> bytes | None:
    """All of it; None where there is no file. Refused where it cannot be read."""
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise Refused(f"{target} could not be read.", "Make it a file that this account may read.") from None


def keep(target: Path, content: bytes, now: datetime) -> Path:
    """A copy beside the file, with its mode; the copy that is there already if it is the same. Refused on failure."""
    for copy in copies(target):
        if _content(copy) == content:
            return copy
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = target.with_name(f"{target.name}{_MARK}-{stamp}")
    # Two copies of one moment, where a clock is coarse: the later one sorts behind.
    while os.path.lexists(copy):
        copy = copy.with_name(f"{copy.name}+")
    try:
        handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _like(target, copy)
    except OSError:
        raise Refused(
            f"No copy of {target} could be made, so nothing was changed.", "See that its folder can be written to."
        ) from None
    return copy


def copies(target: Path) -> list[Path]:
    """The copies beside the file, newest first."""
    start = f"{target.name}{_MARK}-"
    try:
        return sorted((path for path in target.parent.iterdir() if path.name.startswith(start)), reverse=True)
    except OSError:
        return []


def contents_of_copies(target: Path) -> list[bytes]:
    """What the copies hold, newest first, without those that cannot be read."""
    return [content for copy in copies(target) if (content := _content(copy)) is not None]


def replace(target: Path, before: bytes | None, after: bytes) -> None:
    """Puts `after` where `before` was (None: no file), with its mode, or leaves all as it is.

    Refused when the file was changed meanwhile, is read-only, or cannot be written.
    """
    if before is not None and not os.access(target, os.W_OK):
        raise Refused(f"{target} is read-only.", "Change its mode if you may, or edit it by hand with --print.")
    temporary: Path | None = None
    try:
        # A sibling: only within one file system is a rename one step.
        handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            _like(target, temporary)
        if read_bytes(target) != before:
            raise Refused(f"{target} was changed by another program just now.", "Close the client and try again.")
        temporary.replace(target)
        temporary = None
    except OSError:
        raise Refused(
            f"{target} could not be written, and is as it was.", "Close the client, see that the folder can be written."
        ) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _like(target: Path, other: Path) -> None:
    """Gives `other` the mode of the file, and its owner where that is somebody else, as under sudo."""
    status = target.stat()
    if os.name == "posix" and status.st_uid != os.geteuid():
        os.chown(other, status.st_uid, status.st_gid)
    other.chmod(status.st_mode & 0o777)


def _content(copy: Path) -> bytes | None:
    try:
        return copy.read_bytes()
    except OSError:
        return None
