"""Each situation that a playbook meets has somebody in it, made by what they hold."""

from tests.demo.caller import Caller, Json, message, sku

from licenseiq_demo.tenant import RULE_READS


def story(graph: Caller) -> dict[str, list[str]]:
    people: dict[str, list[str]] = graph.control("GET", "/story")["people"]
    return people


def one(graph: Caller, situation: str) -> str:
    return story(graph)[situation][0]


def groups_of(graph: Caller, key: str) -> list[Json]:
    rows: list[Json] = graph.get(f"/users/{key}/memberOf/microsoft.graph.group")["value"]
    return rows


def test_every_situation_has_somebody_in_a_tenant_of_250(graph: Caller) -> None:
    assert {name for name, ids in story(graph).items() if not ids} == set()
    assert all(new["employeeId"] for new in graph.control("GET", "/story")["newcomers"])


def test_a_leaver_blocked_at_once_loses_the_licence_of_a_rule_that_tests_for_it_some_reads_later(
    graph: Caller,
) -> None:
    key = one(graph, "leaver_licensed_by_account_rule")
    [group] = groups_of(graph, key)
    assert "(user.accountEnabled -eq true)" in group["membershipRule"]
    path = f"/users/{key}?$select=assignedLicenses,licenseAssignmentStates"
    before = graph.get(path)
    assert [r["assignedByGroup"] for r in before["licenseAssignmentStates"] if r["assignedByGroup"]] == [group["id"]]
    assert graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False})[0] == 204
    for _ in range(RULE_READS):
        assert graph.get(path)["assignedLicenses"] == before["assignedLicenses"]
    assert len(graph.get(path)["assignedLicenses"]) == len(before["assignedLicenses"]) - 1
    assert groups_of(graph, key) == []


def test_the_lag_of_rules_can_be_longer(graph: Caller) -> None:
    key = one(graph, "leaver_licensed_by_account_rule")
    graph.faults("rule_lag:6")
    graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False})
    assert [bool(groups_of(graph, key)) for _ in range(8)] == [True] * 6 + [False] * 2


def test_somebody_who_moves_changes_groups_and_licences_by_their_department(graph: Caller) -> None:
    key = one(graph, "mover")
    graph.ask("PATCH", f"/users/{key}", {"department": "Field Service", "jobTitle": "Dispatcher"})
    for _ in range(RULE_READS):
        assert any("Finance" in row["displayName"] for row in groups_of(graph, key))
    assert not any("Finance" in row["displayName"] for row in groups_of(graph, key))
    held = graph.get(f"/users/{key}?$select=assignedLicenses")["assignedLicenses"]
    assert sku("SPE_F1") in {row["skuId"] for row in held}


def test_a_team_gives_a_licence_and_access_at_once(graph: Caller) -> None:
    rows = groups_of(graph, one(graph, "leaver_licensed_by_team"))
    [team] = [row for row in rows if row.get("resourceProvisioningOptions") == ["Team"]]
    whole = graph.get(f"/groups/{team['id']}?$select=assignedLicenses,securityEnabled,groupTypes")
    assert (len(whole["assignedLicenses"]), whole["securityEnabled"], whole["groupTypes"]) == (1, True, ["Unified"])
    assert graph.ask("DELETE", f"/groups/{team['id']}/members/{one(graph, 'leaver_licensed_by_team')}/$ref")[0] == 204


def test_groups_that_give_licences_refuse_a_leaver_to_be_taken_out_where_graph_cannot(graph: Caller) -> None:
    for situation, said in (
        ("leaver_licensed_by_mail_group", "mail-enabled"),
        ("leaver_licensed_by_synced_group", "on-premises mastered"),
        ("leaver_licensed_by_department_rule", "dynamic membership"),
    ):
        key = one(graph, situation)
        refusals = [
            message(graph.ask("DELETE", f"/groups/{row['id']}/members/{key}/$ref")[1])
            for row in groups_of(graph, key)
            if graph.get(f"/groups/{row['id']}?$select=assignedLicenses")["assignedLicenses"]
        ]
        assert any(said in text for text in refusals), situation


def test_a_number_of_the_office_is_seen_and_can_be_taken_away(graph: Caller) -> None:
    path = f"/users/{one(graph, 'leaver_with_phone_number')}"
    assert len(graph.get(f"{path}?$select=businessPhones")["businessPhones"]) == 1
    assert graph.ask("PATCH", path, {"businessPhones": []}) == (204, {})
    assert graph.get(f"{path}?$select=businessPhones")["businessPhones"] == []


def test_a_privileged_leaver_is_refused_for_every_sensitive_change(graph: Caller) -> None:
    key = one(graph, "privileged_leaver")
    new = {"passwordProfile": {"password": "Xk7-trombone-bay", "forceChangePasswordNextSignIn": True}}
    assert graph.ask("PATCH", f"/users/{key}", new)[0] == 403
    assert graph.ask("DELETE", f"/users/{key}")[0] == 403
    [held] = graph.get(f"/roleManagement/directory/roleAssignments?$filter=principalId eq '{key}'")["value"]
    assert graph.ask("DELETE", f"/roleManagement/directory/roleAssignments/{held['id']}")[0] == 403
