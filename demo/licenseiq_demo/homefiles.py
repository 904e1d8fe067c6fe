"""The three files by which a demo is found: `reader.json`, `desk.json`, `control.json`, each 0600."""

import contextlib
import os
import stat
from pathlib import Path
from typing import Any, Literal

from licenseiq_demo.errors import DemoError

Role = Literal["reader", "desk"]
Kind = Literal["reader", "desk", "control"]

KINDS: tuple[Kind, ...] = ("reader", "desk", "control")


def _path(home: Path, kind: Kind) -> Path:
    return home / f"{kind}.json"


def make_home(home: Path) -> None:
    """Makes the directory and keeps others out of it; DemoError when it cannot be had."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            home.chmod(0o700)
    except OSError as problem:
        raise DemoError(
            f"Could not use {home} for the demo tenant: {problem.strerror}. Choose another directory."
        ) from None


def write(home: Path, kind: Kind, content: dict[str, str]) -> None:
    """Writes a file that only its owner can read, in one step."""
    import json

    target = _path(home, kind)
    draft = target.with_name(f".{kind}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    draft.replace(target)


def read(home: Path, kind: Kind) -> dict[str, Any] | None:
    """The content, or None: no such file, not ours alone, or not understood."""
    import json

    try:
        handle = os.open(_path(home, kind), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, encoding="utf-8") as file:
        if os.name == "posix":
            found = os.fstat(file.fileno())
            if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.getuid():
                return None
        try:
            content = json.load(file)
        except ValueError:
            return None
    return content if isinstance(content, dict) else None


def remove(home: Path, kind: Kind, token: str) -> None:
    """Removes the file if it is still the one with this token, and not a successor's."""
    content = read(home, kind)
    if content is not None and content.get("token") == token:
        with contextlib.suppress(OSError):
            _path(home, kind).unlink()
