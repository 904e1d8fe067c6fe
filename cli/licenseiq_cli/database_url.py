"""LICENSEIQ_DATABASE_URL: the PostgreSQL database that holds the stores of the real home. Empty: files in that home.

The demo's stores are files in the demo's home, whatever is set. No error quotes the URL: it may hold a password.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from licenseiq.errors import SettingsError
from licenseiq_cli.homes import home
from licenseiq_cli.settings import FILE_NAME, database_text
from licenseiq_tenant.postgresql.server import Server

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
_FORM = "Give postgresql://ACCOUNT@HOST/DATABASE; docs/postgresql.md says more."


def stores_of(folder: Path, environ: Mapping[str, str] = os.environ) -> Server | None:
    """Where the stores of this home are, by the settings of now. Raises SettingsError."""
    return server(environ) if folder == home(environ) else None


def server(environ: Mapping[str, str] = os.environ) -> Server | None:
    """The database that the settings name; None where none is. Raises SettingsError."""
    text, where = database_text(environ)
    if not text:
        return None
    parts, options = _parts(text)
    if where == FILE_NAME and (parts.password or "password" in options):
        raise SettingsError(
            f"A password stands in {FILE_NAME}; secrets belong into the environment.",
            "Take it out of database_url, and set PGPASSWORD, or put it into ~/.pgpass.",
        )
    if not _is_here(parts, options):
        options.setdefault("sslmode", "verify-full")
        if options["sslmode"] not in _ENCRYPTED:
            raise SettingsError(
                "LICENSEIQ_DATABASE_URL would go over the network without encryption.",
                "Leave sslmode out of it, or set it to verify-full, verify-ca or require.",
            )
        if options["sslmode"] == "verify-full":
            options.setdefault("sslrootcert", "system")
    query = f"?{urlencode(options)}" if options else ""
    return Server(f"{parts.scheme}://{parts.netloc}{parts.path}{query}")


def shown(environ: Mapping[str, str] = os.environ) -> str:
    """Which database is meant, without account and password: 'licenseiq on db.example.com'. Raises SettingsError."""
    parts, options = _parts(database_text(environ)[0])
    return f"{parts.path[1:]} on {parts.hostname or options.get('host') or 'this machine'}"


def _parts(text: str) -> tuple[SplitResult, dict[str, str]]:
    try:
        parts = urlsplit(text)
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        usable = parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1 and not parts.fragment
        usable = usable and parts.port != 0 and text.isascii() and text.isprintable() and " " not in text
    except ValueError:
        usable = False
    if not usable:
        # Not chained: what Python says may quote a part of the URL.
        raise SettingsError("LICENSEIQ_DATABASE_URL is not the address of a PostgreSQL database.", _FORM) from None
    return parts, options


def _is_here(parts: SplitResult, options: Mapping[str, str]) -> bool:
    """Whether every host that libpq may go to is this machine: a loopback address, or a folder of sockets."""
    named = [parts.hostname or "", *options.get("host", "").split(","), *options.get("hostaddr", "").split(",")]
    hosts = [one for one in named if one]
    return "service" not in options and all(one in _LOOPBACK or one.startswith("/") for one in hosts)
