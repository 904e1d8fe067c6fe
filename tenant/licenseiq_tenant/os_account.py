"""The account of the operating system that asks or enrols: a claim of the machine, not a proof.

In plans, which outlive the erasure of a person, it stands as a pseudonym under a secret of the home.
"""

import base64
import getpass
import hashlib
import hmac
import os
from pathlib import Path

from licenseiq_tenant.home_keys import home_key

KEY = "account.key"


def os_account() -> str:
    """The name of the account that this process runs under; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def account_name(home: Path, account: str) -> str:
    """'account-' and ten base32 characters (50 bits) of HMAC-SHA-256 over the account's name. Makes the home's key if
    there is none."""
    found = hmac.digest(home_key(home, KEY), account.encode(), hashlib.sha256)
    return "account-" + base64.b32encode(found)[:10].decode().lower()
