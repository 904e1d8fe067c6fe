"""Lists that are not what they seem: pages left out, repeated or in a circle."""

from typing import Any

import pytest

from licenseiq.errors import NotReadable
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import people, queries
from tests.tenant.lanes.marks import SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK


async def counted(graph: Graph) -> int | None:
    return await people.user_count(graph, no_waiting)


async def names(graph: Graph) -> list[str]:
    return [person.user_id async for page in people.user_pages(graph, no_waiting) for person in page.items]


def test_graph_counts_the_people_that_it_lists(demo: OnDemo) -> None:
    assert demo.read(counted) == len(demo.read(names))


@pytest.mark.parametrize(
    "fault",
    [
        {"what": "status", "path": "/users/$count", "status": 400},
        {"what": "status", "path": "/users/$count", "status": 403},
        {"what": "html", "path": "/users/$count", "status": 200},
    ],
)
def test_where_graph_does_not_count_the_number_is_unknown(demo: OnDemo, fault: Any) -> None:
    assert demo.read(counted, fault) is None


def test_a_page_left_out_is_seen_by_the_count(demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 50)
    found = demo.read(names, {"what": "drop_page", "path": "/users", "times": 1})
    whole = demo.read(counted)
    assert whole is not None
    assert len(found) == whole - 50
    assert people.is_short(len(found), whole)


def test_a_circle_of_pages_ends_as_incomplete(demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 50)
    with pytest.raises(NotReadable) as caught:
        demo.read(names, {"what": "circle_next_link", "path": "/users"})
    assert caught.value.reason == "incomplete"


@pytest.mark.parametrize(
    ("listed", "before", "after", "short"),
    [
        (95, 100, 100, False),
        (94, 100, 100, True),
        (100, 100, 120, False),
        (100, 120, 100, False),
        (100, None, 120, True),
        (0, None, None, False),
        (199_801, 200_000, 200_000, False),
        (199_799, 200_000, 200_000, True),
    ],
)
def test_people_who_come_or_go_meanwhile_are_no_missing_page(
    listed: int, before: int | None, after: int | None, short: bool
) -> None:
    assert people.is_short(listed, before, after) is short
