"""Where the reader's tokens come from, and which of them it refuses."""

import base64
import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from licenseiq.errors import Refused, SettingsError
from licenseiq.readings import NAMES
from licenseiq_tenant.graph.sign_in import TokenSource, cached, sign_in_with

READER_PERMISSIONS = tuple(sorted({permission for _, permission in NAMES.values()}))

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
    tenant_id: str | None, client_id: str | None, graph_url: str, login_url: str | None, environ: Mapping[str, str]
) -> TokenSource:
    """Tokens of the app registration for the Graph at `graph_url`, kept in memory until five minutes before expiry.

    The environment says how to sign in: AZURE_CLIENT_CERTIFICATE_PATH, AZURE_CLIENT_SECRET or
    AZURE_FEDERATED_TOKEN_FILE, in this order; without any, a person signs in with a code that is shown on stderr.
    Raises SettingsError for a missing id. The source raises NotReadable (signed out, unreachable) or SettingsError.
    """
    if not tenant_id or not client_id:
        raise SettingsError(
            "The tenant or the app registration to sign in with is not set.",
            "Set LICENSEIQ_TENANT_ID and LICENSEIQ_CLIENT_ID.",
        )
    graph = urlsplit(graph_url)
    login = login_url or login_of(graph_url, environ)
    return cached(
        lambda: sign_in_with(tenant_id, client_id, login, environ), f"{graph.scheme}://{graph.hostname}/.default"
    )


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
