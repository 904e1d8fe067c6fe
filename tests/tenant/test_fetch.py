"""Reading pages from the demo tenant under its faults: each ends as a list, or as a reason, never as a shorter list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from licenseiq.errors import NotReadable
from licenseiq.readings import Source
from licenseiq_demo import process
from licenseiq_tenant.graph.client import Connection, open_graph
from licenseiq_tenant.graph.fetch import pages
from licenseiq_tenant.graph.guard import read_rule

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo")
    process.find_or_start(folder, "reader", users=250)
    yield folder
    process.stop(folder)


def read(home: Path, faults: list[Any]) -> int:
    """How many users are read under `faults`."""
    where, demo = process.control(home), process.find(home, "reader")
    assert where is not None
    assert demo is not None
    set_faults = {"url": f"{where[0]}/_demo/faults", "headers": {"X-Demo-Control": where[1]}}
    assert httpx.put(**set_faults, json={"faults": faults}).status_code < 300

    async def no_waiting(_: float) -> None:
        return

    async def token() -> str:
        return demo.token

    async def count() -> int:
        async with open_graph(Connection(demo.url, token), read_rule(demo.url)) as graph:
            info = graph.sdk.users.to_get_request_information()
            return sum([len(page) async for page in pages(graph, info, Source.USERS, no_waiting)])

    return anyio.run(count)


def test_all_pages_are_read(demo_home: Path) -> None:
    assert read(demo_home, []) > 200


def test_throttling_and_server_errors_are_waited_out(demo_home: Path) -> None:
    whole = read(demo_home, [])
    assert read(demo_home, ["throttle_storm:2"]) == whole
    assert read(demo_home, [{"what": "status", "path": "/users", "times": 2, "status": 500}]) == whole


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
def test_what_cannot_be_read_says_why_and_is_never_a_shorter_list(demo_home: Path, fault: Any, reason: str) -> None:
    """INV-21, INV-23, INV-31."""
    with pytest.raises(NotReadable) as caught:
        read(demo_home, [fault])
    assert caught.value.reason == reason


def test_nobody_is_an_empty_list_and_no_error(demo_home: Path) -> None:
    assert read(demo_home, ["nobody"]) == 0
