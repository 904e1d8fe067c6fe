"""Who manages whom: in a request of its own, a hundred people a page."""

import pytest

from licenseiq.errors import NotReadable
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes.managers import manager_pages
from tests.tenant.lanes.marks import SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK


async def everybody(graph: Graph) -> tuple[dict[str, str | None], int]:
    found = [page async for page in manager_pages(graph, no_waiting)]
    return dict(pair for page in found for pair in page.items), sum(page.unreadable for page in found)


def test_everybody_is_listed_with_the_manager_or_none(demo: OnDemo) -> None:
    found, unreadable = demo.read(everybody)
    known = {row["id"]: row["cause"] for row in demo.control("GET", "/people")}
    assert found.keys() == known.keys()
    assert unreadable == 0
    assert {boss for boss in found.values() if boss} <= known.keys()
    assert sum(boss is not None for boss in found.values()) > len(known) // 2
    assert all(boss is None for who, boss in found.items() if known[who] == "room")


def test_all_pages_are_asked_for_as_graph_gives_a_hundred_at_most(demo: OnDemo) -> None:
    found, _ = demo.read(everybody)
    asked = [entry["query"] for entry in demo.requests() if entry["path"] == "/users"]
    assert len(asked) == -(-len(found) // 100)
    assert all("manager($select=id)" in query and "signInActivity" not in query for query in asked)


def test_a_missing_permission_is_no_company_without_managers(demo: OnDemo) -> None:
    """INV-21."""
    with pytest.raises(NotReadable) as caught:
        demo.read(everybody, "forbid:users")
    assert caught.value.reason == "no_permission"
    assert "managers" in str(caught.value)
