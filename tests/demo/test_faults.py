"""What can be made to go wrong, and that it goes wrong as told."""

import json

import pytest
from tests.demo.caller import Caller, Json, code, message
from tests.demo.conftest import TODAY

from licenseiq_demo.limits import Limits
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant


def status(graph: Caller, path: str) -> int:
    return graph.ask("GET", path, role="reader")[0]


def test_a_rule_strikes_as_often_as_it_says_where_it_says(graph: Caller) -> None:
    graph.faults({"what": "status", "path": "/users", "method": "GET", "times": 2, "status": 503})
    assert status(graph, "/organization") == 200
    assert [status(graph, "/users?$top=1") for _ in range(3)] == [503, 503, 200]
    assert graph.control("GET", "/faults")["hits"] == [2]
    assert [e["faults"] for e in graph.state.recorder.entries] == [[], ["status"], ["status"], []]


def test_a_rule_can_spare_the_first_requests(graph: Caller) -> None:
    graph.faults({"what": "status", "path": "/users", "skip": 2, "times": 1})
    assert [status(graph, "/users?$top=1") for _ in range(4)] == [200, 200, 503, 200]


def test_a_change_without_effect_is_answered_as_if_it_had_worked(graph: Caller) -> None:
    someone = graph.some("active")
    graph.faults({"what": "no_effect", "method": "PATCH", "times": 1})
    seen = []
    for _ in range(2):
        answered, _ = graph.ask("PATCH", f"/users/{someone.id}", {"jobTitle": "Keeper"})
        seen.append((answered < 300, someone.fields["jobTitle"] == "Keeper"))
    assert seen == [(True, False), (True, True)]
    assert [e["took_effect"] for e in graph.state.recorder.entries] == [False, True]


def test_a_rule_can_ask_for_a_pattern_and_for_words_of_the_query(graph: Caller) -> None:
    rule = {"what": "status", "regex": "^/users$", "query": "signInActivity", "status": 500, "code": "X"}
    graph.faults(rule)
    assert status(graph, "/users?$select=id") == 200
    assert status(graph, f"/users/{graph.some('active').id}?$select=signInActivity") == 200
    assert code(graph.ask("GET", "/users?$select=id,signInActivity")[1]) == "X"


def test_an_error_carries_retry_after_only_when_told_to(graph: Caller) -> None:
    headers = {"Authorization": f"Bearer {graph.state.tokens['reader']}"}
    for extra, wanted in (({"retry_after": 7}, "7"), ({}, None)):
        graph.faults({"what": "status", "status": 429, **extra})
        assert graph.client.get("/v1.0/organization", headers=headers).headers.get("retry-after") == wanted


def test_an_unknown_fault_is_refused_in_words(graph: Caller) -> None:
    for wrong in ("meteor", {"what": "meteor"}, {"what": "status", "colour": "red"}, "forbid:everything"):
        headers = {"X-Demo-Control": graph.state.tokens["control"]}
        answer = graph.client.put("/_demo/faults", json={"faults": [wrong]}, headers=headers)
        assert (answer.status_code, bool(answer.json()["problem"])) == (400, True)


def test_without_p1_the_whole_request_for_sign_ins_fails_and_nothing_else(graph: Caller) -> None:
    graph.faults("no_p1")
    found, body = graph.ask("GET", "/users?$select=id,signInActivity", role="reader")
    assert (found, code(body)) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    assert status(graph, "/users?$select=id,assignedLicenses") == 200
    plans = graph.get("/organization")["value"][0]["assignedPlans"]
    assert "AADPremiumService" not in [plan["service"] for plan in plans]


@pytest.mark.parametrize(
    ("lane", "path"),
    [
        ("subscriptions", "/directory/subscriptions"),
        ("reports", "/reports/getMailboxUsageDetail(period='D90')"),
        ("roles", "/roleManagement/directory/roleAssignments"),
        ("users", "/users"),
        ("groups", "/groups"),
        ("signin", "/users?$select=id,signInActivity"),
        ("report_settings", "/admin/reportSettings"),
    ],
)
def test_a_forbidden_lane_is_refused_and_the_others_are_not(graph: Caller, lane: str, path: str) -> None:
    graph.faults(f"forbid:{lane}")
    assert (status(graph, path), status(graph, "/subscribedSkus")) == (403, 200)


def test_an_expired_token_says_so(graph: Caller) -> None:
    graph.faults("expired_token:1")
    found, body = graph.ask("GET", "/organization", role="reader")
    assert (found, code(body)) == (401, "InvalidAuthenticationToken")
    assert message(body) == "Lifetime validation failed, the token is expired."
    assert status(graph, "/organization") == 200


def test_a_throttle_storm_hits_each_path_by_itself(graph: Caller) -> None:
    graph.faults("throttle_storm:2")
    assert [status(graph, "/organization") for _ in range(3)] == [429, 429, 200]
    assert [status(graph, "/groups") for _ in range(3)] == [429, 429, 200]


def test_nobody_is_a_tenant_without_people(graph: Caller) -> None:
    graph.faults("nobody")
    assert graph.get("/users?$select=id")["value"] == []
    assert status(graph, f"/users/{graph.state.tenant.people[0].id}") == 404
    assert graph.report("getMailboxUsageDetail") == []


def test_links_can_lead_astray(graph: Caller) -> None:
    path = "/users?$select=id&$top=50"
    honest = graph.get(path)
    graph.faults({"what": "foreign_next_link", "path": "/users"})
    assert graph.get(path)["@odata.nextLink"].startswith("https://graph.attacker.example/v1.0/users?")
    graph.faults({"what": "repeat_next_link", "path": "/users"})
    again = graph.get(path)["@odata.nextLink"].partition("/v1.0")[2]
    assert graph.get(again)["value"] == honest["value"]
    graph.faults({"what": "drop_page", "path": "/users", "times": 1})
    beyond = graph.get(path)["@odata.nextLink"].partition("/v1.0")[2]
    assert graph.get(beyond)["value"][0]["id"] == graph.state.tenant.people[100].id


def test_bodies_can_be_cut_be_html_or_hold_nothing(graph: Caller) -> None:
    headers = {"Authorization": f"Bearer {graph.state.tokens['reader']}"}
    graph.faults({"what": "cut", "path": "/users"})
    answer = graph.client.get("/v1.0/users", headers=headers)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)
    for wanted in (200, 503):
        graph.faults({"what": "html", "path": "/users", "status": wanted})
        answer = graph.client.get("/v1.0/users", headers=headers)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (wanted, "text/html")
    graph.faults({"what": "null_fields", "path": "/users"})
    rows: list[Json] = graph.get("/users?$select=id,displayName,assignedLicenses&$top=3")["value"]
    assert rows[0]["assignedLicenses"] is not None
    assert (rows[1]["assignedLicenses"], rows[1]["displayName"]) == (None, None)
    assert rows[2].keys() == {"id"}


def test_a_report_can_be_empty_be_html_or_lead_to_a_stranger(graph: Caller) -> None:
    graph.faults({"what": "empty_report", "path": "/reports/getMailboxUsageDetail"})
    assert graph.report("getMailboxUsageDetail") == []
    assert graph.report("getEmailActivityUserDetail") != []
    graph.faults({"what": "html_report", "path": "/reports/"})
    path = "/v1.0/reports/getMailboxUsageDetail(period='D90')"
    headers = {"Authorization": f"Bearer {graph.state.tokens['reader']}"}
    answer = graph.client.get(graph.client.get(path, headers=headers).headers["location"])
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    graph.faults("hostile_redirect")
    answer = graph.client.get(path, headers=headers)
    assert answer.headers["location"].startswith("https://graph.attacker.example/")


def test_a_lost_answer_is_a_change_that_nobody_heard_of(graph: Caller) -> None:
    key = graph.some("active").id
    graph.faults({"what": "lost_answer", "method": "PATCH", "times": 1})
    with pytest.raises(ConnectionResetError):
        graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False})
    assert graph.get(f"/users/{key}?$select=accountEnabled")["accountEnabled"] is False
    entry = graph.state.recorder.entries[0]
    assert (entry["method"], entry["status"], entry["took_effect"]) == ("PATCH", 204, True)


def test_stale_reads_show_the_state_before_the_write_for_a_while(graph: Caller) -> None:
    key = graph.some("active").id
    graph.faults({"what": "stale_reads", "method": "PATCH", "reads": 2})
    graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False})
    reads = [graph.get(f"/users/{key}?$select=accountEnabled")["accountEnabled"] for _ in range(3)]
    assert reads == [True, True, False]


def test_the_limits_are_off_until_they_are_switched_on(graph: Caller) -> None:
    path = "/users?$select=id,signInActivity&$top=1"
    assert {status(graph, path) for _ in range(15)} == {200}
    graph.control("PUT", "/faults", {"faults": [], "limits": True})
    assert [status(graph, path) for _ in range(11)] == [200] * 10 + [429]
    assert status(graph, "/users?$select=id&$top=1") == 200
    report = "/reports/getMailboxUsageDetail(period='D7')"
    assert [status(graph, report) for _ in range(15)] == [302] * 14 + [429]


def test_who_waits_as_long_as_told_is_let_in_again() -> None:
    now = [1000.0]
    state = DemoState(DemoTenant.build(20, 7, TODAY), limits=Limits(on=True, clock=lambda: now[0]))
    with Caller(state) as graph:
        path = "/v1.0/users?$select=id,signInActivity"
        headers = {"Authorization": f"Bearer {state.tokens['reader']}"}
        for _ in range(10):
            assert graph.client.get(path, headers=headers).status_code == 200
            now[0] += 1
        refused = graph.client.get(path, headers=headers)
        assert refused.status_code == 429
        now[0] += int(refused.headers["retry-after"])
        assert graph.client.get(path, headers=headers).status_code == 200


def test_rows_can_come_twice_in_half_or_with_fields_of_a_wrong_type(graph: Caller) -> None:
    whole = graph.ask("GET", "/subscribedSkus", role="reader")[1]["value"]

    def rows(what: str) -> object:
        graph.faults({"what": what, "path": "/subscribedSkus"})
        return graph.ask("GET", "/subscribedSkus", role="reader")[1]["value"]

    assert rows("twice") == [*whole, *whole]
    assert rows("half") == whole[: len(whole) // 2]
    assert rows("wrong_value") == "nothing"
    assert rows("null_value") is None
    assert rows("wrong_fields")[0]["skuId"] == [["skuId"]]  # type: ignore[index]


def test_the_last_page_can_have_a_next_link_too(graph: Caller) -> None:
    for what, host in (("repeat_next_link", "127.0.0.1"), ("foreign_next_link", "attacker.example")):
        graph.faults({"what": what, "path": "/subscribedSkus", "last_too": True})
        assert host in graph.ask("GET", "/subscribedSkus", role="reader")[1]["@odata.nextLink"]


def test_a_download_can_be_cut_within_a_row_or_have_its_rows_twice(graph: Caller) -> None:
    path = "/v1.0/reports/getMailboxUsageDetail(period='D90')"
    headers = {"Authorization": f"Bearer {graph.state.tokens['reader']}"}

    def lines() -> list[bytes]:
        where = graph.client.get(path, headers=headers, follow_redirects=False).headers["location"]
        return graph.client.get(where).content.splitlines()

    whole = lines()
    graph.faults({"what": "twice_report", "path": "/reports/"})
    assert lines() == [*whole, *whole[1:]]
    graph.faults({"what": "cut_report", "path": "/reports/"})
    cut = lines()
    assert cut[:-1] == whole[:-1]
    assert cut[-1].count(b",") < whole[-1].count(b",")


def test_any_read_can_answer_as_before_the_last_change_for_a_while(graph: Caller) -> None:
    device = next(iter(graph.state.estate.devices.by_id))
    where = f"/devices/{device}"
    graph.faults({"what": "old_answers", "path": "/devices", "reads": 2})
    assert graph.get(where)["accountEnabled"] is True
    graph.ask("PATCH", where, {"accountEnabled": False})
    assert [graph.get(where)["accountEnabled"] for _ in range(4)] == [True, True, False, False]


def test_a_list_stays_behind_as_a_whole(graph: Caller) -> None:
    key = next(p.id for p in graph.state.tenant.people if p.cause == "active")
    where = f"/users/{key}/authentication"
    graph.faults({"what": "old_answers", "path": where, "reads": 1})
    before = graph.get(f"{where}/methods")["value"]
    phone = next(m for m in before if m["@odata.type"].endswith("phoneAuthenticationMethod"))
    default = graph.state.estate.methods.default(graph.state.tenant.by_id[key])
    assert phone["id"] != default, "the default would go last"
    assert graph.ask("DELETE", f"{where}/phoneMethods/{phone['id']}")[0] == 204
    assert [len(graph.get(f"{where}/methods")["value"]) for _ in range(3)] == [
        len(before),
        len(before) - 1,
        len(before) - 1,
    ]


def test_a_read_that_found_nothing_can_stay_behind_as_well(graph: Caller) -> None:
    drive = graph.state.estate.drives.site().id
    graph.faults({"what": "old_answers", "path": "/drives", "reads": 1})
    where = f"/drives/{drive}/root:/Leaver"
    assert graph.ask("GET", where)[0] == 404
    graph.ask("POST", f"/drives/{drive}/root/children", {"name": "Leaver", "folder": {}})
    assert [graph.ask("GET", where)[0] for _ in range(3)] == [404, 200, 200]


def test_another_administrator_can_do_what_graph_can_unseen_and_untouched_by_faults(graph: Caller) -> None:
    device = next(iter(graph.state.estate.devices.by_id))
    graph.faults({"what": "status", "path": "/devices", "status": 503})
    change = {"method": "PATCH", "path": f"/devices/{device}", "body": {"accountEnabled": False}}
    assert graph.control("POST", "/elsewhere", change)["status"] == 204
    graph.faults()
    assert graph.get(f"/devices/{device}")["accountEnabled"] is False
    assert [entry["method"] for entry in graph.control("GET", "/requests")] == ["GET"]
    unknown = {"method": "DELETE", "path": "/groups/none/members/none/$ref"}
    assert graph.control("POST", "/elsewhere", unknown)["status"] == 404
