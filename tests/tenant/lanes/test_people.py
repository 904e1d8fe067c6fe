"""People, licensing groups and roles against the demo tenant."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from licenseiq.errors import NotReadable
from licenseiq.people import Assignment, Person
from licenseiq.usage import Signals
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import groups as groups_lane
from licenseiq_tenant.lanes import people, queries
from licenseiq_tenant.lanes import roles as roles_lane
from licenseiq_tenant.lanes.found import Found
from tests.tenant.lanes.marks import NULLS, SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK


async def everybody(graph: Graph) -> tuple[list[Person], int]:
    found = [page async for page in people.user_pages(graph, no_waiting)]
    return [person for page in found for person in page.items], sum(page.unreadable for page in found)


def page(text: bytes) -> Found[Person]:
    return people.people_of(msgspec.json.decode(text, type=list[msgspec.Raw]))


async def groups(graph: Graph) -> Any:
    return await groups_lane.licensing_groups(graph, no_waiting)


async def holders(graph: Graph) -> Any:
    return await roles_lane.role_holders(graph, no_waiting)


async def eligible(graph: Graph) -> Any:
    return await roles_lane.eligible_holders(graph, no_waiting)


def test_everybody_is_read_with_licences_and_without_signals(demo: OnDemo) -> None:
    found, unreadable = demo.read(everybody)
    known = {row["id"]: row["upn"] for row in demo.control("GET", "/people")}
    assert {person.user_id: person.user_principal_name for person in found} == known
    assert unreadable == 0
    assert all(person.roles is None and person.signals == Signals() for person in found)
    held = [assignment for person in found for assignment in person.assignments]
    assert any(one.is_direct for one in held)
    assert any(not one.is_direct for one in held)
    assert {one.error for one in held} >= {None, "CountViolation"}
    assert "None" not in {one.error for one in held}
    assert {person.created.tzinfo for person in found if person.created} == {UTC}
    assert {"Netherlands", "Japan", None} <= {person.country for person in found}
    staff = [person for person in found if person.employee_id]
    assert len(staff) > len(found) // 2
    assert all(person.cost_center and person.division for person in staff)
    assert not any(person.cost_center for person in found if not person.employee_id)
    changed = {one.changed for one in held}
    assert None not in changed
    assert len(changed) > 50


def test_users_come_in_one_chain_of_the_largest_pages(demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 100)
    found, _ = demo.read(everybody)
    asked = [entry["query"] for entry in demo.requests() if entry["path"] == "/users"]
    assert len(asked) == -(-len(found) // 100)
    assert not any("filter" in query or "signInActivity" in query for query in asked)


def test_somebody_of_whom_graph_tells_nothing_is_kept_and_the_unknown_licences_are_counted(demo: OnDemo) -> None:
    """INV-23: null is not zero."""
    whole, _ = demo.read(everybody)
    found, unreadable = demo.read(everybody, NULLS)
    empty = [person for person in found if person == Person(person.user_id, licences_known=False)]
    assert len(found) == len(whole)
    assert len(empty) == unreadable > len(whole) // 2


def test_hostile_names_come_through_as_they_are(demo: OnDemo) -> None:
    found, unreadable = demo.read(everybody)
    names = [person.display_name or "" for person in found]
    assert unreadable == 0
    assert any("\nSYSTEM" in name for name in names)
    assert any("\x00" in name for name in names)
    assert any("\u202e" in name for name in names)


def test_a_broken_row_of_licences_spoils_neither_the_person_nor_the_other_rows() -> None:
    found = page(
        b"""[{"id": "A1", "licenseAssignmentStates": [
            {"skuId": "E3", "assignedByGroup": "G1", "state": "Active", "error": "None", "disabledPlans": ["P1", null]},
            {"skuId": 5}, null, {"state": "Active"}, {"skuId": "E5"}]}]"""
    )
    known = Assignment("e3", "g1", "Active", None, ("p1",))
    assert found.items == (Person("a1", assignments=(known, Assignment("e5", state=None))),)
    assert found.unreadable == 4
    assert found.items[0].seats() == ("e3",)


def test_people_that_make_no_sense_are_counted_and_spoil_nobody_else() -> None:
    found = page(
        b"""[{"userPrincipalName": "no.id@x"}, {"id": "b", "accountEnabled": "yes"}, null, 7,
            {"id": "c", "displayName": "\xff"}, {"id": "d", "createdDateTime": "2021-03-02T08:00:00"},
            {"id": "E", "licenseAssignmentStates": [], "unheardOf": {}}]"""
    )
    assert found.items == (Person("e"),)
    assert found.unreadable == 6


def test_dates_are_in_utc_and_a_placeholder_of_graph_is_no_date() -> None:
    found = page(
        b"""[{"id": "a", "licenseAssignmentStates": [], "createdDateTime": "2026-11-23T01:00:00.1234567+02:00",
             "employeeHireDate": "0001-01-01T00:00:00Z"},
            {"id": "b", "licenseAssignmentStates": [], "createdDateTime": "9999-12-31T23:59:59-05:00"}]"""
    )
    assert found.items[0].created == datetime(2026, 11, 22, 23, 0, 0, 123457, UTC)
    assert (found.items[0].hired, found.items[1].created) == (None, None)
    assert found.unreadable == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("forbid:users", "no_permission"),
        ("expired_token", "signed_out"),
        ({"what": "cut", "path": "/users"}, "malformed"),
        ({"what": "repeat_next_link", "path": "/users"}, "incomplete"),
    ],
)
def test_a_chain_that_breaks_gives_a_reason(
    demo: OnDemo, monkeypatch: pytest.MonkeyPatch, fault: Any, reason: str
) -> None:
    monkeypatch.setattr(queries, "PAGE", 100)
    with pytest.raises(NotReadable) as caught:
        demo.read(everybody, fault)
    assert caught.value.reason == reason


def test_groups_that_give_licences_are_found_with_their_rule(demo: OnDemo) -> None:
    found = demo.read(groups)
    by_name = {group.display_name: group for group in found.items}
    assert len(by_name) == 10
    assert "All Engineering" not in by_name
    assert by_name["Licences - Finance E3"].membership_rule == '(user.department -eq "Finance")'
    assert by_name["Licences - Finance E3"].sku_ids == ("05e9a617-0261-4cee-bb44-138d3ef5d965",)
    assert by_name["Licences - Warehouse (AD)"].synced is True
    assert by_name["Licences - Finance E3"].disabled_plans == ()
    givers = {a.group_id for person in demo.read(everybody)[0] for a in person.assignments} - {None}
    assert givers <= {group.group_id for group in found.items}


def test_the_later_pages_of_an_advanced_query_are_asked_for_as_the_first_was(
    demo: OnDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Graph puts the ConsistencyLevel into no link, and refuses the filter without it."""
    monkeypatch.setattr(queries, "PAGE", 2)
    assert len(demo.read(groups).items) == 10


def test_a_group_whose_licences_are_not_shown_is_unreadable(demo: OnDemo) -> None:
    found = demo.read(groups, NULLS | {"regex": "^/groups$"})
    assert (len(found.items), found.unreadable) == (4, 6)


def test_roles_have_names_and_without_one_their_id(demo: OnDemo) -> None:
    found = demo.read(holders)
    assert {"Global Administrator", "User Administrator"} <= {one.role_name for one in found.items}
    broken = demo.read(holders, NULLS | {"path": "/roleManagement"})
    assert broken.unreadable > 0
    assert len({(one.principal_id, one.role_name) for one in broken.items}) < len(found.items)


@pytest.mark.parametrize(
    ("reader", "lane"), [(groups, "groups"), (holders, "roles"), (eligible, "eligibility"), (eligible, "roles")]
)
def test_a_missing_permission_is_no_empty_list(demo: OnDemo, reader: Any, lane: str) -> None:
    with pytest.raises(NotReadable) as caught:
        demo.read(reader, f"forbid:{lane}")
    assert caught.value.reason == "no_permission"
