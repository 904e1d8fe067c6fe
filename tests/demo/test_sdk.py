"""The real msgraph-sdk speaks with the running demo, through its own pipeline."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware.options import RedirectHandlerOption, ResponseHandlerOption
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.synchronization_job_application_parameters import SynchronizationJobApplicationParameters
from msgraph.generated.models.synchronization_job_subject import SynchronizationJobSubject
from msgraph.generated.models.user import User
from msgraph.generated.service_principals.item.synchronization.jobs.item.provision_on_demand.provision_on_demand_post_request_body import (  # noqa: E501
    ProvisionOnDemandPostRequestBody,
)
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

from licenseiq_demo.process import Demo

# The SDK warns of classes of its own while it is imported.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
logging.getLogger("httpx").setLevel(logging.WARNING)


class Token:
    """Sends the demo's token; what kiota asks of an authentication provider."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def authenticate_request(
        self, request: Any, additional_authentication_context: dict[str, Any] | None = None
    ) -> None:
        """Adds the header."""
        request.headers.try_add("Authorization", f"Bearer {self.token}")


async def send(adapter: GraphRequestAdapter, info: RequestInformation) -> httpx.Response:
    """Sends it and hands the answer back as it came."""
    info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
    answer: httpx.Response = await adapter.send_primitive_async(info, "bytes", {})
    return answer


def with_sdk(
    demo: Demo, use: Callable[[GraphServiceClient, GraphRequestAdapter], Awaitable[httpx.Response]]
) -> httpx.Response:
    """Runs `use` with a client of the SDK that is pointed at the demo."""

    async def run() -> httpx.Response:
        # The factory wraps the transport and never closes what it wrapped.
        async with httpx.AsyncHTTPTransport() as transport:
            http = httpx.AsyncClient(transport=transport, timeout=10)
            wire = GraphClientFactory.create_with_default_middleware(client=http, options=options)
            adapter = GraphRequestAdapter(Token(demo.token), wire)
            adapter.base_url = demo.url
            return await use(GraphServiceClient(request_adapter=adapter), adapter)

    return asyncio.run(run())


def test_the_sdk_reads_a_page_of_people_and_its_next_link(reader: Demo) -> None:
    async def read(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        info = client.users.to_get_request_information()
        info.query_parameters = {"%24select": ["id", "signInActivity"], "%24top": 20}
        return await send(adapter, info)

    answer = with_sdk(reader, read)
    page = answer.json()
    assert (answer.status_code, len(page["value"])) == (200, 20)
    assert page["@odata.nextLink"].startswith(f"{reader.url}/users?")

    async def follow(_: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        info = RequestInformation(method=Method.GET)
        info.url = page["@odata.nextLink"]
        return await send(adapter, info)

    second = with_sdk(reader, follow).json()["value"]
    assert len(second) == 20
    assert not {row["id"] for row in second} & {row["id"] for row in page["value"]}


@pytest.mark.parametrize(("follow", "status"), [(False, 302), (True, 401)])
def test_a_report_is_refused_to_a_pipeline_that_takes_its_token_along(reader: Demo, follow: bool, status: int) -> None:
    async def read(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        info = client.reports.get_mailbox_usage_detail_with_period("D90").to_get_request_information()
        info.add_request_options([RedirectHandlerOption(should_redirect=follow)])
        return await send(adapter, info)

    answer = with_sdk(reader, read)
    assert answer.status_code == status
    if not follow:
        assert httpx.get(answer.headers["location"]).content.startswith(b"\xef\xbb\xbfReport Refresh Date")


def test_the_sdk_reads_cases_of_ediscovery_and_the_settings_of_a_mailbox(reader: Demo) -> None:
    async def cases(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        return await send(adapter, client.security.cases.ediscovery_cases.to_get_request_information())

    async def settings(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        return await send(adapter, client.users.by_user_id(key).mailbox_settings.to_get_request_information())

    assert len(with_sdk(reader, cases).json()["value"]) == 3
    signed_in = {"Authorization": f"Bearer {reader.token}"}
    people = httpx.get(f"{reader.url}/users?$top=999&$select=id,mail,assignedLicenses", headers=signed_in).json()
    key = next(row["id"] for row in people["value"] if row["mail"] and len(row["assignedLicenses"]) > 1)
    assert with_sdk(reader, settings).json()["userPurpose"] == "user"


def test_the_sdk_gets_the_body_of_an_error(reader: Demo) -> None:
    async def write(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        info = client.users.by_user_id("someone").to_patch_request_information(User(account_enabled=False))
        return await send(adapter, info)

    answer = with_sdk(reader, write)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Authorization_RequestDenied")


def test_the_sdk_reads_methods_owned_objects_and_a_library_and_provisions_somebody(reader: Demo, writer: Demo) -> None:
    signed_in = {"Authorization": f"Bearer {reader.token}"}

    def get(path: str) -> Any:
        return httpx.get(f"{reader.url}{path}", headers=signed_in).json()

    key = next(row["id"] for row in get("/users?$top=999")["value"] if "id" in get(f"/users/{row['id']}/drive"))
    drive = get(f"/users/{key}/drive")["id"]
    app = get("/servicePrincipals?$filter=displayName eq 'Harrow CRM'")["value"][0]["id"]
    job = get(f"/servicePrincipals/{app}/synchronization/jobs")["value"][0]["id"]
    rule = get(f"/servicePrincipals/{app}/synchronization/jobs/{job}/schema")["synchronizationRules"][0]["id"]

    async def methods(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        return await send(adapter, client.users.by_user_id(key).authentication.methods.to_get_request_information())

    async def owned(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        return await send(adapter, client.users.by_user_id(key).owned_objects.to_get_request_information())

    async def children(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        items = client.drives.by_drive_id(drive).items.by_drive_item_id("root")
        return await send(adapter, items.children.to_get_request_information())

    async def provision(client: GraphServiceClient, adapter: GraphRequestAdapter) -> httpx.Response:
        subject = SynchronizationJobSubject(object_id=key, object_type_name="User")
        parameters = SynchronizationJobApplicationParameters(rule_id=rule, subjects=[subject])
        jobs = client.service_principals.by_service_principal_id(app).synchronization.jobs
        call = jobs.by_synchronization_job_id(job).provision_on_demand
        return await send(
            adapter, call.to_post_request_information(ProvisionOnDemandPostRequestBody(parameters=[parameters]))
        )

    assert "#microsoft.graph.passwordAuthenticationMethod" in [
        row["@odata.type"] for row in with_sdk(reader, methods).json()["value"]
    ]
    assert with_sdk(reader, owned).status_code == 200
    assert len(with_sdk(reader, children).json()["value"]) >= 3
    told = with_sdk(writer, provision)
    assert (told.status_code, set(told.json()) - {"@odata.context"}) == (200, {"key", "value"})
