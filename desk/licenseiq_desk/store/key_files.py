"""Key files: made readable by their owner only, and refused when somebody else could read them."""

import os
import re
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from licenseiq.errors import SettingsError
from licenseiq_tenant.home_keys import write_once

_SAFE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,63}")


def refuse_if_shared(path: Path) -> None:
    """Raises SettingsError when others could read the file, or it is a link (on Windows the folder's ACL guards it)."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise SettingsError(f"The key file {path.name} is not a plain file.", "Put the real file in its place.")
    if os.name != "nt" and (found.st_mode & 0o077 or found.st_uid != os.getuid()):
        raise SettingsError(
            f"The key file {path.name} can be read by other accounts.",
            "Find out who read it; then give it to this account alone with mode 0600.",
        )


def signing_key(folder: Path, tenant_id: str, *, create: bool) -> Ed25519PrivateKey | None:
    """The key that signs a tenant's ledger heads. None when there is none and `create` is False."""
    if not _SAFE.fullmatch(tenant_id):
        raise SettingsError("The tenant's id is not one that can name a file.", "Set LICENSEIQ_TENANT_ID to its GUID.")
    path = folder / f"ledger-{tenant_id}.pem"
    if not path.exists() and not path.is_symlink():
        if not create:
            return None
        made = Ed25519PrivateKey.generate()
        write_once(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    refuse_if_shared(path)
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"The key file {path.name} could not be read.", "Restore it from a backup.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"The key file {path.name} holds another kind of key.", "Restore it from a backup.")
    return key


def secret_of(folder: Path, name: str) -> bytes:
    """A secret of 32 bytes for this desk alone, made at the first call. Raises SettingsError for a file that others
    could read, or that is no such secret."""
    path = folder / f"{name}.secret"
    if not path.exists() and not path.is_symlink():
        write_once(path, secrets.token_bytes(32))
    refuse_if_shared(path)
    found = path.read_bytes()
    if len(found) != 32:
        raise SettingsError(f"The key file {path.name} could not be read.", "Restore it from a backup.")
    return found
