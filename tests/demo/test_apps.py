"""Third-party applications: who may use them, and what provisioning makes of it elsewhere."""

from typing import Any

import msgspec
from tests.demo.caller import Caller, Json, code
from tests.demo.test_story import one

from licenseiq_demo.limits import Limits


def apps_of(graph: Caller, key: str) -> dict[str, Json]:
    rows = graph.get(f"/users/{key}/appRoleAssignments")["value"]
    return {row["resourceDisplayName"]: row for row in rows}


def principal(graph: Caller, name: str) -> Json:
    rows: list[Json] = graph.get(f"/servicePrincipals?$filter=displayName eq '{name}'")["value"]
    [found] = rows
    return found


def job_of(graph: Caller, name: str) -> tuple[str, str]:
    """The address of the app's job, and its rule."""
    where = f"/servicePrincipals/{principal(graph, name)['id']}/synchronization/jobs"
    [job] = graph.get(where)["value"]
    [rule] = graph.get(f"{where}/{job['id']}/schema")["synchronizationRules"]
    return f"{where}/{job['id']}", rule["id"]


def provision(graph: Caller, name: str, key: str) -> tuple[Any, Any]:
    where, rule = job_of(graph, name)
    body = {"parameters": [{"subjects": [{"objectId": key, "objectTypeName": "User"}], "ruleId": rule}]}
    status, answer = graph.ask("POST", f"{where}/provisionOnDemand", body)
    assert status == 200, answer
    return msgspec.json.decode(answer["key"]), msgspec.json.decode(answer["value"])


def test_apps_of_a_person_are_their_own_and_those_of_their_groups(graph: Caller) -> None:
    mine = apps_of(graph, one(graph, "leaver_with_apps"))
    kinds = {name: row["principalType"] for name, row in mine.items()}
    assert kinds == {"Harrow CRM": "User", "Tallyboard": "User", "Wayfarer Travel": "Group", "Pagewell Wiki": "Group"}
    assert {principal(graph, name)["preferredSingleSignOnMode"] for name in mine} == {"saml", "oidc"}


def test_what_a_group_grants_stays_until_the_group_is_left(graph: Caller) -> None:
    key = one(graph, "leaver_with_apps")
    mine = apps_of(graph, key)
    for row in mine.values():
        where = f"/users/{key}/appRoleAssignments/{row['id']}"
        wanted = 204 if row["principalType"] == "User" else 404
        assert graph.ask("DELETE", where)[0] == wanted
        assert graph.ask("DELETE", where)[0] == 404
    assert set(apps_of(graph, key)) == {"Wayfarer Travel", "Pagewell Wiki"}
    group = mine["Pagewell Wiki"]["principalId"]
    assert [r["resourceDisplayName"] for r in graph.get(f"/groups/{group}/appRoleAssignments")["value"]] == [
        "Pagewell Wiki"
    ]
    assert graph.ask("DELETE", f"/groups/{group}/members/{key}/$ref")[0] == 204
    assert set(apps_of(graph, key)) == {"Wayfarer Travel"}


def test_consent_is_removed_one_by_one_and_the_one_of_everybody_is_another(graph: Caller) -> None:
    key = one(graph, "leaver_with_apps")
    mine = graph.get(f"/users/{key}/oauth2PermissionGrants")["value"]
    assert {row["consentType"] for row in mine} == {"Principal"}
    assert {row["consentType"] for row in graph.get("/oauth2PermissionGrants")["value"]} == {
        "Principal",
        "AllPrincipals",
    }
    for row in mine:
        assert graph.ask("DELETE", f"/oauth2PermissionGrants/{row['id']}")[0] == 204
        assert graph.ask("DELETE", f"/oauth2PermissionGrants/{row['id']}")[0] == 404
    assert graph.get(f"/users/{key}/oauth2PermissionGrants")["value"] == []


def test_provisioning_on_demand_closes_the_account_elsewhere_once_nothing_grants_the_app(graph: Caller) -> None:
    key = one(graph, "leaver_with_apps")
    graph.control("PATCH", f"/people/{key}", {"accountEnabled": True})
    told, _ = provision(graph, "Harrow CRM", key)
    assert (told["result"], told["details"]["errorCode"]) == ("Skipped", "RedundantExport")
    graph.ask("DELETE", f"/users/{key}/appRoleAssignments/{apps_of(graph, key)['Harrow CRM']['id']}")
    told, log = provision(graph, "Harrow CRM", key)
    assert (told["result"], log["action"], log["reportableIdentifier"]) == (
        "Success",
        "Disable",
        graph.state.tenant.by_id[key].upn,
    )
    app = principal(graph, "Harrow CRM")["id"]
    assert graph.control("GET", "/apps")[app][key] is False
    assert provision(graph, "Harrow CRM", key)[0]["result"] == "Skipped"


def test_an_app_without_a_job_provisions_nobody(graph: Caller) -> None:
    where = f"/servicePrincipals/{principal(graph, 'Tallyboard')['id']}/synchronization/jobs"
    assert graph.get(where)["value"] == []
    assert graph.ask("POST", f"{where}/none/provisionOnDemand", {"parameters": []})[0] == 404


def test_a_wrong_rule_or_subject_is_refused_and_five_calls_in_ten_seconds_are_the_most(graph: Caller) -> None:
    where, rule = job_of(graph, "Harrow CRM")
    subject = {"objectId": "00000000-0000-4000-8000-000000000000", "objectTypeName": "User"}
    graph.state.limits = Limits(on=True)
    for rule_id in ("none", rule):
        body = {"parameters": [{"subjects": [subject], "ruleId": rule_id}]}
        assert graph.ask("POST", f"{where}/provisionOnDemand", body)[0] == 400
    statuses = [graph.ask("POST", f"{where}/provisionOnDemand", {})[0] for _ in range(4)]
    assert statuses == [400, 400, 400, 429]


def test_inbound_provisioning_is_seen_as_resting_or_running(graph: Caller) -> None:
    where, _ = job_of(graph, "HR inbound provisioning")
    job = graph.get(where)
    assert (job["templateId"], job["status"]["code"]) == ("API2AAD", "Paused")
    graph.faults("inbound_provisioning")
    assert graph.get(where)["status"]["code"] == "Active"


def test_each_permission_can_be_missing_by_itself(graph: Caller) -> None:
    key = one(graph, "leaver_with_apps")
    assignment = apps_of(graph, key)["Tallyboard"]["id"]
    graph.faults("forbid:app_roles", "forbid:provisioning")
    status, body = graph.ask("DELETE", f"/users/{key}/appRoleAssignments/{assignment}")
    assert (status, code(body)) == (403, "Authorization_RequestDenied")
    assert "Tallyboard" in apps_of(graph, key)
    where = f"/servicePrincipals/{principal(graph, 'Harrow CRM')['id']}/synchronization/jobs"
    assert graph.ask("GET", where)[0] == 403
