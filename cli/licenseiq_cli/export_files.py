"""Writes what was exported: whole or not at all, readable for this account only, and over nothing by accident."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from licenseiq.errors import BadRequest, Refused


def places(to: str, suffix: str, names: tuple[str, ...]) -> tuple[Path, ...]:
    """The file of each name: `to` itself where it ends in the suffix, else files in the folder `to`."""
    path = Path(to).expanduser()
    if path.suffix.lower() == suffix and not path.is_dir():
        if len(names) > 1:
            raise BadRequest("One CSV file holds one table.", "Name a folder, or one table with --what.")
        return (path,)
    return tuple(path / f"licenseiq{f'-{name}' if name else ''}{suffix}" for name in names)


def write_all(files: Mapping[Path, bytes], *, force: bool) -> None:
    """Writes all files, in mode 0600. Raises Refused where one is there and not `force`, or where it cannot be done."""
    there = [path for path in files if os.path.lexists(path)]
    if there and not force:
        raise Refused(f"{there[0]} is there already. Nothing was written.", "Add --force to replace it.")
    for path, content in files.items():
        _write(path, content, force=force)


def _write(path: Path, content: bytes, *, force: bool) -> None:
    temporary: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # A sibling, in mode 0600: only within one file system is a rename one step.
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if force:
            temporary.replace(path)
            temporary = None
        else:
            # Unlike a rename, a link never replaces a file that came to be meanwhile.
            os.link(temporary, path)
    except FileExistsError:
        raise Refused(f"{path} is there already.", "Add --force to replace it.") from None
    except OSError:
        raise Refused(f"{path} could not be written.", "See that its folder is there and can be written to.") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
