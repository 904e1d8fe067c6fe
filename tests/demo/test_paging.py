"""Pages, caps, counts and filters of the people collection."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.demo.caller import Caller, Json, code, sku
from tests.demo.conftest import TODAY

from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant


@pytest.fixture(scope="module")
def large() -> Iterator[Caller]:
    with Caller(DemoState(DemoTenant.build(1150, 7, TODAY))) as opened:
        yield opened


def pages(graph: Caller, path: str) -> Iterator[Json]:
    """Follows the nextLinks."""
    while path:
        found = graph.get(path)
        yield found
        link = urlsplit(found.get("@odata.nextLink", ""))
        path = f"{link.path.removeprefix('/v1.0')}?{link.query}" if link.path else ""


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("$select=id", 100),
        ("$select=id&$top=7", 7),
        ("$select=id&$top=5000", 999),
        ("$select=id,signInActivity&$top=999", 500),
        ("$select=id,signInActivity&$top=20", 20),
        ("$select=id&$expand=manager($select=id)&$top=999", 100),
    ],
)
def test_a_page_has_the_size_that_graph_allows(large: Caller, query: str, size: int) -> None:
    assert len(large.get(f"/users?{query}")["value"]) == size


@pytest.mark.parametrize("query", ["$select=id&$top=400", "$select=id,signInActivity&$top=999"])
def test_following_the_links_meets_everybody_once(large: Caller, query: str) -> None:
    met = [row["id"] for page in pages(large, f"/users?{query}") for row in page["value"]]
    assert sorted(met) == sorted(large.state.tenant.by_id)


def test_a_next_link_is_absolute_and_opaque_and_on_the_host_that_was_asked(large: Caller) -> None:
    link = urlsplit(large.get("/users?$select=id,mail&$top=50")["@odata.nextLink"])
    assert (link.scheme, link.netloc, link.path) == ("http", "127.0.0.1:5000", "/v1.0/users")
    assert "$select=id,mail&$top=50&$skiptoken=" in link.query


def test_a_write_between_two_pages_moves_nobody(large: Caller) -> None:
    walk = pages(large, "/users?$select=id&$filter=accountEnabled eq true&$top=300")
    met = [row["id"] for row in next(walk)["value"]]
    for key in met[:20]:
        large.control("PATCH", f"/people/{key}", {"accountEnabled": False})
    met += [row["id"] for page in walk for row in page["value"]]
    for key in met[:20]:
        large.control("PATCH", f"/people/{key}", {"accountEnabled": True})
    everybody = {p.id for p in large.state.tenant.people if p.fields["accountEnabled"]}
    assert (len(met), set(met)) == (len(everybody), everybody)


def test_a_count_without_the_consistency_header_is_ignored_in_silence(large: Caller) -> None:
    assert "@odata.count" not in large.get("/users?$select=id&$count=true")
    counted = large.get("/users?$select=id&$count=true", ConsistencyLevel="eventual")
    assert counted["@odata.count"] == 1150


def test_the_count_segment_needs_the_consistency_header(large: Caller) -> None:
    status, body = large.ask("GET", "/users/$count")
    assert (status, code(body)) == (400, "Request_BadRequest")
    headers = {"Authorization": f"Bearer {large.state.tokens['reader']}", "ConsistencyLevel": "eventual"}
    assert large.client.get("/v1.0/users/$count", headers=headers).text == "1150"


@pytest.mark.parametrize("top", ["0", "-1", "many"])
def test_a_page_size_that_makes_no_sense_is_refused(large: Caller, top: str) -> None:
    assert large.ask("GET", f"/users?$top={top}")[0] == 400


def test_without_a_selection_only_the_few_default_properties_come(large: Caller) -> None:
    row = large.get("/users?$top=1")["value"][0]
    assert {"id", "displayName", "userPrincipalName"} < row.keys()
    assert not {"accountEnabled", "assignedLicenses", "department"} & row.keys()


@pytest.mark.parametrize(("name", "status"), [("aboutMe", 501), ("favouriteColour", 400)])
def test_a_property_that_a_collection_does_not_have_is_refused(large: Caller, name: str, status: int) -> None:
    assert large.ask("GET", f"/users?$select=id,{name}")[0] == status


def test_somebody_who_never_signed_in_has_no_sign_in_activity_at_all(large: Caller) -> None:
    someone = large.some("never_used")
    assert large.get(f"/users/{someone.id}?$select=id,signInActivity").keys() == {"@odata.context", "id"}


@pytest.mark.parametrize(
    "text",
    [
        "startswith(userPrincipalName,'an')",
        "accountEnabled eq false",
        f"assignedLicenses/any(x:x/skuId eq {sku('SPE_E5')})",
        "userType eq 'Guest' and accountEnabled eq true",
        "department eq 'Legal' or department eq 'HR'",
        "department in ('Legal', 'HR')",
    ],
)
def test_a_supported_filter_finds_some_and_not_all(large: Caller, text: str) -> None:
    assert 0 < len(large.get(f"/users?$select=id&$top=999&$filter={text}")["value"]) < 999


def test_a_name_with_an_apostrophe_is_found_by_filter_and_by_path(large: Caller) -> None:
    upn = "niamh.o'brien@larkfield.example"
    found = large.get("/users?$select=id&$filter=userPrincipalName eq 'niamh.o''brien@larkfield.example'")
    assert found["value"][0]["id"] == large.get(f"/users/{upn}")["id"]
    assert large.get("/users/NIAMH.O%27BRIEN@larkfield.example")["userPrincipalName"] == upn


def test_holders_of_any_licence_are_an_advanced_question(large: Caller) -> None:
    path = "/users?$select=id,assignedLicenses&$top=999&$filter=assignedLicenses/$count {} 0&$count=true"
    assert large.ask("GET", path.format("ne"))[0] == 400
    holders = large.get(path.format("ne"), ConsistencyLevel="eventual")
    others = large.get(path.format("eq"), ConsistencyLevel="eventual")
    assert holders["@odata.count"] + others["@odata.count"] == 1150
    assert all(row["assignedLicenses"] for row in holders["value"])
    assert not any(row["assignedLicenses"] for row in others["value"])


@pytest.mark.parametrize(
    "text",
    [
        "signInActivity/lastSignInDateTime le 2026-01-01T00:00:00Z",
        "department ne 'HR'",
        "endswith(mail,'x')",
        "mail eq",
        "licenseAssignmentStates/any(x:x/state eq 'Error')",
    ],
)
def test_an_unsupported_filter_is_refused_as_graph_does(large: Caller, text: str) -> None:
    assert large.ask("GET", f"/users?$filter={text}")[0] == 400


def test_an_expanded_manager_has_the_properties_that_were_asked_for(large: Caller) -> None:
    rows = large.get("/users?$select=id&$expand=manager($select=id)")["value"]
    bosses = [row["manager"] for row in rows if "manager" in row]
    assert 0 < len(bosses) < len(rows)
    assert all(boss.keys() == {"@odata.type", "id"} for boss in bosses)
    assert "displayName" in next(
        row["manager"] for row in large.get("/users?$select=id&$expand=manager")["value"] if "manager" in row
    )


def test_no_advanced_query_expands_and_nothing_but_the_manager_is_expanded(large: Caller) -> None:
    for path, headers in (
        ("/users?$select=id&$expand=manager&$count=true", {"ConsistencyLevel": "eventual"}),
        ("/users?$select=id&$expand=directReports", {}),
    ):
        status, body = large.ask("GET", path, role="reader", **headers)
        assert (status, code(body)) == (400, "Request_UnsupportedQuery")
