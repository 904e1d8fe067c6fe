"""Usage reports: the redirect, the columns, and what the rows say."""

import csv
import io

import pytest
from tests.demo.caller import Caller, code, sku

FUNCTIONS = (
    "getOffice365ActiveUserDetail",
    "getM365AppUserDetail",
    "getMailboxUsageDetail",
    "getEmailActivityUserDetail",
    "getOneDriveUsageAccountDetail",
    "getOneDriveActivityUserDetail",
    "getSharePointActivityUserDetail",
    "getTeamsUserActivityUserDetail",
)


def location(graph: Caller, call: str) -> str:
    headers = {"Authorization": f"Bearer {graph.state.tokens['reader']}"}
    answer = graph.client.get(f"/v1.0/reports/{call}", headers=headers)
    assert answer.status_code == 302
    return str(answer.headers["location"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_report_has_rows_as_of_two_days_ago(graph: Caller, function: str) -> None:
    rows = graph.report(function)
    assert len(rows) > 100
    assert {row["Report Refresh Date"] for row in rows} == {"2026-11-21"}
    assert not any(None in row or None in row.values() for row in rows)
    dates = [value for row in rows for name, value in row.items() if name.endswith("Last Activity Date")]
    assert max(dates) <= "2026-11-21"
    assert any(dates)


@pytest.mark.parametrize("call", ["(period='D90')", "(period=%27D90%27)", "(period='d90')"])
def test_the_period_may_be_written_in_each_usual_way(graph: Caller, call: str) -> None:
    assert "/_download/" in location(graph, f"getMailboxUsageDetail{call}")


def test_activations_have_no_period_and_a_row_for_each_product(graph: Caller) -> None:
    where = location(graph, "getOffice365ActivationsUserDetail()")
    rows = list(csv.DictReader(io.StringIO(graph.client.get(where).content.decode("utf-8-sig"))))
    assert {row["Report Refresh Date"] for row in rows} == {"2026-11-21"}
    assert len({row["User Principal Name"] for row in rows}) < len(rows)
    assert graph.some("never_used").upn not in {
        row["User Principal Name"] for row in rows if row["Last Activated Date"]
    }


def test_the_copilot_report_is_json_of_those_who_hold_a_licence(graph: Caller) -> None:
    rows = graph.get("/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D90')")["value"]
    held = sku("Microsoft_365_Copilot")
    holders = {p.upn for p in graph.state.tenant.people if held in [s["skuId"] for s in p.fields["assignedLicenses"]]}
    assert {row["userPrincipalName"] for row in rows} == holders
    assert {bool(row["lastActivityDate"]) for row in rows} == {True, False}
    assert graph.ask("GET", "/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D5')")[0] == 404


def test_a_period_that_does_not_exist_is_refused(graph: Caller) -> None:
    assert graph.ask("GET", "/reports/getMailboxUsageDetail(period='D91')")[0] == 400


def test_the_download_works_without_a_token_and_only_without(graph: Caller) -> None:
    where = location(graph, "getMailboxUsageDetail(period='D30')")
    leaked = graph.client.get(where, headers={"Authorization": f"Bearer {graph.state.tokens['reader']}"})
    assert (leaked.status_code, code(leaked.json())) == (401, "InvalidAuthenticationToken")
    answer = graph.client.get(where)
    assert answer.content.startswith(b"\xef\xbb\xbfReport Refresh Date,User Principal Name,")
    assert graph.client.get("/_download/made-up").status_code == 403


def test_mailboxes_say_whose_they_are(graph: Caller) -> None:
    rows = {row["User Principal Name"]: row["Recipient Type"] for row in graph.report("getMailboxUsageDetail")}
    for cause, kind in (("active", "User"), ("shared_mailbox", "Shared"), ("room", "Room")):
        licensed = next(p for p in graph.state.tenant.people if p.cause == cause and p.upn in rows)
        assert rows[licensed.upn] == kind


def test_reports_still_know_deleted_people_and_one_that_nobody_else_knows(graph: Caller) -> None:
    rows = graph.report("getOffice365ActiveUserDetail")
    known = {person.upn for person in graph.state.tenant.people}
    strangers = [row for row in rows if row["User Principal Name"] not in known]
    assert {row["Is Deleted"] for row in strangers} == {"True", "False"}
    assert all(bool(row["Deleted Date"]) == (row["Is Deleted"] == "True") for row in rows)


def test_concealed_names_join_with_nobody(graph: Caller) -> None:
    assert graph.get("/admin/reportSettings")["displayConcealedNames"] is False
    plain = len(graph.report("getOffice365ActiveUserDetail"))
    graph.faults("concealed_names")
    rows = graph.report("getOffice365ActiveUserDetail")
    assert graph.get("/admin/reportSettings")["displayConcealedNames"] is True
    assert len(rows) == plain
    assert all(len(row["User Principal Name"]) == len(row["Display Name"]) == 32 for row in rows)
    assert not any("@" in row["User Principal Name"] for row in rows)


def test_a_phone_that_still_fetches_mail_is_activity_of_the_mailbox_and_of_nobody(graph: Caller) -> None:
    upn = graph.some("phone_still_fetches").upn
    fetched, mail, services = (
        next((row for row in graph.report(function) if row["User Principal Name"] == upn), {})
        for function in (
            "getMailboxUsageDetail",
            "getEmailActivityUserDetail",
            "getOffice365ActiveUserDetail",
        )
    )
    assert fetched["Last Activity Date"] == services["Exchange Last Activity Date"] == "2026-11-21"
    assert mail["Last Activity Date"] < "2026-08-10"
    assert (mail["Send Count"], int(mail["Receive Count"]) > 0) == ("0", True)
    assert services["Teams Last Activity Date"] < "2026-08-10"


def test_somebody_who_only_mails_never_opens_an_office_app(graph: Caller) -> None:
    people = {p.upn for p in graph.state.tenant.people if p.cause == "mail_and_web"}
    rows = [row for row in graph.report("getM365AppUserDetail") if row["User Principal Name"] in people]
    assert len(rows) == len(people)
    assert {(row["Windows"], row["Mac"], row["Word"], row["Excel"], row["Outlook"]) for row in rows} == {
        ("No", "No", "No", "No", "Yes")
    }
