"""How far an approval protects here: what of a desk apart can be proved from this machine and this database.

L2 means that the server's account can neither change what the desk holds nor be the desk. Proved is: the stores are in
PostgreSQL, where the desk's account changes no proposal and no account of the server writes to the desk; the account
that a person names as the server's is another one; and the desk's folder is its own. Not proved is that the server runs
under the named account, and that this one cannot become the desk's (sudo, a shared group, the machine's root).
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from licenseiq.errors import Refused, SettingsError
from licenseiq.proposals.statement import Level
from licenseiq_cli.database_url import server
from licenseiq_cli.settings import desk_values, yes_or_no
from licenseiq_desk.approval.level import WORDS, Standing
from licenseiq_tenant.postgresql.rights import not_apart

ELSEWHERE = "elsewhere"
"""As the server's account: it runs on another machine."""
NO_DESK = (
    "No desk for a real tenant is set up here: from here it is read, never written. A desk under another account says "
    "its level on its pages and in each record."
)
ON_DEMO = "L0 by a typed phrase, L1 by a passkey: from here only the simulated demo tenant can be changed."


@dataclass(frozen=True, slots=True)
class Apart:
    """`why_not` is empty where the desk was found to be apart from the server."""

    why_not: tuple[str, ...]


def standing(environ: Mapping[str, str], folder: Path) -> Standing:
    """How the desk of this home stands to the server, by the settings and by what is found. Blocking. Raises
    SettingsError."""
    values = desk_values(environ, folder)
    found = apart(environ, folder, values.get("server_account", ""))
    accepts = yes_or_no("accept_same_user_risk", values)
    return Standing(separate=not found.why_not, accepts_same_user=accepts, why_not_separate=" ".join(found.why_not))


def apart(environ: Mapping[str, str], folder: Path, account: str) -> Apart:
    """What keeps the desk from being apart from a server that runs under `account`. Blocking."""
    if (database := server(environ)) is None:
        return Apart(("The stores are files of one account; a desk apart needs PostgreSQL.",))
    why = [*_account(account), *_folder(folder)]
    with database.connect() as connection:
        why += not_apart(connection)
    return Apart(tuple(why))


def _account(account: str) -> list[str]:
    """Whether the server's account is another one than this process's, as far as this machine knows it."""
    if not account:
        return ["Nobody has said which account the server runs under (LICENSEIQ_SERVER_ACCOUNT)."]
    if account == ELSEWHERE:
        return []
    if os.name != "posix":
        return ["On Windows only a server on another machine can be told apart."]
    import pwd

    try:
        found = pwd.getpwnam(account).pw_uid
    except KeyError:
        return [f"LICENSEIQ_SERVER_ACCOUNT names no account of this machine ('{ELSEWHERE}' means another machine)."]
    if found == 0:
        return ["The server's account may do everything on this machine."]
    if found == os.getuid():
        return ["The server's account is the desk's own."]
    return []


def _folder(folder: Path) -> list[str]:
    if os.name != "posix":
        return []
    try:
        found = folder.stat()
    except OSError:
        raise SettingsError("The desk's home cannot be read.", "Check LICENSEIQ_HOME.") from None
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        return ["Other accounts can look into the desk's home: make it the desk's alone (chmod 700)."]
    return []


def words(environ: Mapping[str, str], folder: Path) -> tuple[str | None, str]:
    """The level of a real tenant's approvals and what it protects from; None where nothing can be approved. Blocking.
    Raises SettingsError."""
    if not has_writer(environ, folder):
        return Level.L0.value, NO_DESK
    try:
        level = standing(environ, folder).level(simulated=False)
    except Refused as error:
        return None, f"Nothing can be approved here. {error}"
    return level.value, WORDS[level]


def has_writer(environ: Mapping[str, str], folder: Path) -> bool:
    """Whether a desk for a real tenant is set up here at all."""
    return bool({"writer_client_id", "writer_token"} & desk_values(environ, folder).keys())
