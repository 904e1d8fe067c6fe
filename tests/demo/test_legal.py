"""eDiscovery and Lifecycle Workflows, and a tenant that cannot hold."""

from collections.abc import Iterator

import pytest
from tests.demo.caller import Caller, Json, code
from tests.demo.conftest import TODAY

from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant

CASES = "/security/cases/ediscoveryCases"
WORKFLOWS = "/identityGovernance/lifecycleWorkflows/workflows"
SITUATIONS = {
    "plain_leaver",
    "mailbox_over_50_gb",
    "mailbox_with_archive",
    "litigation_hold",
    "litigation_hold_for_a_time",
    "retention_policy",
    "retention_that_only_deletes",
    "excluded_from_retention",
    "in_place_hold",
    "retention_label",
    "delay_hold",
    "hybrid_mailbox",
    "forwards_outside",
    "rule_that_forwards_outside",
    "delegate_elsewhere",
    "future_meetings",
    "ediscovery_mailbox",
    "ediscovery_site",
    "ediscovery_site_among_others",
    "ediscovery_custodian",
    "ediscovery_released",
}


def everything(graph: Caller, path: str) -> Iterator[Json]:
    """All rows of a collection, page by page."""
    page = graph.get(path)
    yield from page["value"]
    while "@odata.nextLink" in page:
        page = graph.get(page["@odata.nextLink"].partition("/v1.0")[2])
        yield from page["value"]


def held(graph: Caller, kind: str) -> list[tuple[Json, Json, Json]]:
    """Every case, hold policy and source of this kind."""
    return [
        (case, hold, source)
        for case in everything(graph, CASES)
        for hold in everything(graph, f"{CASES}/{case['id']}/legalHolds")
        for source in everything(graph, f"{CASES}/{case['id']}/legalHolds/{hold['id']}/{kind}")
    ]


def test_cases_come_in_pages_and_one_of_them_is_closed(graph: Caller) -> None:
    first = graph.get(CASES)
    assert (len(first["value"]), "@odata.nextLink" in first) == (3, True)
    assert [case["status"] for case in everything(graph, CASES)] == ["active", "active", "active", "closed"]
    key = first["value"][0]["id"]
    assert graph.get(f"{CASES}/{key}")["displayName"] == "Contract dispute 2026"
    assert graph.ask("GET", f"{CASES}/{'0' * 8}/legalHolds")[0] == 404


def test_a_held_mailbox_is_named_in_other_letters_and_carries_the_mark_of_the_hold(graph: Caller) -> None:
    person = graph.stands_for("ediscovery_mailbox")
    rows = [(hold, source) for _, hold, source in held(graph, "userSources") if source["includedSources"] == "mailbox"]
    assert len(rows) == 1
    hold, source = rows[0]
    assert source["email"] != person.upn == source["email"].lower()
    assert (hold["isEnabled"], hold["status"], source["holdStatus"]) == (True, "success", "applied")
    assert graph.mailbox(person.upn)["InPlaceHolds"] == [f"UniH{hold['id']}"]


def test_a_held_site_leaves_no_trace_in_the_mailbox(graph: Caller) -> None:
    person = graph.stands_for("ediscovery_site")
    sites = [source for _, _, source in held(graph, "userSources") if source["includedSources"] == "site"]
    assert [source["email"] for source in sites] == [person.upn]
    web = graph.get(f"/users/{person.id}/drive")["webUrl"]
    assert web.startswith(sites[0]["siteWebUrl"])
    assert graph.mailbox(person.upn)["InPlaceHolds"] == []


def test_a_site_can_be_held_among_others_without_the_name_of_its_owner(graph: Caller) -> None:
    person = graph.stands_for("ediscovery_site_among_others")
    found = [source["site"]["webUrl"] for _, _, source in held(graph, "siteSources")]
    assert len(found) == 1
    assert graph.get(f"/users/{person.id}/drive")["webUrl"].startswith(found[0])


def test_a_custodian_is_held_under_an_address_of_before(graph: Caller) -> None:
    person = graph.stands_for("ediscovery_custodian")
    case = next(case for case in everything(graph, CASES) if case["displayName"] == "Internal inquiry")
    custodian = graph.get(f"{CASES}/{case['id']}/custodians")["value"][0]
    sources = graph.get(f"{CASES}/{case['id']}/custodians/{custodian['id']}/userSources")["value"]
    assert (custodian["holdStatus"], sources[0]["includedSources"]) == ("applied", "mailbox,site")
    assert sources[0]["email"] != person.upn
    assert f"smtp:{sources[0]['email']}" in graph.get(f"/users/{person.id}?$select=proxyAddresses")["proxyAddresses"]
    assert len(graph.mailbox(person.upn)["InPlaceHolds"]) == 1


def test_a_closed_case_holds_nobody_any_more(graph: Caller) -> None:
    person = graph.stands_for("ediscovery_released")
    rows = [(case, hold, source) for case, hold, source in held(graph, "userSources") if source["email"] == person.upn]
    assert [(c["status"], h["isEnabled"], s["holdStatus"]) for c, h, s in rows] == [("closed", False, "notApplied")]
    assert graph.mailbox(person.upn)["InPlaceHolds"] == []


def test_a_hold_can_come_at_any_time_and_go_again(graph: Caller) -> None:
    person = graph.stands_for("plain_leaver")
    graph.control("PUT", f"/holds/{person.id}", {"sources": "mailbox,site", "status": "partial"})
    found = [(hold, source) for _, hold, source in held(graph, "userSources") if source["email"] == person.upn]
    assert [source["holdStatus"] for _, source in found] == ["partial"]
    mine = [hold for hold, _ in found]
    assert graph.mailbox(person.upn)["InPlaceHolds"] == [f"UniH{mine[0]['id']}"]
    graph.control("DELETE", f"/holds/{person.id}")
    assert not [hold for _, hold, source in held(graph, "userSources") if source["email"] == person.upn]
    row = graph.mailbox(person.upn)
    assert (row["InPlaceHolds"], row["DelayHoldApplied"]) == ([], True)


def test_cases_are_throttled_at_five_a_minute_and_forbidden_on_demand(graph: Caller) -> None:
    graph.control("PUT", "/faults", {"faults": [], "limits": True, "limit_scale": 0.5})
    assert [graph.ask("GET", CASES)[0] for _ in range(6)] == [200] * 5 + [429]
    waits = graph.client.get(
        f"/v1.0{CASES}", headers={"Authorization": f"Bearer {graph.state.tokens['desk']}"}
    ).headers["Retry-After"]
    assert 25 <= int(waits) <= 31
    graph.control("PUT", "/faults", {"faults": ["forbid:ediscovery"], "limits": False})
    assert graph.ask("GET", CASES)[0] == 403


def test_nobody_writes_to_cases(graph: Caller) -> None:
    assert graph.ask("POST", CASES, {"displayName": "x"})[0] == 405


def test_workflows_are_refused_without_their_licence_and_tell_their_tasks_with_it(graph: Caller) -> None:
    status, body = graph.ask("GET", WORKFLOWS)
    assert (status, code(body)) == (403, "Forbidden")
    graph.control("PUT", "/governance", {"licensed": True})
    listed = graph.get(WORKFLOWS)["value"]
    assert [(row["category"], row["isEnabled"]) for row in listed] == [
        ("joiner", True),
        ("leaver", True),
        ("leaver", False),
    ]
    assert "tasks" not in listed[0]
    leavers = graph.get(f"{WORKFLOWS}?$filter=category eq 'leaver'&$select=id,isEnabled")["value"]
    assert [row["isEnabled"] for row in leavers] == [True, False]
    one = graph.get(f"{WORKFLOWS}/{leavers[0]['id']}")
    assert [task["displayName"] for task in one["tasks"]][-1] == "Remove all licenses for user"
    assert one["executionConditions"]["trigger"]["timeBasedAttribute"] == "employeeLeaveDateTime"
    assert graph.get(f"{WORKFLOWS}/{leavers[0]['id']}/tasks")["value"] == one["tasks"]
    graph.faults("forbid:workflows")
    assert graph.ask("GET", WORKFLOWS)[0] == 403


def test_a_tenant_without_a_product_that_can_hold_has_only_small_mailboxes() -> None:
    with Caller(DemoState(DemoTenant.build(120, 7, TODAY, can_hold=False))) as graph:
        plans = {
            plan["servicePlanName"] for row in graph.get("/subscribedSkus")["value"] for plan in row["servicePlans"]
        }
        assert "EXCHANGE_S_STANDARD" in plans
        assert not {"EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_ARCHIVE_ADDON"} & plans
        held_seats = sum(1 for p in graph.state.tenant.people if p.fields["assignedLicenses"])
        assert held_seats > 60
        assert {row["ProhibitSendReceiveQuota"][:6] for row in graph.rows("Get-Mailbox")} <= {"50 GB ", "2 GB ("}


@pytest.mark.parametrize("users", [1, 20, 60, 250])
def test_who_stands_for_what_is_one_person_each_and_a_small_tenant_has_fewer(users: int) -> None:
    tenant = DemoTenant.build(users, 7, TODAY)
    stands = tenant.situations
    assert len(set(stands.values())) == len(stands)
    assert set(stands.values()) <= set(tenant.by_id)
    assert stands.keys() == SITUATIONS if users == 250 else stands.keys() <= SITUATIONS
