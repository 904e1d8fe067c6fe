"""Asking the desk's pages as a browser of their own origin does, in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from licenseiq_desk.pages.app import Pages
from tests.desk.fakes import TENANT, World
from tests.desk.passkey_world import PARTY
from tests.desk.soft_authenticator import SoftAuthenticator

SECRET = "a secret of this start"
OURS = {"Origin": PARTY.origin, "Sec-Fetch-Site": "same-origin"}
COMMAND = {"Authorization": f"Bearer {SECRET}"}


@asynccontextmanager
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = Pages(world.desk, TENANT, world.tenant, PARTY.origin, SECRET).app()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PARTY.origin) as client:
        yield client


async def asked(client: httpx.AsyncClient, path: str, body: object, **headers: str) -> httpx.Response:
    return await client.post(path, json=body, headers={**OURS, **headers})


async def begun(client: httpx.AsyncClient, who: str, *proposals: str, **more: Any) -> Any:
    chosen = {"proposals": proposals or ["p-1"], "approver": who, "decision": "approve", **more}
    answer = await asked(client, "/api/decisions/begin", chosen)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def answered(client: httpx.AsyncClient, found: Any, key: SoftAuthenticator) -> httpx.Response:
    return await asked(client, f"/api/decisions/{found['ticket']}", {"credential": key.sign(found["options"])})
