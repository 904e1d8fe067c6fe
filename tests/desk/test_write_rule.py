"""The only rule that lets writes pass, as a matrix. INV-01, INV-31, INV-33."""

import json

import httpx
import pytest

from licenseiq.errors import Refused
from licenseiq_desk.execution.write_rule import write_rule
from tests.desk.fakes import E3, E5, person_id

pytestmark = pytest.mark.anyio
BASE = "http://127.0.0.1:5000/v1.0"
ID = person_id(1)
USER = f"/users/{ID}"
OFF: object = {"accountEnabled": False}
REMOVE: object = {"addLicenses": [], "removeLicenses": [E3]}
ROLES = "/roleManagement/directory/roleAssignments"


async def passes(method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> bool:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    request = httpx.Request(method, url, content=content, headers=headers)
    try:
        await write_rule(BASE)(request)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", USER, OFF),
        ("POST", f"{USER}/revokeSignInSessions", None),
        ("POST", f"{USER}/assignLicense", REMOVE),
        ("POST", f"{USER}/assignLicense", {"addLicenses": [], "removeLicenses": [E3, E5]}),
        (
            "POST",
            f"{USER}/assignLicense",
            {"addLicenses": [{"skuId": E5, "disabledPlans": []}], "removeLicenses": [E3]},
        ),
        (
            "POST",
            f"{USER}/assignLicense",
            {"addLicenses": [{"skuId": E5, "disabledPlans": [E3]}], "removeLicenses": []},
        ),
        ("PATCH", USER, {"accountEnabled": True}),
        ("PATCH", USER, {"usageLocation": "DE"}),
        ("PATCH", USER, {"jobTitle": None}),
        ("POST", f"/groups/{ID}/members/$ref", {"@odata.id": f"{BASE}/directoryObjects/{ID}"}),
        ("DELETE", f"/groups/{ID}/members/{ID}/$ref", None),
        ("GET", f"/groups/{ID}?$select=id,groupTypes", None),
        ("GET", "/subscribedSkus?$select=skuId", None),
        ("GET", f"{USER}/memberOf/microsoft.graph.group?$select=id&$top=999", None),
        ("GET", f"{USER}?$select=id,accountEnabled", None),
        ("GET", f"{ROLES}?$filter=principalId%20eq%20'{ID}'&$expand=roleDefinition", None),
        ("GET", f"{USER}/transitiveMemberOf/microsoft.graph.group?$select=id,isAssignableToRole&$top=999", None),
    ],
)
async def test_what_the_desk_does_passes(method: str, path: str, body: object) -> None:
    assert await passes(method, BASE + path, body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", USER, {"accountEnabled": 0}),
        ("PATCH", USER, {"accountEnabled": None}),
        ("PATCH", USER, {}),
        ("PATCH", USER, {"displayName": "x"}),
        ("PATCH", USER, {"passwordProfile": {"password": "x"}}),
        ("PATCH", USER, {"jobTitle": ""}),
        ("PATCH", USER, {"jobTitle": "x" * 257}),
        ("PATCH", USER, {"jobTitle": ["x"]}),
        ("PATCH", USER, {"jobTitle": "x", "department": "y"}),
        ("POST", f"/groups/{ID}/members/$ref", {"@odata.id": f"https://evil.example/v1.0/directoryObjects/{ID}"}),
        ("POST", f"/groups/{ID}/members/$ref", {"@odata.id": f"{BASE}/directoryObjects/{ID}/x"}),
        ("POST", f"/groups/{ID}/members/$ref", {"@odata.id": f"{BASE}/users/{ID}"}),
        ("POST", f"/groups/{ID}/members/$ref", {"@odata.id": f"{BASE}/directoryObjects/{ID}", "x": 1}),
        ("POST", f"/groups/{ID}/members/$ref", {"members@odata.bind": [f"{BASE}/directoryObjects/{ID}"]}),
        ("POST", f"/servicePrincipals/{ID}/owners/$ref", {"@odata.id": f"{BASE}/directoryObjects/{ID}"}),
        ("PATCH", f"/groups/{ID}", {"members@odata.bind": [f"{BASE}/directoryObjects/{ID}"]}),
        ("DELETE", f"/groups/{ID}/members/{ID}", None),
        ("DELETE", f"/groups/{ID}", None),
        ("DELETE", f"/groups/{ID}/members/{ID}/$ref", {"x": 1}),
        ("GET", f"/groups/{ID}/members", None),
        ("GET", "/groups", None),
        (
            "POST",
            f"{USER}/assignLicense",
            {"addLicenses": [{"skuId": E3, "disabledPlans": []}], "removeLicenses": [E3]},
        ),
        (
            "POST",
            f"{USER}/assignLicense",
            {"addLicenses": [{"skuId": "E3", "disabledPlans": []}], "removeLicenses": []},
        ),
        (
            "POST",
            f"{USER}/assignLicense",
            {"addLicenses": [{"skuId": E5, "disabledPlans": ["x"]}], "removeLicenses": []},
        ),
        ("POST", f"{USER}/assignLicense", {"addLicenses": [[E5]], "removeLicenses": [E3]}),
        ("PATCH", USER, {"accountEnabled": False, "jobTitle": "x"}),
        ("PATCH", USER, b'{"accountEnabled":true,"accountEnabled":false}'),
        ("PATCH", USER, b'[{"accountEnabled":false}]'),
        ("PATCH", USER, b""),
        ("PATCH", f"{USER}?x=1", OFF),
        ("PATCH", f"{USER}/manager", OFF),
        ("PATCH", "/users/ana@contoso.example", OFF),
        ("PATCH", "/users/me", OFF),
        ("PATCH", f"/users/{ID}%2f..%2f{ID}", OFF),
        ("PATCH", f"/users/../groups/{ID}", OFF),
        ("PATCH", f"/groups/{ID}", OFF),
        ("PATCH", f"/Users/{ID}", OFF),
        ("PUT", USER, OFF),
        ("DELETE", USER, {"x": 1}),
        ("DELETE", f"{USER}/manager/$ref", None),
        ("POST", "/users", OFF),
        ("POST", "/$batch", {"requests": []}),
        ("POST", f"{USER}/revokeSignInSessions", {"x": 1}),
        ("POST", f"{USER}/revokeSignInSessions?x=1", None),
        ("POST", f"{USER}/invalidateAllRefreshTokens", None),
        ("POST", f"{USER}/assignLicense", {"addLicenses": [], "removeLicenses": []}),
        ("POST", f"{USER}/assignLicense", {"addLicenses": [{"skuId": E5}], "removeLicenses": [E3]}),
        ("POST", f"{USER}/assignLicense", {"removeLicenses": [E3]}),
        ("POST", f"{USER}/assignLicense", {"addLicenses": [], "removeLicenses": ["SPE_E3"]}),
        ("POST", f"{USER}/assignLicense", {"addLicenses": [], "removeLicenses": [E3], "x": 1}),
        ("POST", f"/groups/{ID}/assignLicense", REMOVE),
        ("POST", ROLES, {"principalId": ID}),
        ("GET", "/users", None),
        ("GET", f"{USER}/messages", None),
        ("GET", ROLES, None),
        ("GET", f"{ROLES}?$filter=principalId eq '{ID}' or true", None),
        ("GET", f"{USER}?$select=id&$select=id", None),
        ("GET", USER, OFF),
        ("HEAD", USER, None),
        ("OPTIONS", USER, None),
    ],
)
async def test_everything_else_is_refused_unsent(method: str, path: str, body: object) -> None:
    assert not await passes(method, BASE + path, body)


@pytest.mark.parametrize(
    "base",
    [
        "https://127.0.0.1:5000/v1.0",
        "http://127.0.0.1:5001/v1.0",
        "http://127.0.0.1/v1.0",
        "http://127.0.0.2:5000/v1.0",
        "http://127.0.0.1:5000/beta",
        "http://127.0.0.1:5000/v1.0/v1.0",
        "http://127.0.0.1:5000",
        "http://user@127.0.0.1:5000/v1.0",
        "http://127.0.0.1:5000@evil.example/v1.0",
        "http://graph.microsoft.com/v1.0",
    ],
)
async def test_no_other_host_port_scheme_or_version_is_spoken_to(base: str) -> None:
    assert not await passes("PATCH", base + USER, OFF)


async def test_a_request_in_disguise_is_refused() -> None:
    assert not await passes("POST", f"{BASE}{USER}/revokeSignInSessions", None, {"X-HTTP-Method-Override": "DELETE"})
