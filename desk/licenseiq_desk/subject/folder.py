"""The folder of an export: made aside, readable for this account alone, and put in its place whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from licenseiq.errors import BadRequest, Refused
from licenseiq.proposals.canonical import Json

LONGEST_NAME = 200  # bytes; most file systems take 255
_RESERVED = frozenset('<>:"/\\|?*')


@dataclass
class Folder:
    """What is written so far. `digests` are (bytes, SHA-256) of each file by its path below the folder."""

    to: Path
    aside: Path
    digests: dict[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def beside(cls, to: Path) -> "Folder":
        """Nothing stands at `to` yet. Raises Refused and BadRequest."""
        if os.path.lexists(to):
            raise Refused(f"{to} is there already. Nothing was read.", "Name a folder that is not there yet.")
        try:
            return cls(to, Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent)))
        except OSError:
            raise BadRequest(f"Nothing can be written in {to.parent}.", "Name a folder in one that is yours.") from None

    def add(self, name: str, content: bytes) -> None:
        with self._opened(name) as file:
            file.write(content)
        self.digests[name] = (len(content), hashlib.sha256(content).hexdigest())

    def add_json(self, name: str, value: Json) -> None:
        self.add(name, (json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n").encode())

    async def add_pieces(self, name: str, pieces: AsyncIterator[bytes]) -> int:
        """The number of bytes. Of what breaks off nothing is left."""
        digest, size = hashlib.sha256(), 0
        try:
            with self._opened(name) as file:
                async for piece in pieces:
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
        except BaseException:
            (self.aside / name).unlink(missing_ok=True)
            raise
        self.digests[name] = (size, digest.hexdigest())
        return size

    def room_for(self, size: int) -> bool:
        """Whether so many bytes fit on the disk, twice where a zip is made of them."""
        return shutil.disk_usage(self.aside).free > size * (2 if self._is_zip else 1) + (64 << 20)

    def free(self, path: str) -> str:
        """The path, with a number where a file of that name is there already."""
        stem, dot, ending = path.rpartition(".")
        stem, ending = (stem, f".{ending}") if dot and "/" not in ending else (path, "")
        taken = {one.casefold() for one in self.digests}
        tries = (f"{stem}{f' ({n})' if n else ''}{ending}" for n in range(len(taken) + 1))
        return next(one for one in tries if one.casefold() not in taken)

    def finish(self) -> None:
        """Puts it in its place. Raises Refused where something came to stand there meanwhile."""
        try:
            if self._is_zip:
                self._zip()
            else:
                os.rename(self.aside, self.to)
        except OSError:
            raise Refused(f"{self.to} could not be written.", "Name a folder that is not there yet.") from None
        finally:
            self.discard()

    def discard(self) -> None:
        """Leaves nothing where it was not finished."""
        shutil.rmtree(self.aside, ignore_errors=True)

    @property
    def _is_zip(self) -> bool:
        return self.to.suffix.lower() == ".zip"

    def _zip(self) -> None:
        made = os.open(self.to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(made, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
                for path in sorted(self.aside.rglob("*")):
                    if path.is_file():
                        whole.write(path, f"{self.to.stem}/{path.relative_to(self.aside).as_posix()}")
        except BaseException:
            self.to.unlink(missing_ok=True)
            raise

    def _opened(self, name: str) -> BinaryIO:
        path = self.aside / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def safe_name(name: str) -> str:
    """One part of a path, for a name that users chose: none that leads elsewhere, or that a file system minds."""
    kept = "".join(c if c.isprintable() and c not in _RESERVED else "_" for c in name)
    return kept.strip(" .").encode()[-LONGEST_NAME:].decode(errors="ignore").strip(" .") or "_"
