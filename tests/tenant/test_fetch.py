"""Reading pages from the demo tenant under its faults: each ends as a list, or as a reason, never as a shorter list."""

from typing import Any

import anyio
import httpx
import pytest

from licenseiq.errors import NotReadable
from licenseiq.readings import Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import insist, pages
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


async def how_many(graph: Graph) -> int:
    info = graph.sdk.users.to_get_request_information()
    return sum([len(page) async for page in pages(graph, info, Source.USERS, no_waiting)])


def test_all_pages_are_read(demo: OnDemo) -> None:
    assert demo.read(how_many) > 200


def test_throttling_and_server_errors_are_waited_out(demo: OnDemo) -> None:
    whole = demo.read(how_many)
    assert demo.read(how_many, "throttle_storm:2") == whole
    assert demo.read(how_many, {"what": "status", "path": "/users", "times": 2, "status": 500}) == whole


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("forbid:users", "no_permission"),
        ("expired_token", "signed_out"),
        ({"what": "html", "path": "/users", "status": 200}, "malformed"),
        ({"what": "cut", "path": "/users"}, "malformed"),
        ({"what": "repeat_next_link", "path": "/users"}, "incomplete"),
        ({"what": "foreign_next_link", "path": "/users"}, "incomplete"),
        ({"what": "status", "path": "/users", "status": 500}, "unreachable"),
        ({"what": "status", "path": "/users", "status": 429}, "throttled"),
    ],
)
def test_what_cannot_be_read_says_why_and_is_never_a_shorter_list(demo: OnDemo, fault: Any, reason: str) -> None:
    """INV-21, INV-23, INV-31."""
    with pytest.raises(NotReadable) as caught:
        demo.read(how_many, fault)
    assert caught.value.reason == reason


def test_nobody_is_an_empty_list_and_no_error(demo: OnDemo) -> None:
    assert demo.read(how_many, "nobody") == 0


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7.0, 7.0]),
        ({}, [2.0, 4.0]),
        ({"Retry-After": "soon"}, [2.0, 4.0]),
        ({"Retry-After": "-1"}, [0.0, 0.0]),
        ({"Retry-After": "86400"}, [60.0, 60.0]),
    ],
)
def test_a_throttled_request_waits_as_long_as_graph_asks_and_never_for_hours(
    headers: dict[str, str], waits: list[float]
) -> None:
    """Retries count against the limit, so one that comes too early makes it worse."""
    answers = [httpx.Response(429, headers=headers), httpx.Response(503, headers=headers), httpx.Response(200)]
    waited: list[float] = []

    async def send() -> httpx.Response:
        return answers.pop(0)

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def ask() -> None:
        await insist(send, Source.USERS, sleep)

    anyio.run(ask)
    assert waited == waits
