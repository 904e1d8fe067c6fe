"""The Graph client against the demo tenant, over HTTP, through the SDK's own pipeline."""

import json
from typing import Any

import anyio
import httpx
import pytest

from licenseiq_desk.execution.graph_writer import GraphWriter
from licenseiq_desk.execution.write_rule import write_rule
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.guard import GuardRefused, read_rule
from tests.tenant.on_demo import OnDemo

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def request(method: str, url: str, body: bytes = b"") -> Any:
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    info = RequestInformation()
    info.http_method = Method(method)
    info.url = url
    if body:
        info.headers.try_add("Content-Type", "application/json")
        info.content = body
    return info


def test_people_are_read_through_the_sdks_own_request_builders(demo: OnDemo) -> None:
    async def people(graph: Graph) -> httpx.Response:
        return await graph.send(graph.sdk.users.to_get_request_information())

    answer = demo.read(people)
    assert answer.status_code == 200
    assert json.loads(answer.content)["value"]


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_the_reader_cannot_send_a_change_and_the_tenant_never_sees_one(demo: OnDemo, method: str) -> None:
    """INV-02."""

    async def write(graph: Graph) -> None:
        await graph.send(request(method, graph.url("/users/x"), b'{"accountEnabled":false}'))

    with pytest.raises(GuardRefused):
        demo.read(write)
    assert demo.changes() == 0


def test_a_batch_that_hides_a_change_is_refused(demo: OnDemo) -> None:
    """INV-02."""
    body = json.dumps({"requests": [{"id": "1", "method": "PATCH", "url": "/users/x"}]}).encode()

    async def write(graph: Graph) -> None:
        await graph.send(request("POST", graph.url("/$batch"), body))

    with pytest.raises(GuardRefused):
        demo.read(write)
    assert demo.changes() == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com.evil.example/v1.0/users",
        "http://graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com@evil.example/v1.0/users",
        "https://graph.microsoft.com:8443/v1.0/users",
        "https://graph.microsoft.com/beta/users",
        "https://graph.microsoft.com/v1.0/../beta/users",
        "https://reports.office.com.evil.example/data",
    ],
)
def test_no_request_leaves_for_another_place_than_graph(url: str) -> None:
    """INV-31."""
    rule = read_rule("https://graph.microsoft.com/v1.0")
    with pytest.raises(GuardRefused):
        anyio.run(rule, httpx.Request("GET", url))


def test_a_report_download_passes_only_without_a_token() -> None:
    """INV-32."""
    rule = read_rule("https://graph.microsoft.com/v1.0")
    url = "https://reportsneu.office.com/data/download/x"
    anyio.run(rule, httpx.Request("GET", url))
    with pytest.raises(GuardRefused):
        anyio.run(rule, httpx.Request("GET", url, headers={"Authorization": "Bearer x"}))


def test_a_report_is_downloaded_without_the_token(demo: OnDemo) -> None:
    async def report(graph: Graph) -> tuple[int, bytes]:
        builder = graph.sdk.reports.get_office365_active_user_detail_with_period("D90")
        answer = await graph.send(builder.to_get_request_information())
        assert answer.status_code == 302
        async with graph.download(answer.headers["Location"]) as download:
            return download.status_code, await download.aread()

    status, body = demo.read(report)
    assert status == 200
    assert body.decode("utf-8-sig").startswith("Report Refresh Date,User Principal Name")


def test_the_desks_writer_disables_an_account_through_the_sdk_and_reads_it_back(demo: OnDemo) -> None:
    """The positive control of the reader's guard: the same change, by the desk's rule, is seen by the tenant."""
    user_id = next(row["id"] for row in demo.control("GET", "/people") if row["cause"] == "untold_leaver")

    async def write() -> tuple[bool | None, bool | None]:
        async with demo.open("desk", write_rule(demo.found("desk").url, GuardRefused)) as graph:
            writer = GraphWriter(graph)
            before = await writer.account(user_id)
            await writer.set_sign_in(user_id, enabled=False)
            return before.account_enabled, (await writer.account(user_id)).account_enabled

    assert anyio.run(write) == (True, False)
    assert demo.changes() == 1
