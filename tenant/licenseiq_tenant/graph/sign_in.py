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

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import AzureError

TokenSource = Callable[[], Awaitable[str]]
T = TypeVar("T")

RENEW_SECONDS = 300.0
_CODE = re.compile(r"\bAADSTS\d{4,9}\b")
# Codes that a setting or the registration cures (Entra, "authentication and authorization error codes").
_CURES = {
    "AADSTS90002": "Check LICENSEIQ_TENANT_ID, and LICENSEIQ_LOGIN_URL if the tenant is in a national cloud.",
    "AADSTS700016": "Check LICENSEIQ_CLIENT_ID: the tenant has no app registration with this id.",
    "AADSTS500011": "Check LICENSEIQ_GRAPH_URL: the tenant's cloud has another Microsoft Graph.",
    "AADSTS65001": "Ask an administrator to consent to the read permissions of the reader's app registration.",
    "AADSTS7000215": "Check AZURE_CLIENT_SECRET: it takes the secret's value, not the secret's id.",
    "AADSTS7000222": "The secret has expired. Make a new one for the app registration and set AZURE_CLIENT_SECRET.",
    "AADSTS700027": "Upload the certificate of AZURE_CLIENT_CERTIFICATE_PATH to the reader's app registration.",
    "AADSTS7000218": (
        "Switch on 'Allow public client flows' in the reader's app registration, or set "
        "AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET."
    ),
}


class Credential(Protocol):
    """What is used of an azure-identity credential; may block for minutes while a person signs in."""

    def get_token(self, *scopes: str) -> "AccessToken":
        """A token; `expires_on` is in seconds since the epoch. Raises an AzureError."""


def sign_in_with(tenant_id: str, client_id: str, login_url: str, environ: Mapping[str, str]) -> Credential:
    """The one credential that the environment names: never a chain, which could pick a stronger one than was meant.

    Blocks for the import. Raises ValueError or OSError for a certificate or an authority that cannot be used.
    """
    from azure.identity import (
        CertificateCredential,
        ClientSecretCredential,
        DeviceCodeCredential,
        WorkloadIdentityCredential,
    )

    # A sign-in service on this machine is a test's; azure-identity would ask Microsoft whether it knows it.
    unknown_to_microsoft = True if is_loopback(login_url) else None
    if certificate := environ.get("AZURE_CLIENT_CERTIFICATE_PATH"):
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
    if token_file := environ.get("AZURE_FEDERATED_TOKEN_FILE"):
        return WorkloadIdentityCredential(
            tenant_id=tenant_id, client_id=client_id, token_file_path=token_file, authority=login_url
        )
    return DeviceCodeCredential(
        client_id,
        tenant_id=tenant_id,
        authority=login_url,
        prompt_callback=show_code,
        disable_instance_discovery=unknown_to_microsoft,
    )


def show_code(address: str, code: str, expires_on: datetime) -> None:
    """Asks a person to sign in; on stderr, because stdout may be the protocol's."""
    until = f"{expires_on:%H:%M} UTC"
    sys.stderr.write(
        f"To sign in to Microsoft Graph, open {address} and enter the code {code} (valid until {until}).\n"
    )
    sys.stderr.flush()


def cached(build: Callable[[], Credential], scope: str, now: Callable[[], float] = time.time) -> TokenSource:
    """A source that builds the credential at its first token and asks it again five minutes before expiry.

    Callers at the same time wait for one sign-in. `now` is in seconds since the epoch.
    """
    one_at_a_time = asyncio.Lock()
    credential: Credential | None = None
    token, expires_on = "", float("-inf")

    def ask() -> "AccessToken":
        nonlocal credential
        # It logs the sign-in service's answers as warnings, which end on stderr.
        logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
        try:
            credential = credential or build()
        except (ValueError, TypeError, OSError):
            raise SettingsError(
                "The means to sign in could not be used: a certificate, its password or the sign-in URL is wrong.",
                "Check AZURE_CLIENT_CERTIFICATE_PATH (PEM or PKCS12 with an RSA key), "
                "AZURE_CLIENT_CERTIFICATE_PASSWORD, and that LICENSEIQ_LOGIN_URL starts with https://.",
            ) from None
        return _in_our_words(credential, scope)

    async def source() -> str:
        nonlocal token, expires_on
        async with one_at_a_time:
            if now() >= expires_on - RENEW_SECONDS:
                got = await _in_daemon_thread(ask)
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
        raise _translated(error) from None


def _translated(error: "AzureError | ValueError") -> LicenseIQError:
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError
    from azure.identity import CredentialUnavailableError

    # Most of azure-identity words a dead network as a refused sign-in, with the truth as its cause.
    if any(isinstance(it, ServiceRequestError | ServiceResponseError) for it in (error, error.__cause__)):
        return NotReadable(
            "The sign-in to Microsoft Graph failed: the sign-in service did not answer.",
            "Check the network, any proxy (HTTPS_PROXY) and LICENSEIQ_LOGIN_URL.",
            reason=Reason.UNREACHABLE.value,
        )
    found = _CODE.search(str(error))
    code = found[0] if found else ""
    what = f"The sign-in to Microsoft Graph was refused{f' ({code})' if code else ''}."
    if code in _CURES:
        return SettingsError(what, _CURES[code])
    if isinstance(error, CredentialUnavailableError | ValueError):
        return SettingsError(what, "Check LICENSEIQ_TENANT_ID, LICENSEIQ_CLIENT_ID, LICENSEIQ_LOGIN_URL and AZURE_*.")
    return NotReadable(
        what,
        "Sign in again within the time that the code is valid; without a code, check the credential in the AZURE_ "
        "variables. Microsoft explains the code at https://login.microsoftonline.com/error.",
        reason=Reason.SIGNED_OUT.value,
    )


async def _in_daemon_thread(work: Callable[[], T]) -> T:
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
