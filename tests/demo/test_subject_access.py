"""What somebody who asks for a copy of their data is told of: logs, files, properties, and permissions that lack."""

from tests.demo.caller import Caller, code

from licenseiq_demo.faults.permissions import NEEDS


def test_sign_ins_are_those_of_one_person_within_thirty_days(graph: Caller) -> None:
    people = [one for one in graph.state.tenant.people if one.usage.interactive is not None]
    recent = next(one for one in people if (one.usage.interactive or 0) < 20)
    old = next(one for one in people if (one.usage.interactive or 0) > 60 and (one.usage.background or 99) > 60)
    rows = graph.get(f"/auditLogs/signIns?$filter=userId eq '{recent.id}'")["value"]
    assert rows[0]["createdDateTime"] == recent.fields["signInActivity"]["lastSignInDateTime"]
    assert {row["userId"] for row in rows} == {recent.id}
    assert graph.get(f"/auditLogs/signIns?$filter=userId eq '{old.id}'")["value"] == []


def test_what_was_done_to_somebody_is_in_the_audit_log(graph: Caller) -> None:
    someone = graph.some("active")
    asked = f"/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{someone.id}')"
    before = len(graph.get(asked)["value"])
    graph.ask("POST", f"/users/{someone.id}/revokeSignInSessions")
    rows = graph.get(asked)["value"]
    assert len(rows) == before + 1
    assert rows[-1]["targetResources"][0]["id"] == someone.id
    graph.faults("no_p1")
    status, body = graph.ask("GET", asked, role="reader")
    assert (status, code(body)) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")


def test_a_file_is_downloaded_by_an_address_that_takes_no_token(graph: Caller) -> None:
    someone = min((one for one in graph.state.tenant.people if one.drive_bytes), key=lambda one: one.drive_bytes or 0)
    drive = graph.get(f"/users/{someone.id}/drive")["id"]
    file = next(row for row in graph.get(f"/drives/{drive}/root/delta")["value"] if "file" in row)
    token = {"Authorization": f"Bearer {graph.state.tokens['reader']}"}
    answer = graph.client.get(f"/v1.0/drives/{drive}/items/{file['id']}/content", headers=token)
    assert answer.status_code == 302
    assert graph.client.get(answer.headers["location"], headers=token).status_code == 401
    assert graph.client.get(answer.headers["location"]).content == bytes(file["size"])


def test_what_sharepoint_keeps_of_somebody_is_read_one_by_one(graph: Caller) -> None:
    someone = graph.some("active")
    assert graph.get(f"/users/{someone.id}?$select=id,skills,birthday")["skills"] == []
    assert graph.ask("GET", "/users?$select=id,skills", role="reader")[0] == 501
    assert graph.ask("GET", f"/users/{someone.id}/photo", role="reader")[0] == 404


def test_without_one_permission_the_rest_is_answered_as_before(graph: Caller) -> None:
    for permission in NEEDS:
        graph.faults(f"without:{permission}")
        others = ("/organization", "/directory/subscriptions", "/admin/reportSettings")
        assert {graph.ask("GET", path, role="reader")[0] for path in others} == {200}, permission


def test_reading_and_writing_lack_by_themselves(graph: Caller) -> None:
    someone = graph.some("active")
    methods = f"/users/{someone.id}/authentication/methods"
    phone = next(row for row in graph.get(methods)["value"] if "phone" in row["@odata.type"].lower())
    mine = f"/users/{someone.id}/authentication/phoneMethods/{phone['id']}"
    graph.faults("without:UserAuthenticationMethod.ReadWrite.All")
    assert (graph.ask("GET", methods)[0], graph.ask("DELETE", mine)[0]) == (200, 403)
    graph.faults("without:UserAuthenticationMethod.Read.All")
    assert (graph.ask("GET", methods)[0], graph.ask("DELETE", mine)[0] in (204, 400)) == (403, True)
