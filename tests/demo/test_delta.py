"""What changed since a token was given."""

from urllib.parse import urlsplit

import pytest
from tests.demo.caller import Caller, Json, code

SELECT = "$select=displayName,accountEnabled"


def follow(graph: Caller, link: str) -> tuple[list[Json], str]:
    """Every item behind a link, and the deltaLink."""
    rows: list[Json] = []
    while True:
        parts = urlsplit(link)
        found = graph.get(f"{parts.path.removeprefix('/v1.0')}?{parts.query}")
        rows += found["value"]
        if "@odata.deltaLink" in found:
            return rows, str(found["@odata.deltaLink"])
        link = found["@odata.nextLink"]


def test_without_a_token_everybody_is_told_page_by_page(graph: Caller) -> None:
    rows, link = follow(graph, f"/users/delta?{SELECT}")
    assert sorted(row["id"] for row in rows) == sorted(graph.state.tenant.by_id)
    assert follow(graph, link)[0] == []


def test_from_now_on_only_what_changes_is_told_and_repeatedly(graph: Caller) -> None:
    nobody, link = follow(graph, f"/users/delta?{SELECT}&$deltatoken=latest")
    someone, other = graph.some("active"), graph.some("sprayed")
    for name in ("Robin", "Alex"):
        graph.control("PATCH", f"/people/{someone.id}", {"displayName": name})
    assert graph.ask("PATCH", f"/users/{other.id}", {"accountEnabled": False})[0] == 204
    rows, later = follow(graph, link)
    assert nobody == []
    assert [row["id"] for row in rows] == [someone.id, someone.id, other.id]
    assert {row["displayName"] for row in rows[:2]} == {"Alex"}
    assert follow(graph, later)[0] == []


def test_who_was_deleted_is_removed_and_frees_seats_until_restored(graph: Caller) -> None:
    someone = graph.some("active")
    sku_id = someone.fields["assignedLicenses"][0]["skuId"]
    before = graph.state.tenant.consumed[sku_id]
    _, link = follow(graph, f"/users/delta?{SELECT}&$deltatoken=latest")
    graph.control("DELETE", f"/people/{someone.id}")
    rows, later = follow(graph, link)
    assert rows == [{"id": someone.id, "@removed": {"reason": "changed"}}]
    assert graph.ask("GET", f"/users/{someone.id}")[0] == 404
    assert graph.state.tenant.consumed[sku_id] == before - 1
    graph.control("POST", f"/people/{someone.id}")
    assert "@removed" not in follow(graph, later)[0][0]
    assert graph.state.tenant.consumed[sku_id] == before


def test_a_group_is_told_with_its_members_when_somebody_joins(graph: Caller) -> None:
    group = next(g for g in graph.state.tenant.groups.values() if g.fields["displayName"] == "Licences - Visio")
    _, link = follow(graph, "/groups/delta?$select=displayName,members&$deltatoken=latest")
    someone = next(p for p in graph.state.tenant.people if group.id not in p.groups and p.cause == "active")
    assert graph.ask("POST", f"/groups/{group.id}/members/$ref", {"@odata.id": f"x/{someone.id}"})[0] == 204
    rows, _ = follow(graph, link)
    assert [row["id"] for row in rows] == [group.id]
    assert someone.id in {member["id"] for member in rows[0]["members@delta"]}


@pytest.mark.parametrize("token", ["bm90aGluZw==", "OTk5Ly0vMA==", "x"])
def test_a_token_that_is_not_known_is_gone(graph: Caller, token: str) -> None:
    status, body = graph.ask("GET", f"/users/delta?$deltatoken={token}")
    assert (status, code(body)) == (410, "resyncRequired")


@pytest.mark.parametrize("query", ["$top=5", "$orderby=id", "$select=id,signInActivity", "$filter=id eq 'x'"])
def test_what_a_delta_cannot_do_is_refused(graph: Caller, query: str) -> None:
    assert graph.ask("GET", f"/users/delta?{query}")[0] == 400
