"""Where a person's sign-in is kept: in the operating system's store where there is one, else in a file of mode 0600.

`account.json` says who signed in to what, without a secret. Beside it lies the cache of tokens, which is encrypted by
Windows or macOS, or by the keyring of a Linux desktop. It is the reader's alone: the desk never looks here (INV-35).
"""

import hashlib
import json
import os
import stat
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licenseiq.errors import SettingsError

if TYPE_CHECKING:
    from msal import TokenCache  # type: ignore[import-untyped]

FOLDER = "reader-sign-in"
_ACCOUNT, _TOKENS = "account.json", "tokens"


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in that was kept. `record` is azure-identity's, a JSON text that names the person."""

    tenant_id: str
    client_id: str
    login_url: str
    record: str


class KeptSignIn:
    """The sign-in of one home. `use_system` False: the file is used even where the system has a store."""

    def __init__(self, home: Path, *, use_system: bool = True) -> None:
        self._folder = home / FOLDER
        self._use_system = use_system

    def cache(self) -> "TokenCache":
        """The tokens as msal reads and writes them. Blocking; raises SettingsError for a file that others can read."""
        from msal_extensions import PersistedTokenCache  # type: ignore[import-untyped]

        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # msal would take a refusal for a half-written file, and try again.
        if (tokens := self._folder / _TOKENS).exists():
            refuse_if_shared(tokens)
        cache: TokenCache = PersistedTokenCache(self._persistence())
        return cache

    def where(self) -> str:
        """Where the tokens are, in words."""
        if self._persistence().is_encrypted:
            return "in this system's store of secrets"
        return f"in a file that only this account can read ({FOLDER}/{_TOKENS}); this system offers no store of secrets"

    def account(self) -> Account | None:
        """Who signed in last; None for nobody, or for a file that makes no sense."""
        path = self._folder / _ACCOUNT
        if not path.exists():
            return None
        refuse_if_shared(path)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return Account(**{name: str(found[name]) for name in Account.__slots__})
        except (ValueError, KeyError, TypeError):
            return None

    def keep(self, account: Account) -> None:
        write_private(self._folder / _ACCOUNT, json.dumps(asdict(account), indent=2) + "\n")

    def forget(self) -> bool:
        """Removes account and tokens. False when there was nothing. Entra still knows the sign-in until it expires."""
        if not self._folder.exists():
            return False
        persistence = self._persistence()
        if persistence.is_encrypted:
            # The stores of secrets can be emptied through msal, but not deleted from.
            persistence.save("{}")
        was_there = (self._folder / _ACCOUNT).exists() or (self._folder / _TOKENS).exists()
        for left in self._folder.iterdir():
            left.unlink()
        self._folder.rmdir()
        return was_there

    def _persistence(self) -> Any:
        return (_system_store(self._folder) if self._use_system else None) or _PrivateFile(self._folder / _TOKENS)


class _PrivateFile:
    """What msal-extensions asks of a persistence, by its shape; written whole, and refused when others can read it."""

    is_encrypted = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, content: str) -> None:
        write_private(self._path, content)

    def load(self) -> str:
        self._must_exist()
        refuse_if_shared(self._path)
        return self._path.read_text(encoding="utf-8")

    def time_last_modified(self) -> float:
        self._must_exist()
        refuse_if_shared(self._path)
        return self._path.stat().st_mtime

    def get_location(self) -> str:
        return str(self._path)

    def _must_exist(self) -> None:
        from msal_extensions.persistence import PersistenceNotFound  # type: ignore[import-untyped]

        if not self._path.exists():
            raise PersistenceNotFound(location=str(self._path))


def refuse_if_shared(path: Path) -> None:
    """Raises SettingsError when other accounts could read the file (on Windows the folder's ACL guards it)."""
    found = path.lstat()
    if os.name == "nt":
        return
    if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.getuid():
        raise SettingsError(
            f"The kept sign-in ({FOLDER}/{path.name}) can be read by other accounts, so it is not used.",
            "Run 'licenseiq connect --forget', then 'licenseiq connect'. If somebody may have read it, revoke the "
            "person's sessions in Entra.",
        )


def write_private(path: Path, text: str) -> None:
    """Replaces the file whole, readable by this account only. The folder is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        # Bytes, so that the end of a line stays what the text has.
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _system_store(folder: Path) -> Any:
    """The system's encrypted store, or None. One entry for each home."""
    from msal_extensions import persistence

    signal = str(folder / _TOKENS)
    name = f"reader-{hashlib.sha256(signal.encode()).hexdigest()[:16]}"
    try:
        if sys.platform == "win32":
            return persistence.FilePersistenceWithDataProtection(signal)
        if sys.platform == "darwin":
            return persistence.KeychainPersistence(signal, "LicenseIQ", name)
        return persistence.LibsecretPersistence(signal, "licenseiq", {"account": name}, label="LicenseIQ")
    except Exception:  # noqa: BLE001 - libsecret's bindings fail in many ways where there is no desktop
        return None
