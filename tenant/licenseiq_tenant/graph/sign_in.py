"""Signing in to Microsoft Graph with azure-identity, which is imported at the first token and off the event loop.

Its import takes longer than the whole start of the server. What it says goes no further: its messages hold answers of
the sign-in service, of which only the AADSTS code is kept.
"""

import asyncio
import logging
import re
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from licenseiq.errors import LicenseIQError, NotReadable, SettingsError
from licenseiq.readings import Reason
from licenseiq_tenant.graph.guard import is_loopback
from licenseiq_tenant.graph.network import network_advice
from licenseiq_tenant.graph.refusals import PERSON_CURES, SETTING_CURES

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import AzureError

TokenSource = Callable[[], Awaitable[str]]
T = TypeVar("T")

RENEW_SECONDS = 300.0
_CODE = re.compile(r"\bAADSTS\d{4,9}\b")
# Which credential of a service is meant: the first of these that is set, else a managed identity if it is asked for.
SERVICE_VARIABLES = ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE")
_CHOICE, _MANAGED = "AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential"


class Credential(Protocol):
    """What is used of an azure-identity credential; may block for minutes while a person signs in."""

    def get_token(self, *scopes: str) -> "AccessToken":
        """A token; `expires_on` is in seconds since the epoch. Raises an AzureError."""


def names_a_service(environ: Mapping[str, str], certificate: str | None = None) -> bool:
    """Whether a service signs in, with a credential of its own, rather than a person."""
    return bool(certificate or environ.get(_CHOICE) == _MANAGED or any(environ.get(name) for name in SERVICE_VARIABLES))


def sign_in_with(
    tenant_id: str, client_id: str, login_url: str, environ: Mapping[str, str], certificate: str | None = None
) -> Credential:
    """The one credential of a service that the environment names, or the settings' `certificate`: never a chain, which
    could pick a stronger one than was meant.

    Blocks for the import. Raises ValueError or OSError for a certificate or an authority that cannot be used.
    """
    from azure.identity import (
        CertificateCredential,
        ClientSecretCredential,
        ManagedIdentityCredential,
        WorkloadIdentityCredential,
    )

    # A sign-in service on this machine is a test's; azure-identity would ask Microsoft whether it knows it.
    unknown_to_microsoft = True if is_loopback(login_url) else None
    if certificate := environ.get("AZURE_CLIENT_CERTIFICATE_PATH") or certificate:
        return CertificateCredential(
            tenant_id,
            client_id,
            certificate,
            password=environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD") or None,
            authority=login_url,
            disable_instance_discovery=unknown_to_microsoft,
        )
    if secret := environ.get("AZURE_CLIENT_SECRET"):
        return ClientSecretCredential(
            tenant_id, client_id, secret, authority=login_url, disable_instance_discovery=unknown_to_microsoft
        )
    if environ.get(_CHOICE) == _MANAGED:
        return ManagedIdentityCredential(client_id=client_id)
    return WorkloadIdentityCredential(
        tenant_id=tenant_id,
        client_id=client_id,
        token_file_path=environ["AZURE_FEDERATED_TOKEN_FILE"],
        authority=login_url,
    )


def show_code(address: str, code: str, expires_on: datetime) -> None:
    """Asks a person to sign in; on stderr, because stdout may be the protocol's."""
    until = f"{expires_on:%H:%M} UTC"
    sys.stderr.write(
        f"To sign in to Microsoft Graph, open {address} and enter the code {code} (valid until {until}).\n"
    )
    sys.stderr.flush()


def be_quiet() -> None:
    """azure-identity logs the sign-in service's answers as warnings, which end on stderr."""
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)


def cached(build: Callable[[], Credential], scope: str, now: Callable[[], float] = time.time) -> TokenSource:
    """A source that builds the credential at its first token and asks it again five minutes before expiry.

    Callers at the same time wait for one sign-in. `now` is in seconds since the epoch.
    """
    one_at_a_time = asyncio.Lock()
    credential: Credential | None = None
    token, expires_on = "", float("-inf")

    def ask() -> "AccessToken":
        nonlocal credential
        be_quiet()
        current, credential = credential, None  # after a failure the next caller starts anew
        try:
            current = current or build()
        except (ValueError, TypeError, OSError):
            raise SettingsError(
                "The means to sign in could not be used: a certificate, its password or the sign-in URL is wrong.",
                "Check AZURE_CLIENT_CERTIFICATE_PATH (PEM or PKCS12 with an RSA key), "
                "AZURE_CLIENT_CERTIFICATE_PASSWORD, and that LICENSEIQ_LOGIN_URL starts with https://.",
            ) from None
        got = _in_our_words(current, scope)
        credential = current
        return got

    async def source() -> str:
        nonlocal token, expires_on
        async with one_at_a_time:
            if now() >= expires_on - RENEW_SECONDS:
                got = await in_daemon_thread(ask)
                token, expires_on = got.token, float(got.expires_on)
            return token

    return source


def _in_our_words(credential: Credential, scope: str) -> "AccessToken":
    from azure.core.exceptions import AzureError

    try:
        return credential.get_token(scope)
    except OSError:
        raise SettingsError(
            "The token file of the workload could not be read.", "Check AZURE_FEDERATED_TOKEN_FILE."
        ) from None
    except (AzureError, ValueError) as error:
        # Not chained: a traceback would print the sign-in service's answer.
        raise translated(error) from None


def translated(error: "AzureError | ValueError") -> LicenseIQError:
    """What azure-identity raised, in our words: of its message only the AADSTS code is kept."""
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError
    from azure.identity import AuthenticationRequiredError, CredentialUnavailableError

    if isinstance(error.__cause__, LicenseIQError):  # azure-identity wraps whatever its cache raises
        return error.__cause__
    # Most of azure-identity words a dead network as a refused sign-in, with the truth as its cause.
    if any(isinstance(it, ServiceRequestError | ServiceResponseError) for it in (error, error.__cause__)):
        return NotReadable(
            "The sign-in to Microsoft Graph failed: the sign-in service did not answer.",
            network_advice(error),
            reason=Reason.UNREACHABLE.value,
        )
    if isinstance(error, AuthenticationRequiredError):
        return NotReadable(
            "The kept sign-in to Microsoft Graph is spent.",
            "A person signs in again with 'licenseiq connect'.",
            reason=Reason.SIGNED_OUT.value,
        )
    found = _CODE.search(str(error))
    code = found[0] if found else ""
    what = f"The sign-in to Microsoft Graph was refused{f' ({code})' if code else ''}."
    if code in SETTING_CURES:
        return SettingsError(what, SETTING_CURES[code])
    if code in PERSON_CURES:
        return NotReadable(what, PERSON_CURES[code], reason=Reason.SIGNED_OUT.value)
    if isinstance(error, CredentialUnavailableError) and ("browser" in str(error) or "HTTP server" in str(error)):
        return SettingsError(
            "No browser could be opened for the sign-in.", "Sign in with 'licenseiq connect --device-code' instead."
        )
    if isinstance(error, CredentialUnavailableError | ValueError):
        return SettingsError(what, "Check LICENSEIQ_TENANT_ID, LICENSEIQ_CLIENT_ID, LICENSEIQ_LOGIN_URL and AZURE_*.")
    return NotReadable(
        what,
        "Sign in again with 'licenseiq connect', within the time that a code is valid; a service checks its "
        "credential in the AZURE_ variables. Microsoft explains codes at https://login.microsoftonline.com/error.",
        reason=Reason.SIGNED_OUT.value,
    )


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """asyncio.to_thread, but a process may end while the thread still waits for a person to sign in."""
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # so that whoever stops waiting leaves the thread alone

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            outcome.set_exception(error)

    threading.Thread(target=run, name="sign-in", daemon=True).start()
    return await asyncio.wrap_future(outcome)
