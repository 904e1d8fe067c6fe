"""Lists that are not what they seem: pages left out, repeated or in a circle."""

from typing import Any

import anyio
import pytest

from licenseiq.errors import NotReadable
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import groups, people, queries
from licenseiq_tenant.lanes.found import Found
from tests.tenant.lanes.marks import SDK
from tests.tenant.lanes.scripted import Scripted
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


async def licensing(graph: Graph) -> Found[groups.LicensingGroup]:
    return await groups.licensing_groups(graph, no_waiting)


@pytest.mark.parametrize("what", ["drop_page", "half"])
def test_groups_that_are_fewer_than_graph_counts_are_an_error(
    demo: OnDemo, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """INV-23: one group that is missing is enough."""
    monkeypatch.setattr(queries, "PAGE", 2)
    assert not demo.read(licensing).unchecked
    with pytest.raises(NotReadable) as caught:
        demo.read(licensing, {"what": what, "regex": "^/groups$", "times": 1})
    assert caught.value.reason == "incomplete"


def scripted(body: bytes) -> Found[groups.LicensingGroup]:
    async def ask() -> Found[groups.LicensingGroup]:
        async with Scripted([], direct=body).open() as graph:
            return await licensing(graph)

    return anyio.run(ask)


def test_a_group_that_comes_twice_does_not_stand_for_one_that_is_missing() -> None:
    group = b'{"id": "%b", "assignedLicenses": []}'
    twice = b'{"@odata.count": 2, "value": [%b, %b]}'
    assert scripted(twice % (group % b"A", group % b"B")) == Found((), 0)
    with pytest.raises(NotReadable):
        scripted(twice % (group % b"A", group % b"a"))


def test_groups_that_make_no_sense_are_unreadable_and_not_missing() -> None:
    assert scripted(b'{"@odata.count": 3, "value": [{}, null, {"id": 7}]}') == Found((), 3)


def test_where_graph_does_not_count_the_groups_that_is_told() -> None:
    assert scripted(b'{"value": []}') == Found((), 0, unchecked=True)
    assert scripted(b'{"@odata.count": 0, "value": []}') == Found((), 0)
