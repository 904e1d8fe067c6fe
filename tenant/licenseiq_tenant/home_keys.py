"""Secrets of a home: 32 random bytes in a file that its owner alone can read, made on first use."""

import os
import secrets
import stat
from pathlib import Path

from licenseiq.errors import SettingsError

PSEUDONYMS = "pseudonym.key"
_BYTES = 32


def home_key(home: Path, name: str) -> bytes:
    """The home's secret of that name; of two processes that make it at once, both get the same.

    Raises SettingsError when the file is not one that was written here, or others can read it.
    """
    path = home / name
    if not path.exists() and not path.is_symlink():
        write_once(path, secrets.token_bytes(_BYTES))
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or (os.name != "nt" and found.st_mode & 0o077):
        raise SettingsError(
            f"The file {name} is a link, or can be read by other accounts.", f"Remove it; a new {name} is made."
        )
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise SettingsError(f"The file {name} does not hold a key.", f"Remove it; a new {name} is made.")
    return key


def write_once(path: Path, key: bytes) -> None:
    """Writes a key file for its owner alone, unless there is one by now.

    Written aside and linked into place whole: of two processes one wins, and no half a key is ever seen.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
    finally:
        aside.unlink()
