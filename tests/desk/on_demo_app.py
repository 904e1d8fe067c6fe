"""The demo tenant's app inside this process, reached only by what the desk's rule lets pass."""

from typing import Any

import httpx

from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_desk.execution.write_rule import write_rule

BASE = "http://127.0.0.1:5000/v1.0"


class Guarded(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await write_rule(BASE)(request)
        return await self.inner.handle_async_request(request)


class Graph:
    """What `licenseiq_tenant.graph.client.Graph` offers, with plain httpx."""

    def __init__(self, transport: httpx.AsyncBaseTransport, token: str) -> None:
        self.client = httpx.AsyncClient(transport=Guarded(transport), headers={"Authorization": f"Bearer {token}"})

    def url(self, path: str) -> str:
        return BASE + path

    async def send(self, info: Any) -> httpx.Response:
        headers = {name: ", ".join(values) for name, values in info.headers.get_all().items()}
        return await self.client.request(info.http_method.value, info.url, content=info.content, headers=headers)


def somebody(state: DemoState) -> Person:
    """An enabled cloud account with a direct licence and no role."""
    return next(
        person
        for person in state.tenant.people
        if person.fields["accountEnabled"]
        and not person.fields["onPremisesSyncEnabled"]
        and any(row["assignedByGroup"] is None for row in person.states)
        and not state.tenant.roles_of(person.id)
    )
