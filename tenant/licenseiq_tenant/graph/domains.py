"""The id of a tenant by one of its domains: public, and asked of the sign-in service without a token."""

import re

import httpx
import msgspec

from licenseiq.errors import NotReadable, SettingsError
from licenseiq.readings import Reason
from licenseiq_tenant.graph.network import Outward, network_advice

_ISSUER = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|$)")


class _Configuration(msgspec.Struct):
    issuer: str | None = None


async def tenant_id_of(domain: str, login_url: str) -> str:
    """The GUID in lower case. Raises SettingsError for a domain of no tenant, NotReadable without an answer."""
    url = f"{login_url}/{domain}/v2.0/.well-known/openid-configuration"
    try:
        async with httpx.AsyncClient(transport=Outward(), timeout=20.0) as client:
            answer = await client.get(url)
    except httpx.RequestError as error:
        raise NotReadable(
            "The sign-in service did not answer.", network_advice(error), reason=Reason.UNREACHABLE.value
        ) from None
    try:
        issuer = msgspec.json.decode(answer.content, type=_Configuration).issuer or ""
    except ValueError:
        issuer = ""
    found = _ISSUER.search(issuer.lower())
    if answer.status_code != 200 or found is None:
        raise SettingsError(
            "No tenant of this cloud has that domain.",
            "Check --tenant, or give the tenant's id; --cloud chooses a national cloud.",
        )
    return found[1]
