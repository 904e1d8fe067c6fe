"""The record of requests, by which other tests count reads and changes."""

from tests.demo.caller import Caller


def test_every_request_is_recorded_in_order_with_who_asked_and_how_it_ended(graph: Caller) -> None:
    key = graph.some("active").id
    graph.ask("GET", "/users?$select=id&$top=1", role="reader")
    graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False}, role="reader")
    graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False})
    graph.ask("GET", "/groups", role="")
    graph.report("getMailboxUsageDetail")
    found = [
        (e["n"], e["kind"], e["method"], e["who"], e["status"], e["is_change"], e["took_effect"])
        for e in graph.control("GET", "/requests")
    ]
    assert found == [
        (1, "graph", "GET", "reader", 200, False, False),
        (2, "graph", "PATCH", "reader", 403, True, False),
        (3, "graph", "PATCH", "writer", 204, True, True),
        (4, "graph", "GET", "anonymous", 401, False, False),
        (5, "graph", "GET", "reader", 302, False, False),
        (6, "download", "GET", "anonymous", 200, False, False),
    ]
    first = graph.control("GET", "/requests")[0]
    assert (first["path"], first["query"]) == ("/users", "$select=id&$top=1")


def test_what_travels_in_a_batch_is_recorded_one_by_one(graph: Caller) -> None:
    items = [{"id": str(n), "method": "GET", "url": "/organization"} for n in range(3)]
    graph.ask("POST", "/$batch", {"requests": items}, role="reader")
    entries = graph.control("GET", "/requests")
    assert [(e["kind"], e["inside"], e["is_change"]) for e in entries] == [
        ("graph", None, False),
        *[("batch item", 1, False)] * 3,
    ]


def test_forgetting_starts_again_at_one(graph: Caller) -> None:
    graph.get("/organization")
    graph.control("DELETE", "/requests")
    assert graph.control("GET", "/requests") == []
    graph.get("/groups")
    assert [e["n"] for e in graph.control("GET", "/requests")] == [1]
