"""What a write does, and what is refused."""

from tests.demo.caller import Caller, Json, code, message, sku

SYNCED = "Unable to update the specified properties for on-premises mastered Directory Sync objects"


def seats(graph: Caller, part: str) -> int:
    rows = graph.get("/subscribedSkus")["value"]
    return next(int(row["consumedUnits"]) for row in rows if row["skuPartNumber"] == part)


def assign(graph: Caller, key: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> tuple[int, Json]:
    body = {
        "addLicenses": [{"skuId": sku(part), "disabledPlans": []} for part in add],
        "removeLicenses": [sku(part) for part in remove],
    }
    return graph.ask("POST", f"/users/{key}/assignLicense", body)


def holder(graph: Caller, part: str, *, direct: bool = True, alone: bool = True) -> str:
    """Somebody who got this product by hand, or by a group and not by hand."""
    for person in graph.state.tenant.people:
        ways = [row["assignedByGroup"] for row in person.states if row["skuId"] == sku(part)]
        extra = {row["skuId"] for row in person.states} & {sku("MCOEV")}
        if ways and (None in ways) == direct and not (alone and (extra or (direct and len(ways) > 1))):
            return person.id
    raise AssertionError(part)


def test_a_disabled_account_is_disabled_at_the_next_read(graph: Caller) -> None:
    key = graph.some("active").id
    assert graph.ask("PATCH", f"/users/{key}", {"accountEnabled": False}) == (204, {})
    assert graph.get(f"/users/{key}?$select=accountEnabled")["accountEnabled"] is False
    listed = graph.get(f"/users?$select=id,accountEnabled&$filter=id eq '{key}'")["value"]
    assert listed == [{"id": key, "accountEnabled": False}]


def test_a_synced_account_has_to_be_disabled_on_premises(graph: Caller) -> None:
    someone = graph.some("active", onPremisesSyncEnabled=True)
    status, body = graph.ask("PATCH", f"/users/{someone.id}", {"accountEnabled": False})
    assert (status, code(body)) == (400, "Request_BadRequest")
    assert message(body).startswith(SYNCED)
    assert graph.ask("PATCH", f"/users/{someone.id}", {"usageLocation": "FR"})[0] == 204


def test_an_administrator_cannot_be_disabled(graph: Caller) -> None:
    for cause in ("break_glass", "administrator"):
        someone = next(
            p
            for p in graph.state.tenant.people
            if p.cause == cause and graph.state.tenant.roles_of(p.id)[0]["roleDefinitionId"].startswith(("6", "f"))
        )
        status, body = graph.ask("PATCH", f"/users/{someone.id}", {"accountEnabled": False})
        assert (status, code(body)) == (403, "Authorization_RequestDenied")
        assert someone.fields["accountEnabled"] is True


def test_a_value_of_the_wrong_kind_is_refused(graph: Caller) -> None:
    key = graph.some("active").id
    for body in ({"accountEnabled": "no"}, {"accountEnabled": None}, {"shoeSize": 43}):
        assert graph.ask("PATCH", f"/users/{key}", body)[0] == 400


def test_revoking_sessions_moves_the_moment_from_which_they_count(graph: Caller) -> None:
    key = graph.some("active").id
    before = graph.get(f"/users/{key}?$select=signInSessionsValidFromDateTime")
    status, body = graph.ask("POST", f"/users/{key}/revokeSignInSessions")
    after = graph.get(f"/users/{key}?$select=signInSessionsValidFromDateTime")
    assert (status, body["value"]) == (200, True)
    name = "signInSessionsValidFromDateTime"
    assert before[name] < "2026-11-23" < after[name]


def test_a_direct_licence_that_is_taken_away_frees_one_seat(graph: Caller) -> None:
    key, before = holder(graph, "SPE_E5"), seats(graph, "SPE_E5")
    status, body = assign(graph, key, remove=("SPE_E5",))
    assert status == 200
    assert sku("SPE_E5") not in [row["skuId"] for row in body["assignedLicenses"]]
    assert seats(graph, "SPE_E5") == before - 1
    states = graph.get(f"/users/{key}?$select=licenseAssignmentStates")["licenseAssignmentStates"]
    assert sku("SPE_E5") not in [row["skuId"] for row in states]


def test_a_second_removal_says_that_there_is_no_such_licence(graph: Caller) -> None:
    key = holder(graph, "SPE_E5")
    assign(graph, key, remove=("SPE_E5",))
    status, body = assign(graph, key, remove=("SPE_E5",))
    assert (status, code(body)) == (400, "Request_BadRequest")
    assert message(body) == "User does not have a corresponding license."


def test_a_licence_from_a_group_is_not_taken_away_from_the_person(graph: Caller) -> None:
    status, body = assign(graph, holder(graph, "SPE_F1", direct=False), remove=("SPE_F1",))
    assert status == 400
    assert message(body) == (
        "User license is inherited from a group membership and it cannot be removed directly from the user."
    )


def test_one_call_swaps_two_products_and_two_calls_conflict(graph: Caller) -> None:
    key = holder(graph, "SPE_E5")
    status, body = assign(graph, key, add=("SPE_F1",))
    assert (status, "mutually exclusive" in message(body)) == (400, True)
    assert assign(graph, key, add=("SPE_F1",), remove=("SPE_E5",))[0] == 200


def test_a_product_without_free_seats_cannot_be_assigned(graph: Caller) -> None:
    key, before = graph.some("active", department="HR").id, seats(graph, "PROJECTPROFESSIONAL")
    status, body = assign(graph, key, add=("PROJECTPROFESSIONAL",))
    assert status == 400
    assert message(body) == (
        f"Subscription with SKU {sku('PROJECTPROFESSIONAL')} does not have any available licenses."
    )
    assert seats(graph, "PROJECTPROFESSIONAL") == before


def test_a_licence_needs_a_usage_location(graph: Caller) -> None:
    status, body = assign(graph, graph.some("guest").id, add=("SPE_E3",))
    assert status == 400
    assert message(body) == "License assignment cannot be done for user with invalid usage location."


def test_a_product_that_the_company_does_not_own_is_no_valid_licence(graph: Caller) -> None:
    body = {"addLicenses": [], "removeLicenses": ["11111111-2222-4333-8444-555555555555"]}
    status, answer = graph.ask("POST", f"/users/{graph.some('active').id}/assignLicense", body)
    assert (status, "does not correspond to a valid company License" in message(answer)) == (400, True)


def test_the_base_of_an_add_on_goes_only_together_with_it(graph: Caller) -> None:
    someone = graph.some("active", department="HR")
    rest = tuple(p for p in ("SPE_E5", "SPE_E3") if sku(p) in {r["skuId"] for r in someone.states})
    assert assign(graph, someone.id, add=("SPE_E3", "MCOEV"), remove=tuple(set(rest) - {"SPE_E3"}))[0] == 200
    status, body = assign(graph, someone.id, remove=("SPE_E3",))
    assert (status, "depends on the service plan(s)" in message(body)) == (400, True)
    assert assign(graph, someone.id, remove=("SPE_E3", "MCOEV"))[0] == 200


def test_both_lists_have_to_be_there(graph: Caller) -> None:
    path = f"/users/{graph.some('active').id}/assignLicense"
    assert graph.ask("POST", path, {"removeLicenses": []})[0] == 400
    assert graph.ask("POST", path, {"addLicenses": []})[0] == 400


def test_another_administrators_change_is_seen_and_is_no_request_of_ours(graph: Caller) -> None:
    key = graph.some("active").id
    graph.control("PATCH", f"/people/{key}", {"accountEnabled": False})
    assert graph.get(f"/users/{key}?$select=accountEnabled")["accountEnabled"] is False
    assert [entry["method"] for entry in graph.control("GET", "/requests")] == ["GET"]
