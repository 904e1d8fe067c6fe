"""Which tenant `licenseiq connect` is to use, and how to sign in: by options, the environment, the file, or questions.

Without a terminal nothing is asked: what is missing is an error that names its option and its variable.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from licenseiq.errors import SettingsError
from licenseiq_cli.settings import CLOUDS, DEFAULT_GRAPH_URL, Settings

Way = Literal["device code", "browser", "service"]
Ask = Callable[[str], str]

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """`tenant` is a GUID or a domain of the tenant, in lower case. `certificate` is an absolute path."""

    tenant: str
    client_id: str
    graph_url: str
    login_url: str | None
    way: Way
    certificate: str | None


def choose(options: argparse.Namespace, known: Settings, environ: Mapping[str, str], ask: Ask | None) -> Choice:
    """What is to be connected. `ask` is None without a terminal. Raises SettingsError."""
    from licenseiq_tenant.graph.sign_in import names_a_service

    if ask and not (options.tenant or known.tenant_id or environ.get("AZURE_TENANT_ID")):
        sys.stderr.write(
            "Two ids are needed, both from the overview page of the reader's app registration in Entra.\n"
            "docs/connect.md says how to make one, in five minutes.\n"
        )
    tenant = _value(
        "tenant",
        options.tenant,
        known.tenant_id,
        environ,
        _tenant,
        ask,
        "Tenant (its id, or a domain such as contoso.com):",
    )
    client_id = _value(
        "client_id",
        options.client_id,
        known.client_id,
        environ,
        _guid,
        ask,
        "Application (client) id of the registration:",
    )
    graph_url = known.graph_url
    if options.cloud:
        graph_url = CLOUDS[options.cloud]
        # Set to nothing it means the global cloud, and hides what the file says.
        by_variable = environ.get("LICENSEIQ_GRAPH_URL", graph_url).strip().removesuffix("/") or DEFAULT_GRAPH_URL
        if by_variable != graph_url:
            raise _contradiction("--cloud", "LICENSEIQ_GRAPH_URL")
    certificate = _certificate(options.certificate) if options.certificate else None
    if options.device_code or options.browser:
        way: Way = "browser" if options.browser else "device code"
        if names_a_service(environ):
            raise SettingsError(
                "The environment names a service's credential, which a later scan would use instead of the person.",
                "Unset the AZURE_ variables, or leave --browser and --device-code out.",
            )
    elif certificate or names_a_service(environ, known.certificate_path):
        way, certificate = "service", certificate or known.certificate_path
    elif ask is None:
        raise SettingsError(
            "How to sign in is not set.",
            "Give --device-code, --browser or --certificate PATH, or set AZURE_CLIENT_CERTIFICATE_PATH, "
            "AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE.",
        )
    else:
        way = "browser" if _has_screen(environ) else "device code"
    return Choice(tenant, client_id, graph_url, known.login_url, way, certificate)


def written(choice: Choice, tenant_id: str) -> dict[str, str | None]:
    """The keys of licenseiq.toml for a choice; None where a key has to go. None of them is a secret."""
    return {
        "tenant_id": tenant_id,
        "client_id": choice.client_id,
        "graph_url": None if choice.graph_url == DEFAULT_GRAPH_URL else choice.graph_url,
        "login_url": choice.login_url,
        "certificate_path": choice.certificate,
    }


def asker() -> Ask | None:
    """Asks on stderr, so that stdout stays the report's; None where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return None

    def ask(question: str) -> str:
        sys.stderr.write(f"{question} ")
        sys.stderr.flush()
        return sys.stdin.readline().strip()

    return ask


def _value(
    name: str,
    option: str | None,
    known: str | None,
    environ: Mapping[str, str],
    check: Callable[[str], str | None],
    ask: Ask | None,
    question: str,
) -> str:
    variable = "LICENSEIQ_TENANT_ID" if name == "tenant" else "LICENSEIQ_CLIENT_ID"
    azure = variable.replace("LICENSEIQ_", "AZURE_")
    flag = f"--{name.replace('_', '-')}"
    if option:
        found = check(option)
        if found is None:
            raise SettingsError(
                f"{flag} is neither a GUID nor a domain." if name == "tenant" else f"{flag} is no GUID.",
                "Copy the id from the overview page of the app registration.",
            )
        if _GUID.fullmatch(found) and environ.get(variable, found).strip().lower() not in ("", found):
            raise _contradiction(flag, variable)
        return found
    if known or environ.get(azure, "").strip():
        found = check(known or environ[azure])
        if found is not None:
            return found
        raise SettingsError(f"{azure} is not a GUID.", "Copy the id from the overview page of the app registration.")
    if ask is None:
        raise SettingsError(
            f"The {'tenant' if name == 'tenant' else 'app registration'} to connect is not set.",
            f"Give {flag}, or set {variable}.",
        )
    for _ in range(_TRIES):
        answer = ask(question)
        if (found := check(answer)) is not None:
            return found
        if not answer:
            break
        sys.stderr.write("That is not one. It looks like 00000000-0000-0000-0000-000000000000.\n")
    raise SettingsError("Nothing was connected.", f"Run it again with {flag}.")


def _tenant(text: str) -> str | None:
    text = text.strip().lower()
    return text if _GUID.fullmatch(text) or _DOMAIN.fullmatch(text) else None


def _guid(text: str) -> str | None:
    text = text.strip().lower()
    return text if _GUID.fullmatch(text) else None


def _certificate(text: str) -> str:
    path = Path(os.path.expanduser(text)).absolute()
    if not path.is_file():
        raise SettingsError(
            "The file of --certificate is not there.", "Name a PEM or PKCS12 file that holds certificate and RSA key."
        )
    return str(path)


def _contradiction(option: str, variable: str) -> SettingsError:
    return SettingsError(
        f"{option} and {variable} name two different things, and a later scan would use the variable.",
        f"Unset {variable}, or leave {option} out.",
    )


def _has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a browser opened here is most likely seen by the person who types."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    return sys.platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
