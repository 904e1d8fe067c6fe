"""What changed since a link was given, against the demo tenant."""

from typing import Any

import pytest

from licenseiq.errors import NotReadable
from licenseiq.readings import Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import delta, people
from tests.tenant.lanes.marks import SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK


def start(demo: OnDemo, source: Source = Source.USERS, *faults: Any) -> str | None:
    async def ask(graph: Graph) -> str | None:
        return await delta.start(graph, source, no_waiting)

    return demo.read(ask, *faults)


def since(demo: OnDemo, link: str | None, *faults: Any) -> delta.Changes:
    async def ask(graph: Graph) -> delta.Changes:
        return await delta.since(graph, Source.USERS, link or "", no_waiting)

    return demo.read(ask, *faults)


def ids(demo: OnDemo) -> list[str]:
    return [row["id"] for row in demo.control("GET", "/people")]


def test_a_start_reads_nobody(demo: OnDemo) -> None:
    assert start(demo) is not None
    assert len(demo.requests()) == 1
    assert not any("$top" in entry["query"] or "signInActivity" in entry["query"] for entry in demo.requests())


def test_what_changed_is_told_once_over_all_pages_and_the_next_link_knows_it(demo: OnDemo) -> None:
    link = start(demo)
    several = ids(demo)[:130]
    for who in (*several, several[0]):
        demo.control("PATCH", f"/people/{who}", {"city": "Leeds"})
    found = since(demo, link)
    assert found.changed == set(several)
    assert not found.removed
    assert len(demo.requests()) > 1
    assert not since(demo, found.link).changed


def test_who_was_deleted_and_restored_is_there(demo: OnDemo) -> None:
    """Items come more than once, and the last word holds."""
    link = start(demo)
    who = ids(demo)[0]
    demo.control("DELETE", f"/people/{who}")
    assert since(demo, link).removed == {who}
    demo.control("POST", f"/people/{who}", {})
    found = since(demo, link)
    assert (found.changed, found.removed) == ({who}, frozenset())


def test_people_are_read_by_their_ids_fifteen_at_a_time(demo: OnDemo) -> None:
    wanted = ids(demo)[:40]

    async def ask(graph: Graph) -> Any:
        return await people.some_people(graph, [*wanted, "00000000-0000-4000-8000-000000000000"], no_waiting)

    assert {person.user_id for person in demo.read(ask).items} == set(wanted)
    assert len(demo.requests()) == 3


@pytest.mark.parametrize("status", [400, 404, 410, 500])
def test_without_a_link_to_start_from_there_is_none(demo: OnDemo, status: int) -> None:
    assert start(demo, Source.GROUPS, {"what": "status", "path": "/groups/delta", "status": status}) is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"what": "status", "path": "/users/delta", "status": 410, "code": "resyncRequired"}, "incomplete"),
        ({"what": "cut", "path": "/users/delta"}, "incomplete"),
        ({"what": "status", "path": "/users/delta", "status": 429}, "throttled"),
        ("expired_token", "signed_out"),
    ],
)
def test_a_link_that_cannot_be_followed_says_why(demo: OnDemo, fault: Any, reason: str) -> None:
    link = start(demo)
    with pytest.raises(NotReadable) as caught:
        since(demo, link, fault)
    assert caught.value.reason == reason


def test_a_stored_link_is_followed_only_below_graph(demo: OnDemo) -> None:
    with pytest.raises(NotReadable) as caught:
        since(demo, "https://graph.attacker.example/v1.0/users/delta?$deltatoken=x")
    assert caught.value.reason == "incomplete"
    assert not demo.requests()
