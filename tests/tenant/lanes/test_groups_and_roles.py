"""Who is in the groups that give licences or hold roles, and what cannot be known about that."""

from typing import Any

import msgspec
import pytest

from licenseiq.errors import NotReadable
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import bodies, groups, people, queries, roles
from tests.tenant.lanes.marks import NULLS, SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK


async def licensing(graph: Graph) -> Any:
    return await groups.licensing_groups(graph, no_waiting)


async def holders(graph: Graph) -> Any:
    return await roles.role_holders(graph, no_waiting)


async def eligible(graph: Graph) -> Any:
    return await roles.eligible_holders(graph, no_waiting)


async def everybody(graph: Graph) -> Any:
    return [person async for page in people.user_pages(graph, no_waiting) for person in page.items]


def test_the_members_of_a_licensing_group_are_those_who_get_its_licence(
    demo: OnDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 7)
    found = demo.read(licensing).items
    inherited = {(a.group_id, p.user_id) for p in demo.read(everybody) for a in p.assignments if a.group_id}
    assert {(group.group_id, who) for group in found for who in group.members} == inherited
    assert {group.processing_state for group in found} == {"ProcessingComplete"}
    assert not any("transitive" in entry["path"] for entry in demo.requests())


@pytest.mark.parametrize("fault", ["forbid:members", NULLS | {"regex": "/members$"}])
def test_a_group_whose_members_are_not_shown_is_kept_and_nobody_is_said_to_be_in_it(demo: OnDemo, fault: Any) -> None:
    whole, found = demo.read(licensing), demo.read(licensing, fault)
    assert [group.group_id for group in found.items] == [group.group_id for group in whole.items]
    assert None in {group.members for group in found.items}
    assert found.unreadable > 0


def test_a_group_that_comes_on_two_pages_is_one_group(demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = demo.read(licensing).items
    monkeypatch.setattr(queries, "PAGE", 6)
    assert demo.read(licensing, {"what": "overlap_pages", "path": "/groups"}).items == whole


def test_groups_inside_a_group_are_no_members_for_licensing() -> None:
    raws = msgspec.json.decode(
        b'[{"@odata.type": "#microsoft.graph.group", "id": "G"}, {"@odata.type": "#microsoft.graph.user", "id": "U"}]',
        type=list[msgspec.Raw],
    )
    rows, _ = bodies.decode_items(raws, bodies.DirectoryObject)
    assert [row.id for row in rows if row.kind == groups.USER] == ["U"]


def test_a_role_that_a_group_holds_is_held_by_its_members(demo: OnDemo) -> None:
    found = demo.read(holders).items
    with_helpdesk = {one.principal_id for one in found if one.role_name == "Helpdesk Administrator"}
    known = {row["id"]: row["cause"] for row in demo.control("GET", "/people")}
    assert len(with_helpdesk & known.keys()) >= 2
    assert {known[who] for who in with_helpdesk & known.keys()} == {"administrator"}
    assert len(with_helpdesk - known.keys()) == 1, "the group itself"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("forbid:members", "no_members"),
        (NULLS | {"regex": "/members$"}, "no_members"),
        ("forbid:roles", "no_permission"),
    ],
)
def test_who_is_privileged_is_unknown_while_a_group_with_a_role_cannot_be_looked_into(
    demo: OnDemo, fault: Any, reason: str
) -> None:
    """Fail closed: somebody privileged must not pass for somebody who is not."""
    with pytest.raises(NotReadable) as caught:
        demo.read(holders, fault)
    assert caught.value.reason == reason


def test_a_group_that_holds_a_role_is_found_without_being_told_what_it_is(demo: OnDemo) -> None:
    """To an app that may not read a principal Graph gives nothing of it."""
    whole = demo.read(holders).items
    found = demo.read(holders, NULLS | {"path": "/roleManagement", "query": "principal", "times": 1}).items
    assert set(found) == set(whole)


def test_roles_that_may_be_activated_are_read_by_themselves(demo: OnDemo) -> None:
    found = demo.read(eligible).items
    assert {one.role_name for one in found} == {"Global Reader"}
    assert len(found) == 2


@pytest.mark.parametrize("fault", ["no_p1", "no_p2"])
def test_without_p2_there_is_no_eligibility_and_that_is_said(demo: OnDemo, fault: str) -> None:
    with pytest.raises(NotReadable, match="Entra ID P2") as caught:
        demo.read(eligible, fault)
    assert caught.value.reason == "no_premium"
