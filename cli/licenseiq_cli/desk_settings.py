"""The desk's own settings: its registration and credential, apart from the reader's, and what a person accepts."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from licenseiq.errors import SettingsError
from licenseiq_cli.settings import FILE_NAME, Settings, desk_values, guid, load_settings, yes_or_no
from licenseiq_cli.standing import standing
from licenseiq_desk.approval.level import Standing
from licenseiq_tenant.graph.guard import is_loopback

DEFAULT_PORT = 8765
_GLOBAL_GRAPH, _GLOBAL_EXCHANGE = "https://graph.microsoft.com/", "https://outlook.office365.com"
_CERTIFICATE = "AZURE_CLIENT_CERTIFICATE_PATH"


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`token` is set only for a Graph on the loopback address, and then nothing else signs in. `certificate` names a
    file with a key, for this desk alone. `sole`: one administrator may decide alone, within limits."""

    home: Path
    tenant_id: str
    client_id: str | None
    graph_url: str
    login_url: str | None
    certificate: Path | None
    token: str | None = field(repr=False)
    standing: Standing
    sole: bool
    exchange_url: str | None = None


def load_desk_settings(environ: Mapping[str, str] = os.environ) -> DeskSettings:
    """What a desk for a real tenant is started with. Raises SettingsError, which names the variable."""
    shared = load_settings(environ)
    values = desk_values(environ, shared.home)
    tenant_id = shared.tenant_id or guid("tenant_id", {"tenant_id": environ.get("AZURE_TENANT_ID", "")}, "AZURE_")
    if tenant_id is None:
        raise SettingsError(
            "The desk does not know its tenant.",
            "Set LICENSEIQ_TENANT_ID, or run 'licenseiq connect' first; for the demo tenant add --demo.",
        )
    client_id, token = guid("writer_client_id", values), _token(values, shared)
    certificate = _certificate(values, shared, environ)
    if token is None and client_id is None:
        raise SettingsError(
            "The desk has no app registration of its own, and never uses the reader's.",
            "Register one with the permissions of docs/desk.md, and set LICENSEIQ_WRITER_CLIENT_ID.",
        )
    if client_id is not None and client_id == shared.client_id:
        raise SettingsError(
            "LICENSEIQ_WRITER_CLIENT_ID is the reader's registration.",
            "Register another app for the desk: the reader's may not write, and the desk's may not be read with.",
        )
    return DeskSettings(
        home=shared.home,
        tenant_id=tenant_id,
        client_id=client_id,
        graph_url=shared.graph_url,
        login_url=shared.login_url,
        certificate=certificate,
        token=token,
        standing=standing(environ, shared.home),
        sole=yes_or_no("sole_administrator", values),
        exchange_url=_exchange(values, shared.graph_url, token),
    )


def _exchange(values: Mapping[str, str], graph_url: str, token: str | None) -> str | None:
    """Where Exchange's admin API is: as set; for the global cloud its own host; else nowhere. A ready token goes to a
    loopback address only, here too."""
    found = values.get("exchange_url") or (_GLOBAL_EXCHANGE if graph_url.startswith(_GLOBAL_GRAPH) else None)
    if found is None:
        return None
    place = urlsplit(found)
    local = is_loopback(found)
    secure = place.scheme == "https" and token is None
    if not place.netloc or place.username or not (secure or (place.scheme in ("http", "https") and local)):
        raise SettingsError(
            "LICENSEIQ_EXCHANGE_URL is no place that the desk's token may go to.",
            "Give scheme and host of the Exchange admin API, such as https://outlook.office365.com.",
        )
    return f"{place.scheme}://{place.netloc}"


def desk_port(environ: Mapping[str, str], folder: Path) -> int:
    """A passkey's approval is for one origin, port included; so the port stays the same from start to start."""
    found = desk_values(environ, folder).get("desk_port") or str(DEFAULT_PORT)
    if not (found.isascii() and found.isdigit() and 0 < int(found) <= 65_535):
        raise SettingsError(
            "LICENSEIQ_DESK_PORT is not a port.", f"Set a number from 1 to 65535, or leave it out: {DEFAULT_PORT}."
        )
    return int(found)


def _token(values: Mapping[str, str], shared: Settings) -> str | None:
    token = values.get("writer_token")
    if token is None:
        return None
    if not is_loopback(shared.graph_url) or (shared.login_url is not None and not is_loopback(shared.login_url)):
        raise SettingsError(
            "LICENSEIQ_WRITER_TOKEN is only for a test server on the loopback address.",
            "Unset it and set LICENSEIQ_WRITER_CLIENT_ID and a certificate.",
        )
    if token == shared.graph_token:
        raise SettingsError(
            "LICENSEIQ_WRITER_TOKEN is the reader's token.", "Give the desk one of its own, which the reader never has."
        )
    return token


def _certificate(values: Mapping[str, str], shared: Settings, environ: Mapping[str, str]) -> Path | None:
    """The file with the desk's key: by its own setting, else by azure-identity's variable of this process."""
    own = values.get("writer_certificate_path")
    found = own or environ.get(_CERTIFICATE)
    if not found:
        return None
    name = "LICENSEIQ_WRITER_CERTIFICATE_PATH" if own else _CERTIFICATE
    path = Path(os.path.expanduser(found))
    if shared.certificate_path and _same_file(path, Path(os.path.expanduser(shared.certificate_path))):
        raise SettingsError(
            f"{name} is the reader's certificate.",
            f"Give the desk a certificate of its own in {FILE_NAME} or the environment of the desk alone.",
        )
    try:
        mode = path.stat()
    except OSError:
        raise SettingsError(f"The file of {name} cannot be read.", "Check the path, and that it is yours.") from None
    if os.name != "nt" and (mode.st_mode & 0o077 or mode.st_uid != os.getuid() or not stat.S_ISREG(mode.st_mode)):
        raise SettingsError(
            f"The file of {name} can be read by other accounts, so its key is not used.",
            "Make it yours alone (chmod 600); if somebody may have read it, replace the certificate.",
        )
    return path


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other
