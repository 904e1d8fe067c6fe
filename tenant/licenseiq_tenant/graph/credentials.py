"""Where the reader's tokens come from, and which of them it refuses."""

import base64
import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from licenseiq.errors import Refused, SettingsError
from licenseiq.readings import NAMES
from licenseiq_tenant.graph.person import silent
from licenseiq_tenant.graph.sign_in import TokenSource, cached, names_a_service, sign_in_with
from licenseiq_tenant.graph.token_cache import KeptSignIn

READER_PERMISSIONS = tuple(sorted({permission for _, permission in NAMES.values() if permission}))

# Where each national cloud signs in (Graph, "National cloud deployments").
_LOGIN_OF = {
    "graph.microsoft.us": "https://login.microsoftonline.us",
    "dod-graph.microsoft.us": "https://login.microsoftonline.us",
    "microsoftgraph.chinacloudapi.cn": "https://login.chinacloudapi.cn",
}
_SIGN_IN_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
# Graph names a permission Resource.Operation.Constraint (Graph, permissions reference).
_READS = re.compile(r"[A-Za-z0-9-]+\.(?:Read|ReadBasic)(?:\.[A-Za-z]+)?")
_QUOTABLE = re.compile(r"[A-Za-z0-9._-]{1,80}")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def token_source(
    tenant_id: str | None,
    client_id: str | None,
    graph_url: str,
    login_url: str | None,
    environ: Mapping[str, str],
    *,
    kept: KeptSignIn,
    certificate: str | None = None,
) -> TokenSource:
    """Tokens of the app registration for the Graph at `graph_url`, kept in memory until five minutes before expiry.

    The environment says how a service signs in: AZURE_CLIENT_CERTIFICATE_PATH, AZURE_CLIENT_SECRET or
    AZURE_FEDERATED_TOKEN_FILE, in this order, or AZURE_TOKEN_CREDENTIALS set to ManagedIdentityCredential; else the
    settings' `certificate`; else it is the sign-in that a person has `kept`, and nobody is asked.
    Raises SettingsError for a missing id. The source raises NotReadable (signed out, unreachable) or SettingsError.
    """
    if not tenant_id or not client_id:
        raise SettingsError(
            "The tenant or the app registration to sign in with is not set.",
            "Run 'licenseiq connect', or set LICENSEIQ_TENANT_ID and LICENSEIQ_CLIENT_ID.",
        )
    login = login_url or login_of(graph_url, environ)
    certificate = None if names_a_service(environ) else certificate
    if names_a_service(environ, certificate):
        return cached(lambda: sign_in_with(tenant_id, client_id, login, environ, certificate), scope_of(graph_url))
    return cached(lambda: silent(kept, tenant_id, client_id, login), scope_of(graph_url))


def scope_of(graph_url: str) -> str:
    """What a sign-in asks for: everything that was consented to at this Graph."""
    graph = urlsplit(graph_url)
    return f"{graph.scheme}://{graph.hostname}/.default"


def login_of(graph_url: str, environ: Mapping[str, str]) -> str:
    """Where to sign in for the Graph at `graph_url`: by azure-identity's variable, else by its cloud."""
    cloud = _LOGIN_OF.get(urlsplit(graph_url).hostname or "", "https://login.microsoftonline.com")
    return environ.get("AZURE_AUTHORITY_HOST") or cloud


def static_token(token: str) -> TokenSource:
    """A source of one ready token: the demo's, or a test server's."""

    async def source() -> str:
        return token

    return source


def guarded(source: TokenSource) -> TokenSource:
    """`source`, with each new token checked by `refuse_writing_tokens` before anyone gets it (INV-02)."""
    checked: str | None = None

    async def guard() -> str:
        nonlocal checked
        token = await source()
        if token != checked:
            refuse_writing_tokens(token)
            checked = token
        return token

    return guard


def refuse_writing_tokens(token: str) -> None:
    """Raises Refused if the token carries a permission that is not one to read (INV-02).

    It lists what may pass, so a permission of next year is refused too. A token that is no JWT says nothing about
    itself and passes: the demo's is one; what it may do, the transport's guard decides. No signature is checked: the
    token is on its way to Graph, which does that.
    """
    claims = _claims(token)
    refused = [name for name in _permissions(claims) if name not in _SIGN_IN_SCOPES and not _READS.fullmatch(name)]
    if refused:
        words = sorted({name if _QUOTABLE.fullmatch(name) else "one without a proper name" for name in refused})
        more = f" and {len(words) - 5} more" if len(words) > 5 else ""
        raise Refused(
            f"The token for reading Microsoft Graph can do more than read: {', '.join(words[:5])}{more}.",
            "Give the reader's app registration read permissions only, and the desk one of its own. "
            f"The reader needs {', '.join(READER_PERMISSIONS)}.",
        )


def tenant_of(token: str) -> str | None:
    """The id of the tenant that the token is for, in lower case; None if it does not say."""
    tenant = _claims(token).get("tid")
    return tenant.lower() if isinstance(tenant, str) and _GUID.fullmatch(tenant.lower()) else None


def permissions_of(token: str) -> tuple[str, ...] | None:
    """The permissions that the token names, without those of the sign-in itself; None for a token that is no JWT."""
    claims = _claims(token)
    if not claims:
        return None
    return tuple(sorted(set(_permissions(claims)) - _SIGN_IN_SCOPES))


def _permissions(claims: Mapping[str, object]) -> list[str]:
    """Application permissions stand in `roles`, a list; delegated ones in `scp`, parted by spaces."""
    names: list[str] = []
    for claim in ("roles", "scp"):
        value = claims.get(claim, [])
        names += value.split() if isinstance(value, str) else map(str, value if isinstance(value, list) else [value])
    return names


def _claims(token: str) -> Mapping[str, object]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
