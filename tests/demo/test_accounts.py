"""Accounts that come, change hands, go, and are exported."""

from urllib.parse import urlsplit

import pytest
from tests.demo.caller import Caller, Json, code, message, sku

from licenseiq_demo.graph.personal_data import MOST_A_DAY
from licenseiq_demo.tenant import RULE_READS

NEW: Json = {
    "accountEnabled": True,
    "displayName": "Saoirse Lindgren",
    "mailNickname": "saoirse.lindgren",
    "userPrincipalName": "saoirse.lindgren@larkfield.example",
    "passwordProfile": {"password": "Xk7-trombone-bay", "forceChangePasswordNextSignIn": True},
    "department": "Finance",
    "employeeId": "990001",
}


def create(graph: Caller, **more: object) -> Json:
    status, body = graph.ask("POST", "/users", NEW | more)
    assert status == 201, body
    return body


def test_a_new_account_is_found_by_its_name_and_its_number_and_has_nothing_yet(graph: Caller) -> None:
    made = create(graph)
    found = graph.get("/users?$filter=employeeId eq '990001'&$select=id,assignedLicenses,usageLocation")["value"]
    assert found == [{"id": made["id"], "assignedLicenses": [], "usageLocation": None}]
    assert graph.get(f"/users/{NEW['userPrincipalName']}")["id"] == made["id"]
    assert graph.ask("GET", f"/users/{made['id']}/drive")[0] == 404
    methods = graph.get(f"/users/{made['id']}/authentication/methods")["value"]
    assert [m["@odata.type"] for m in methods] == ["#microsoft.graph.passwordAuthenticationMethod"]


def test_a_rule_takes_a_new_account_in_after_some_reads(graph: Caller) -> None:
    made = create(graph)
    path = f"/users/{made['id']}?$select=assignedLicenses"
    for _ in range(RULE_READS):
        assert graph.get(path)["assignedLicenses"] == []
    assert [row["skuId"] for row in graph.get(path)["assignedLicenses"]] == [sku("SPE_E3")]


@pytest.mark.parametrize(
    "missing", ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"]
)
def test_what_an_account_needs_has_to_be_there(graph: Caller, missing: str) -> None:
    status, body = graph.ask("POST", "/users", {name: value for name, value in NEW.items() if name != missing})
    assert (status, code(body)) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"userPrincipalName": "someone@elsewhere.example"}, "verified domain"),
        ({"userPrincipalName": "sa oirse@larkfield.example"}, "userPrincipalName"),
        ({"passwordProfile": {"password": "aaaaaaaaaa"}}, "complexity"),
        ({"shoeSize": 43}, "shoeSize"),
    ],
)
def test_what_graph_does_not_take_is_refused_in_words(graph: Caller, change: Json, said: str) -> None:
    status, body = graph.ask("POST", "/users", NEW | change)
    assert (status, said in message(body)) == (400, True)


def test_a_name_is_given_once(graph: Caller) -> None:
    create(graph)
    status, body = graph.ask("POST", "/users", NEW)
    assert (status, "already exists" in message(body)) == (400, True)


def test_a_manager_is_set_replaced_and_removed(graph: Caller) -> None:
    someone, boss = graph.some("untold_leaver"), graph.some("active", department="HR")
    where = f"/users/{someone.id}/manager"
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{boss.id}"}
    assert graph.ask("PUT", f"{where}/$ref", reference) == (204, {})
    assert graph.get(where)["id"] == boss.id
    assert someone.id in [row["id"] for row in graph.get(f"/users/{boss.id}/directReports?$top=999")["value"]]
    assert graph.ask("DELETE", f"{where}/$ref") == (204, {})
    assert graph.ask("GET", where)[0] == 404
    synced = graph.some("active", onPremisesSyncEnabled=True)
    assert "on-premises mastered" in message(graph.ask("PUT", f"/users/{synced.id}/manager/$ref", reference)[1])


def test_a_deleted_account_can_come_back_until_it_is_purged(graph: Caller) -> None:
    someone = graph.some("untold_leaver")
    groups = graph.get(f"/users/{someone.id}/memberOf")["value"]
    assert graph.ask("DELETE", f"/users/{someone.id}") == (204, {})
    assert graph.ask("GET", f"/users/{someone.id}")[0] == graph.ask("DELETE", f"/users/{someone.id}")[0] == 404
    [listed] = graph.get("/directory/deletedItems/microsoft.graph.user")["value"]
    assert (listed["id"], listed["deletedDateTime"][:10]) == (someone.id, "2026-11-23")
    assert graph.ask("POST", f"/directory/deletedItems/{someone.id}/restore")[0] == 200
    assert graph.get(f"/users/{someone.id}/memberOf")["value"] == groups
    graph.ask("DELETE", f"/users/{someone.id}")
    assert graph.ask("DELETE", f"/directory/deletedItems/{someone.id}") == (204, {})
    assert graph.ask("DELETE", f"/directory/deletedItems/{someone.id}")[0] == 404
    assert graph.ask("POST", f"/directory/deletedItems/{someone.id}/restore")[0] == 404


def test_a_deletion_frees_the_seats_at_once(graph: Caller) -> None:
    someone = next(p for p in graph.state.tenant.people if p.cause == "told_leaver" and p.fields["assignedLicenses"])
    graph.control("PATCH", f"/people/{someone.id}", {"onPremisesSyncEnabled": None})
    part = someone.fields["assignedLicenses"][0]["skuId"]

    def taken() -> int:
        rows = graph.get("/subscribedSkus")["value"]
        return next(int(row["consumedUnits"]) for row in rows if row["skuId"] == part)

    before = taken()
    assert graph.ask("DELETE", f"/users/{someone.id}")[0] == 204
    assert taken() == before - 1


def test_a_synced_account_is_not_deleted_in_the_cloud(graph: Caller) -> None:
    someone = graph.some("active", onPremisesSyncEnabled=True)
    status, body = graph.ask("DELETE", f"/users/{someone.id}")
    assert (status, "on-premises mastered" in message(body)) == (400, True)
    assert graph.get(f"/users/{someone.id}")["id"] == someone.id


def test_creating_and_deleting_can_be_forbidden_each_by_itself(graph: Caller) -> None:
    someone = graph.some("untold_leaver")
    graph.faults("forbid:create_users", "forbid:delete_users")
    assert graph.ask("POST", "/users", NEW)[0] == 403
    assert graph.ask("DELETE", f"/users/{someone.id}")[0] == 403
    assert graph.ask("PATCH", f"/users/{someone.id}", {"jobTitle": "Adviser"})[0] == 204


def test_an_export_is_an_operation_that_comes_to_an_end(graph: Caller) -> None:
    key = graph.some("active").id
    headers = {"Authorization": f"Bearer {graph.state.tokens['desk']}"}
    body = {"storageLocation": "https://store.example/export?sig=x"}
    answer = graph.client.post(f"/v1.0/users/{key}/exportPersonalData", json=body, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "60")
    where = urlsplit(answer.headers["location"]).path.removeprefix("/v1.0")
    told = [graph.get(where)["status"] for _ in range(4)]
    assert told == ["notStarted", "running", "complete", "complete"]
    assert graph.get(where)["userId"] == key
    assert graph.ask("POST", f"/users/{key}/exportPersonalData", {})[0] == 400
    for _ in range(MOST_A_DAY - 1):
        assert graph.ask("POST", f"/users/{key}/exportPersonalData", body)[0] == 202
    assert graph.ask("POST", f"/users/{key}/exportPersonalData", body)[0] == 429
