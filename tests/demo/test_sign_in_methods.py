"""Ways to sign in, devices, and what somebody owns."""

import pytest
from tests.demo.caller import Caller, Json, code, message
from tests.demo.test_story import one

from licenseiq_demo.estate.methods import TYPES


def methods(graph: Caller, key: str) -> list[Json]:
    rows: list[Json] = graph.get(f"/users/{key}/authentication/methods")["value"]
    return rows


def address(key: str, method: Json) -> str:
    kind = str(method["@odata.type"]).rpartition(".")[2]
    segment = next(segment for segment, name in TYPES.items() if name == kind)
    return f"/users/{key}/authentication/{segment}/{method['id']}"


def somebody_with(graph: Caller, kind: str) -> str:
    for person in graph.state.tenant.people:
        if person.cause == "active" and any(kind in m["@odata.type"] for m in methods(graph, person.id)):
            return person.id
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["fido2", "softwareOath", "email", "windowsHello", "microsoftAuth", "phone"])
def test_each_kind_of_method_is_listed_and_can_be_deleted(graph: Caller, kind: str) -> None:
    key = somebody_with(graph, kind)
    default = graph.state.estate.methods.default(graph.state.tenant.by_id[key])
    for method in sorted(methods(graph, key), key=lambda method: method["id"] == default):
        if "password" not in method["@odata.type"]:
            assert graph.ask("DELETE", address(key, method)) == (204, {})
            assert graph.ask("DELETE", address(key, method))[0] == 404
    assert [m["@odata.type"] for m in methods(graph, key)] == ["#microsoft.graph.passwordAuthenticationMethod"]


def test_the_password_is_no_method_that_can_be_deleted(graph: Caller) -> None:
    key = graph.some("active").id
    [password] = [m for m in methods(graph, key) if "password" in m["@odata.type"]]
    assert graph.ask("DELETE", address(key, password))[0] == 400
    assert password in methods(graph, key)


def test_the_default_method_goes_only_after_the_others(graph: Caller) -> None:
    key = somebody_with(graph, "microsoftAuth")
    default = next(m for m in methods(graph, key) if "microsoftAuth" in m["@odata.type"])
    phone = next(m for m in methods(graph, key) if "phone" in m["@odata.type"])
    status, body = graph.ask("DELETE", address(key, default))
    assert (status, code(body)) == (400, "badRequest")
    assert "default method" in message(body)
    assert graph.ask("DELETE", address(key, phone))[0] == 204
    for other in methods(graph, key):
        if "softwareOath" in other["@odata.type"]:
            assert graph.ask("DELETE", address(key, other))[0] == 204
    assert graph.ask("DELETE", address(key, default))[0] == 204


def test_a_temporary_access_pass_is_shown_once_and_there_is_never_a_second(graph: Caller) -> None:
    key = one(graph, "joiner_with_account")
    where = f"/users/{key}/authentication/temporaryAccessPassMethods"
    status, made = graph.ask("POST", where, {"lifetimeInMinutes": 120, "isUsableOnce": True})
    assert (status, made["lifetimeInMinutes"], bool(made["temporaryAccessPass"])) == (201, 120, True)
    graph.ask("POST", where, {})
    [listed] = graph.get(where)["value"]
    assert (listed["temporaryAccessPass"], listed["lifetimeInMinutes"]) == (None, 60)


def test_a_tenant_can_forbid_temporary_access_passes(graph: Caller) -> None:
    key = one(graph, "joiner_with_account")
    where = f"/users/{key}/authentication/temporaryAccessPassMethods"
    graph.faults("no_temporary_pass")
    policy = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"
    assert graph.get(policy)["state"] == "disabled"
    assert graph.ask("POST", where, {})[0] == 400
    graph.faults("forbid:temporary_pass")
    assert graph.ask("POST", where, {})[0] == 403


def test_a_password_is_replaced_when_it_is_strong_and_the_app_may(graph: Caller) -> None:
    key = graph.some("untold_leaver").id
    path, stamp = f"/users/{key}", f"/users/{key}?$select=lastPasswordChangeDateTime"
    assert graph.get(stamp)["lastPasswordChangeDateTime"] is None
    assert graph.ask("PATCH", path, {"passwordProfile": {"password": "short"}})[0] == 400
    good = {"passwordProfile": {"password": "Xk7-trombone-bay", "forceChangePasswordNextSignIn": True}}
    graph.faults("forbid:password")
    assert graph.ask("PATCH", path, good)[0] == 403
    assert graph.ask("PATCH", path, {"accountEnabled": False})[0] == 204
    graph.faults()
    assert graph.ask("PATCH", path, good) == (204, {})
    assert graph.get(stamp)["lastPasswordChangeDateTime"].startswith("2026-11-23")


def test_devices_are_those_of_their_user_and_can_be_switched_off(graph: Caller) -> None:
    key = next(p.id for p in graph.state.tenant.people if p.cause == "untold_leaver")
    mine = graph.get(f"/users/{key}/registeredDevices")["value"]
    assert mine
    assert mine == graph.get(f"/users/{key}/ownedDevices")["value"]
    where = f"/devices/{mine[0]['id']}"
    assert graph.ask("PATCH", where, {"accountEnabled": False}) == (204, {})
    assert graph.get(where)["accountEnabled"] is False
    assert graph.ask("PATCH", where, {"accountEnabled": "no"})[0] == 400
    [managed] = graph.get(f"/users/{key}/managedDevices")["value"]
    assert managed["azureADDeviceId"] == mine[0]["deviceId"]
    assert graph.get(f"/deviceManagement/managedDevices?$filter=userId eq '{key}'")["value"] == [managed]
    graph.faults("forbid:intune")
    assert graph.ask("GET", f"/users/{key}/managedDevices")[0] == 403


def test_a_leavers_groups_and_app_go_to_a_successor_before_the_leaver_is_removed_as_the_owner(graph: Caller) -> None:
    key, successor = one(graph, "leaver_who_owns"), graph.some("active").id
    owned = graph.get(f"/users/{key}/ownedObjects")["value"]
    kinds = [row["@odata.type"].rpartition(".")[2] for row in owned]
    assert sorted(kinds) == ["application", "group", "group", "group", "servicePrincipal"]
    alone = next(row for row in owned if row.get("displayName") == "Calibration archive")
    where = f"/groups/{alone['id']}/owners"
    status, body = graph.ask("DELETE", f"{where}/{key}/$ref")
    assert (status, "at least one owner" in message(body)) == (400, True)
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{successor}"}
    assert graph.ask("POST", f"{where}/$ref", reference) == (204, {})
    assert "already exist" in message(graph.ask("POST", f"{where}/$ref", reference)[1])
    assert graph.ask("DELETE", f"{where}/{key}/$ref") == (204, {})
    assert [row["id"] for row in graph.get(where)["value"]] == [successor]
    [app] = [row["id"] for row in owned if row["@odata.type"].endswith("application")]
    assert graph.ask("POST", f"/applications/{app}/owners/$ref", reference)[0] == 204
    assert graph.ask("DELETE", f"/applications/{app}/owners/{key}/$ref")[0] == 204
    assert [row["id"] for row in graph.get(f"/applications/{app}/owners")["value"]] == [successor]
