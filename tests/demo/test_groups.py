"""Groups, and the licences that follow a membership."""

import pytest
from tests.demo.caller import Caller, Json, code, message, sku

from licenseiq_demo.tenant import RULE_READS


def group(graph: Caller, name: str) -> Json:
    rows: list[Json] = graph.get("/groups?$select=id,displayName,assignedLicenses,groupTypes")["value"]
    return next(row for row in rows if name in row["displayName"])


def members(graph: Caller, key: str) -> list[str]:
    return [row["id"] for row in graph.get(f"/groups/{key}/members?$select=id&$top=999")["value"]]


def states(graph: Caller, key: str) -> list[Json]:
    rows: list[Json] = graph.get(f"/users/{key}?$select=licenseAssignmentStates")["licenseAssignmentStates"]
    return rows


def reference(key: str) -> Json:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{key}"}


def test_leaving_a_licensing_group_takes_its_licence_away(graph: Caller) -> None:
    found = group(graph, "Sales E3")
    key = members(graph, found["id"])[0]
    assert graph.ask("DELETE", f"/groups/{found['id']}/members/{key}/$ref") == (204, {})
    assert key not in members(graph, found["id"])
    assert found["id"] not in [row["assignedByGroup"] for row in states(graph, key)]
    assert found["id"] not in [row["id"] for row in graph.get(f"/users/{key}/transitiveMemberOf")["value"]]
    assert graph.ask("DELETE", f"/groups/{found['id']}/members/{key}/$ref")[0] == 404


def test_joining_a_licensing_group_gives_its_licence_once(graph: Caller) -> None:
    found, someone = group(graph, "Sales E3"), graph.some("active", department="HR")
    where = f"/groups/{found['id']}/members/$ref"
    assert graph.ask("POST", where, reference(someone.id)) == (204, {})
    assert (found["id"], "Active") in [(r["assignedByGroup"], r["state"]) for r in states(graph, someone.id)]
    status, body = graph.ask("POST", where, reference(someone.id))
    assert (status, "already exist" in message(body)) == (400, True)


def test_a_member_for_whom_no_seat_is_left_gets_an_error_and_no_seat(graph: Caller) -> None:
    found, someone = group(graph, "Visio"), graph.some("active", department="HR")
    graph.ask("POST", f"/groups/{found['id']}/members/$ref", reference(someone.id))
    row = next(r for r in states(graph, someone.id) if r["assignedByGroup"] == found["id"])
    assert (row["state"], row["error"]) == ("Error", "CountViolation")
    held = graph.get(f"/users/{someone.id}?$select=assignedLicenses")["assignedLicenses"]
    assert sku("VISIOCLIENT") not in [r["skuId"] for r in held]


@pytest.mark.parametrize(
    ("name", "said"),
    [("Finance E3", "dynamic membership"), ("(AD)", "on-premises mastered"), ("Power BI", "mail-enabled")],
)
def test_groups_that_are_filled_elsewhere_refuse_an_edit(graph: Caller, name: str, said: str) -> None:
    found = group(graph, name)
    key = members(graph, found["id"])[0]
    status, body = graph.ask("DELETE", f"/groups/{found['id']}/members/{key}/$ref")
    assert (status, code(body), said in message(body)) == (400, "Request_BadRequest", True)
    assert key in members(graph, found["id"])


def test_a_change_of_department_moves_somebody_out_of_a_dynamic_group(graph: Caller) -> None:
    someone = graph.some("active", department="Finance")
    finance = group(graph, "Finance E3")
    assert someone.id in members(graph, finance["id"])
    graph.ask("PATCH", f"/users/{someone.id}", {"department": "Field Service"})
    for _ in range(RULE_READS):
        assert someone.id in members(graph, finance["id"]), "rules are processed later"
    assert someone.id not in members(graph, finance["id"])
    assert someone.id in members(graph, group(graph, "Field Service F3")["id"])
    assert finance["id"] not in [row["assignedByGroup"] for row in states(graph, someone.id)]


def test_groups_that_hand_out_licences_can_be_asked_for(graph: Caller) -> None:
    path = "/groups?$select=id,assignedLicenses&$filter=assignedLicenses/$count ne 0&$count=true"
    rows = graph.get(path, ConsistencyLevel="eventual")["value"]
    assert len(rows) == 10
    assert all(row["assignedLicenses"] for row in rows)


def test_roles_are_found_by_their_holder(graph: Caller) -> None:
    someone = graph.some("break_glass")
    path = "/roleManagement/directory/roleAssignments?$expand=roleDefinition"
    rows = graph.get(f"{path}&$filter=principalId eq '{someone.id}'")["value"]
    assert [row["roleDefinition"]["displayName"] for row in rows] == ["Global Administrator"]
    assert len(graph.get(path)["value"]) > 6


def test_a_mailbox_says_what_it_is_for(graph: Caller) -> None:
    for cause, kind in (("active", "user"), ("shared_mailbox", "shared"), ("room", "room")):
        key = graph.some(cause).id
        assert graph.get(f"/users/{key}/mailboxSettings/userPurpose")["value"] == kind
        assert graph.get(f"/users/{key}/mailboxSettings")["userPurpose"] == kind
    status, body = graph.ask("GET", f"/users/{graph.some('service').id}/mailboxSettings")
    assert (status, code(body)) == (404, "MailboxNotEnabledForRESTAPI")


def test_a_batch_answers_each_item_with_its_own_status(graph: Caller) -> None:
    items = [
        {"id": "1", "method": "GET", "url": "/users/nobody"},
        {"id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"]},
        {
            "id": "3",
            "method": "GET",
            "url": "/users?$filter=assignedLicenses/$count ne 0&$count=true&$select=id&$top=999",
            "headers": {"ConsistencyLevel": "eventual"},
        },
    ]
    _, body = graph.ask("POST", "/$batch", {"requests": items}, role="reader")
    assert {row["id"]: row["status"] for row in body["responses"]} == {"1": 404, "2": 424, "3": 200}
    many = [{"id": str(n), "method": "GET", "url": "/organization"} for n in range(21)]
    assert graph.ask("POST", "/$batch", {"requests": many})[0] == 400
