"""The settings: LICENSEIQ_ variables over `licenseiq.toml`, checked before anything is connected.

A key of the file is a variable's name without LICENSEIQ_, in lower case. An empty value means: not set. No error
quotes a value, since any of them may turn out to be a secret in the wrong place.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from licenseiq.errors import SettingsError
from licenseiq.joining_file import SECTION as ONBOARDING
from licenseiq.leaving_keys import SECTION as OFFBOARDING
from licenseiq.privacy import Privacy
from licenseiq_cli.homes import demo_home, home

DEFAULT_GRAPH_URL = "https://graph.microsoft.com/v1.0"
# Microsoft's national clouds (Graph, "National cloud deployments"); GCC is in the global one, Germany's was closed.
CLOUDS = {
    "global": DEFAULT_GRAPH_URL,
    "usgov": "https://graph.microsoft.us/v1.0",
    "usgov-dod": "https://dod-graph.microsoft.us/v1.0",
    "china": "https://microsoftgraph.chinacloudapi.cn/v1.0",
}
FILE_NAME = "licenseiq.toml"
# The tables of the file that `licenseiq_cli.policy_of` reads.
POLICY = "policy"
SECTIONS = (POLICY, OFFBOARDING, ONBOARDING)
# What else than the home is looked at on the demo tenant.
OF_THE_DEMO = ("LICENSEIQ_READ_ONLY", "LICENSEIQ_PRIVACY")

_PREFIX = "LICENSEIQ_"
_READ_HERE = (
    "home",
    "tenant_id",
    "client_id",
    "graph_url",
    "login_url",
    "certificate_path",
    "graph_token",
    "database_url",
    "read_only",
    "privacy",
)
# Known, so that they are no typing errors; their values are the desk's and are never read here but by
# `licenseiq_cli.desk_settings`.
OF_THE_DESK = (
    "writer_client_id",
    "writer_certificate_path",
    "writer_token",
    "accept_same_user_risk",
    "sole_administrator",
    "server_account",
    "desk_port",
    "exchange_url",
)
_SECRETS = ("graph_token", "writer_token")
# May hold a password: it is read by `licenseiq_cli.database_url` alone, and never shown.
_DATABASE = "database_url"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_URL = re.compile(r"(https?)://(\[::1\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?((?:/[A-Za-z0-9._~-]+)*)/?", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """`graph_url` ends in its version, without a slash; ids are GUIDs in lower case; None: not set.

    `graph_token` is set only where `graph_url` is a loopback address. `certificate_path` names a file with a key; it is
    no secret itself.
    """

    home: Path
    tenant_id: str | None
    client_id: str | None
    graph_url: str
    login_url: str | None
    graph_token: str | None = field(repr=False)
    read_only: bool
    privacy: Privacy
    certificate_path: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting comes from: 'environment', the file's name, or 'default'. `value` is None for a secret."""

    name: str
    where: str
    value: str | None


def load_settings(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
    """The settings of this process; without `file`, from `licenseiq.toml` in the home if it is there.

    Raises SettingsError, which names the variable.
    """
    folder = home(environ)
    keys = parsed(file if file is not None else folder / FILE_NAME, must_exist=file is not None)
    values = _values(keys, environ, _READ_HERE)
    graph_url, graph_is_here = _graph_url(values.get("graph_url", DEFAULT_GRAPH_URL))
    login_url, login_is_here = _login_url(values["login_url"]) if "login_url" in values else (None, True)
    if "graph_token" in values and not (graph_is_here and login_is_here):
        raise SettingsError(
            "LICENSEIQ_GRAPH_TOKEN is only for a test server on the loopback address.",
            "Unset it and set LICENSEIQ_TENANT_ID and LICENSEIQ_CLIENT_ID; or point LICENSEIQ_GRAPH_URL, and "
            "LICENSEIQ_LOGIN_URL if set, to localhost.",
        )
    return Settings(
        home=folder,
        tenant_id=guid("tenant_id", values),
        client_id=guid("client_id", values),
        graph_url=graph_url,
        login_url=login_url,
        graph_token=values.get("graph_token"),
        read_only=yes_or_no("read_only", values),
        privacy=_privacy(values.get("privacy", Privacy.NAMES)),
        certificate_path=values.get("certificate_path"),
    )


def desk_values(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What is set of the desk's own settings, as text, for the home `folder`. Raises SettingsError."""
    return _values(parsed(folder / FILE_NAME, must_exist=False), environ, OF_THE_DESK)


def database_text(environ: Mapping[str, str]) -> tuple[str, str]:
    """What is set as the database's URL, unchecked and maybe empty, and where: 'environment', or the file's name.
    Raises SettingsError."""
    in_environment = environ.get(_PREFIX + _DATABASE.upper(), "").strip()
    if in_environment:
        return in_environment, "environment"
    keys = parsed(home(environ) / FILE_NAME, must_exist=False)
    return (_as_text(_DATABASE, keys[_DATABASE]), FILE_NAME) if _DATABASE in keys else ("", FILE_NAME)


def origins(environ: Mapping[str, str] = os.environ) -> tuple[Origin, ...]:
    """Every setting that is set, and the variables of azure-identity. Raises SettingsError like load_settings."""
    settings = load_settings(environ)
    in_file = _from_file(parsed(settings.home / FILE_NAME, must_exist=False))
    found = []
    for name in _READ_HERE:
        variable = _PREFIX + name.upper()
        where = "environment" if variable in environ else FILE_NAME if in_file.get(name) else "default"
        value = getattr(settings, name, None)
        if value is not None and (where != "default" or name in ("home", "graph_url")):
            shown = None if name == "graph_token" else str(value)
            found.append(Origin(variable, where, shown))
        elif name == _DATABASE and database_text(environ)[0]:
            found.append(Origin(variable, where, None))
    found += [Origin(name, "environment", None) for name in sorted(environ) if name.startswith("AZURE_")]
    return tuple(found)


def demo_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables for the demo tenant: no real credential is among them, so that none can be used by mistake."""
    given = {name: environ[name] for name in OF_THE_DEMO if name in environ}
    return {**given, "LICENSEIQ_HOME": str(demo_home(environ))}


def require_connection(settings: Settings, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings with all that a sign-in needs: a token, or the ids of tenant and registration.

    Ids that are missing come from azure-identity's AZURE_TENANT_ID and AZURE_CLIENT_ID. Raises SettingsError.
    """
    if settings.graph_token is not None:
        return settings
    azure = {name: environ.get(f"AZURE_{name.upper()}", "").strip() for name in ("tenant_id", "client_id")}
    complete = replace(
        settings,
        tenant_id=settings.tenant_id or guid("tenant_id", azure, "AZURE_"),
        client_id=settings.client_id or guid("client_id", azure, "AZURE_"),
    )
    if complete.tenant_id is None or complete.client_id is None:
        raise SettingsError(
            "No tenant is set up.",
            "Run 'licenseiq connect', or add --demo for the simulated tenant, as in 'licenseiq serve --demo'; or set "
            "LICENSEIQ_TENANT_ID and LICENSEIQ_CLIENT_ID to the ids of your tenant and of the reader's registration.",
        )
    return complete


def _values(keys: Mapping[str, object], environ: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """What is set of these, the environment over the file; an empty text is not set."""
    given = _from_file(keys, names) | _from_environment(environ, names)
    return {name: text for name, text in given.items() if text}


def _from_environment(environ: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    ours = sorted(name for name in environ if name.startswith(_PREFIX))
    known = [_PREFIX + name.upper() for name in _READ_HERE + OF_THE_DESK]
    _refuse_unknown(ours, known, "the environment")
    return {name: environ[variable].strip() for name in names if (variable := _PREFIX + name.upper()) in environ}


def parsed(file: Path, *, must_exist: bool = True) -> dict[str, object]:
    """A settings file as TOML; empty where it is not there and need not be. Raises SettingsError."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(
                "The settings file is not there.", f"Create {FILE_NAME}, or name another one."
            ) from None
        return {}
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"in line {line[1]}" if line else "at its end"
        # Not chained: the parser's message holds a piece of the file.
        raise SettingsError(f"{FILE_NAME} is not valid TOML {where}.", "Correct that line.") from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"{FILE_NAME} could not be read.", "Make it a UTF-8 text file that this account may read."
        ) from None


def _from_file(keys: Mapping[str, object], names: tuple[str, ...] = _READ_HERE) -> dict[str, str]:
    if secret := next((name for name in _SECRETS if name in keys), None):
        raise SettingsError(
            f"A token stands in {FILE_NAME}; secrets belong into the environment.",
            f"Remove {secret} from the file, and set {_PREFIX}{secret.upper()} if you use a test server.",
        )
    if "home" in keys:
        raise SettingsError(
            f"home cannot be set in {FILE_NAME}, which is itself looked for there.", "Set LICENSEIQ_HOME instead."
        )
    known = [name for name in _READ_HERE + OF_THE_DESK if name not in ("home", *_SECRETS)]
    _refuse_unknown(keys, [*known, *SECTIONS], FILE_NAME)
    return {name: _as_text(name, keys[name]) for name in names if name in keys}


def _as_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int):
        return str(value).lower()
    raise SettingsError(f"{name} in {FILE_NAME} is neither a text nor true or false.", "Put its value in quotes.")


def _refuse_unknown(names: Iterable[str], known: list[str], where: str) -> None:
    # Compared without the prefix, which would make any two variables look alike.
    bare = {name.removeprefix(_PREFIX): name for name in known}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name.removeprefix(_PREFIX), bare, n=1)
            raise SettingsError(
                f"{name} in {where} is no setting of LicenseIQ.",
                f"Did you mean {bare[near[0]]}?" if near else f"Remove it. The settings are {', '.join(known)}.",
            )


def _graph_url(text: str) -> tuple[str, bool]:
    url, path, is_here = _url("graph_url", text)
    if not path.endswith(("/v1.0", "/beta")):
        raise SettingsError(
            "LICENSEIQ_GRAPH_URL does not end in a version of Graph.",
            f"End it in /v1.0 or /beta; for the global cloud it is {DEFAULT_GRAPH_URL}.",
        )
    return url, is_here


def _login_url(text: str) -> tuple[str, bool]:
    url, path, is_here = _url("login_url", text)
    if path:
        raise SettingsError(
            "LICENSEIQ_LOGIN_URL has a path.",
            "Give scheme and host only, such as https://login.microsoftonline.com; the tenant's id is appended.",
        )
    return url, is_here


def _url(name: str, text: str) -> tuple[str, str, bool]:
    """The URL without its last slash, its path, and whether it is a loopback address (INV-31).

    The form is narrow on purpose: no user, query, fragment, escape or letter outside of ASCII, so that no two readers
    of the URL can see two hosts in it.
    """
    parts = _URL.fullmatch(text)
    if parts is not None:
        scheme, host, port, path = parts.groups()
        is_here = host in _LOOPBACK
        a_port = port is None or 1 <= int(port) <= 65535
        safe = is_here or (scheme == "https" and port in (None, "443"))
        if a_port and safe and not {".", ".."} & set(path.split("/")):
            return text.removesuffix("/"), path, is_here
    raise SettingsError(
        f"{_PREFIX}{name.upper()} is not an address that a token may be sent to.",
        "Give https:// with a host name in lower case, on port 443 and without user or query; http:// and other ports "
        "are for a test server on localhost, 127.0.0.1 or [::1] only.",
    )


def _privacy(text: str) -> Privacy:
    if text not in set(Privacy):
        raise SettingsError(
            "LICENSEIQ_PRIVACY is no mode of privacy.", f"Set it to one of {', '.join(Privacy)}, or leave it empty."
        )
    return Privacy(text)


def guid(name: str, values: Mapping[str, str], prefix: str = _PREFIX) -> str | None:
    text = values.get(name, "").lower()
    if text and not _GUID.fullmatch(text):
        raise SettingsError(
            f"{prefix}{name.upper()} is not a GUID.",
            "Copy the id from the overview page of the app registration, such as 00000000-0000-0000-0000-000000000000.",
        )
    return text or None


def yes_or_no(name: str, values: Mapping[str, str]) -> bool:
    text = values.get(name, "false").lower()
    if text not in _YES_OR_NO:
        raise SettingsError(f"{_PREFIX}{name.upper()} is neither yes nor no.", "Set it to true, false, 1 or 0.")
    return _YES_OR_NO[text]
