"""A person signs in once, with `licenseiq connect`; every other process uses that silently and never asks.

A chat client hides what a server writes, so a code that is shown there would be seen by nobody.
"""

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason
from licenseiq_tenant.graph.guard import is_loopback
from licenseiq_tenant.graph.sign_in import Credential, be_quiet, in_daemon_thread, show_code, translated
from licenseiq_tenant.graph.token_cache import Account, KeptSignIn

if TYPE_CHECKING:
    from azure.identity import AuthenticationRecord

Way = Literal["device code", "browser"]
BROWSER_SECONDS = 300


async def sign_in_person(
    kept: KeptSignIn, tenant_id: str, client_id: str, login_url: str, scope: str, way: Way
) -> None:
    """Asks a person to sign in, and keeps it. Waits for minutes. Raises NotReadable or SettingsError."""
    found = await in_daemon_thread(lambda: _authenticate(kept, tenant_id, client_id, login_url, scope, way))
    from azure.identity import AuthenticationRecord

    # The refresh token goes where the settings say, not where the answer says that it came from (INV-31).
    here = urlsplit(login_url).netloc
    record = AuthenticationRecord(tenant_id, client_id, here, found.home_account_id, found.username)
    kept.keep(Account(tenant_id, client_id, login_url, record.serialize()))


def silent(kept: KeptSignIn, tenant_id: str, client_id: str, login_url: str) -> Credential:
    """The sign-in that was kept for this tenant and registration. Blocking. Raises NotReadable when there is none."""
    account = kept.account()
    if account is None or (account.tenant_id, account.client_id, account.login_url) != (
        tenant_id,
        client_id,
        login_url,
    ):
        raise NotReadable(
            "Nobody is signed in to this tenant.",
            "A person signs in with 'licenseiq connect'. A service sets AZURE_CLIENT_CERTIFICATE_PATH, "
            "AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE.",
            reason=Reason.SIGNED_OUT.value,
        )
    from azure.identity import AuthenticationRecord, DeviceCodeCredential

    return DeviceCodeCredential(
        client_id,
        tenant_id=tenant_id,
        # It names registration and authority too.
        authentication_record=AuthenticationRecord.deserialize(account.record),
        disable_automatic_authentication=True,
        # Reached never, but the default would print on stdout, which may be the protocol's.
        prompt_callback=show_code,
        disable_instance_discovery=True if is_loopback(login_url) else None,
        _cache=kept.cache(),
    )


def for_this_process(tenant_id: str, client_id: str, login_url: str) -> Credential:
    """A person's sign-in by a code at the first token, in memory alone: it ends with this process. Blocks for the
    import."""
    from azure.identity import DeviceCodeCredential

    return DeviceCodeCredential(
        client_id,
        tenant_id=tenant_id,
        authority=login_url,
        prompt_callback=show_code,
        disable_instance_discovery=True if is_loopback(login_url) else None,
    )


def _authenticate(
    kept: KeptSignIn, tenant_id: str, client_id: str, login_url: str, scope: str, way: Way
) -> "AuthenticationRecord":
    from azure.core.exceptions import AzureError
    from azure.identity import DeviceCodeCredential, InteractiveBrowserCredential

    be_quiet()
    # As in sign_in_with: Microsoft does not know a sign-in service of a test.
    unknown_to_microsoft = True if is_loopback(login_url) else None
    try:
        if way == "browser":
            return InteractiveBrowserCredential(
                client_id=client_id,
                tenant_id=tenant_id,
                authority=login_url,
                timeout=BROWSER_SECONDS,
                disable_instance_discovery=unknown_to_microsoft,
                _cache=kept.cache(),
            ).authenticate(scopes=[scope])
        return DeviceCodeCredential(
            client_id,
            tenant_id=tenant_id,
            authority=login_url,
            prompt_callback=show_code,
            disable_instance_discovery=unknown_to_microsoft,
            _cache=kept.cache(),
        ).authenticate(scopes=[scope])
    except (AzureError, ValueError) as error:
        # Not chained: a traceback would print the sign-in service's answer.
        raise translated(error) from None
