"""What a client is told to start: the command, its arguments, and the variables that are no secrets."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from licenseiq.errors import SettingsError
from licenseiq_cli.clients.known import Client
from licenseiq_cli.homes import home

Entry = dict[str, str | list[str] | dict[str, str]]

_HANDED_ON = ("LICENSEIQ_TENANT_ID", "LICENSEIQ_CLIENT_ID", "LICENSEIQ_GRAPH_URL", "LICENSEIQ_LOGIN_URL")
_SECRETS = ("LICENSEIQ_GRAPH_TOKEN", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the command depends on. `checkout` is the folder of our sources, `uv` the program: None where unknown."""

    python: Path
    checkout: Path | None
    uv: str | None


def entry_for(client: Client, machine: Machine, environ: Mapping[str, str], *, demo: bool) -> Entry:
    """The entry for the client's file. SettingsError where a path cannot be written as text."""
    words = ["serve", "--demo"] if demo else ["serve"]
    command, arguments = _command(machine, environ)
    entry: Entry = {"type": "stdio"} if client.typed else {}
    entry |= {"command": command, "args": [*arguments, *words]}
    if variables := _variables(environ, demo=demo):
        entry["env"] = variables
    try:
        "".join([command, *arguments, *variables.values()]).encode()
    except UnicodeEncodeError:
        raise SettingsError(
            "A path on this machine is not valid UTF-8, so a client's file cannot hold it.",
            "Move LicenseIQ, or the folder of LICENSEIQ_HOME, to a path without such letters.",
        ) from None
    return entry


def secrets_set(environ: Mapping[str, str]) -> list[str]:
    """The variables that hold secrets, by name. Their values are never handed on."""
    return [name for name in _SECRETS if environ.get(name, "").strip()]


def left_out(environ: Mapping[str, str]) -> list[str]:
    """Our other variables that are set here and that the client's server will not see."""
    known = {"LICENSEIQ_HOME", *_HANDED_ON, *_SECRETS}
    ours = (name for name, text in environ.items() if name.startswith("LICENSEIQ_") and text.strip())
    return sorted(set(ours) - known)


def checkout_of(file: Path) -> Path | None:
    """The checkout that a file of `cli/licenseiq_cli` belongs to; None for an installed one."""
    folder = file.resolve().parents[2]
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        return None
    return folder if project.get("name") == "licenseiq" else None


def _command(machine: Machine, environ: Mapping[str, str]) -> tuple[str, list[str]]:
    # uv's environment of a checkout may be rebuilt or moved; uv itself finds it again.
    if environ.get("UV_RUN_RECURSION_DEPTH") and machine.checkout is not None and machine.uv is not None:
        return machine.uv, ["run", "--directory", str(machine.checkout), "licenseiq"]
    for name in ("licenseiq", "licenseiq.exe"):
        script = machine.python.parent / name
        if script.is_file():
            return str(script), []
    return str(machine.python), ["-m", "licenseiq_cli.main"]


def _variables(environ: Mapping[str, str], *, demo: bool) -> dict[str, str]:
    # Absolute: the client starts the server in a folder of its own.
    variables = {"LICENSEIQ_HOME": str(home(environ))} if environ.get("LICENSEIQ_HOME", "").strip() else {}
    if not demo:
        variables |= {name: text for name in _HANDED_ON if (text := environ.get(name, "").strip())}
    return variables
