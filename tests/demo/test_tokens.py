"""Who may do what."""

import pytest
from tests.demo.caller import Caller, code, message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/users/{id}"),
        ("POST", "/users/{id}/revokeSignInSessions"),
        ("POST", "/users/{id}/assignLicense"),
        ("DELETE", "/users/{id}"),
        ("POST", "/groups/{group}/members/$ref"),
        ("DELETE", "/groups/{group}/members/{id}/$ref"),
        ("PATCH", "/admin/reportSettings"),
    ],
)
def test_the_readers_token_is_refused_on_every_write(graph: Caller, method: str, path: str) -> None:
    group = next(iter(graph.state.tenant.groups))
    where = path.format(id=graph.some("active").id, group=group)
    status, body = graph.ask(method, where, {"accountEnabled": False}, role="reader")
    assert (status, code(body)) == (403, "Authorization_RequestDenied")
    assert not any(entry["took_effect"] for entry in graph.state.recorder.entries)


def test_a_request_without_a_token_is_refused(graph: Caller) -> None:
    status, body = graph.ask("GET", "/users", role="")
    assert (status, code(body)) == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize("token", ["made-up", "control"])
def test_a_token_that_is_not_for_graph_opens_nothing(graph: Caller, token: str) -> None:
    status, body = graph.ask("GET", "/users", role=token)
    assert (status, code(body)) == (401, "InvalidAuthenticationToken")


def test_the_reader_may_batch_reads_but_no_write_hides_in_a_batch(graph: Caller) -> None:
    someone = graph.some("active")
    requests = [
        {"id": "1", "method": "GET", "url": f"/users/{someone.id}?$select=id,accountEnabled"},
        {
            "id": "2",
            "method": "PATCH",
            "url": f"/users/{someone.id}",
            "headers": {"Content-Type": "application/json"},
            "body": {"accountEnabled": False},
        },
    ]
    status, body = graph.ask("POST", "/$batch", {"requests": requests}, role="reader")
    found = {item["id"]: item for item in body["responses"]}
    assert status == 200
    assert (found["1"]["status"], found["1"]["body"]["accountEnabled"]) == (200, True)
    assert (found["2"]["status"], code(found["2"]["body"])) == (403, "Authorization_RequestDenied")
    assert someone.fields["accountEnabled"] is True


def test_the_reader_may_ask_for_objects_by_id_although_that_is_a_post(graph: Caller) -> None:
    group = next(iter(graph.state.tenant.groups))
    wanted = [graph.some("active").id, group, "00000000-0000-4000-8000-000000000000"]
    status, body = graph.ask("POST", "/directoryObjects/getByIds", {"ids": wanted}, role="reader")
    assert (status, [row["id"] for row in body["value"]]) == (200, wanted[:2])


def test_errors_come_in_graphs_envelope_with_the_clients_own_request_id(graph: Caller) -> None:
    status, body = graph.ask("GET", "/users/nobody@nowhere.example", role="reader", client_request_id="my-id")
    inner = body["error"]["innerError"]
    assert (status, code(body)) == (404, "Request_ResourceNotFound")
    assert message(body).startswith("Resource 'nobody@nowhere.example' does not exist")
    assert inner["client-request-id"] == "my-id"
    assert inner["request-id"] != "my-id"
    assert inner["date"].startswith("2026-11-23T")


@pytest.mark.parametrize("path", ["/teams", "/users/a/b/c", "/reports/getNothing(period='D7')"])
def test_an_unknown_path_is_not_found(graph: Caller, path: str) -> None:
    status, body = graph.ask("GET", path)
    assert (status, code(body)) == (404, "BadRequest")


def test_control_needs_its_own_token(graph: Caller) -> None:
    for token in ("", "made-up", graph.state.tokens["desk"]):
        assert graph.client.get("/_demo/requests", headers={"X-Demo-Control": token}).status_code == 403
