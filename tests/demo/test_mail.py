"""Mail in Graph: automatic replies, rules, messages, meetings."""

import pytest
from tests.demo.caller import Caller, Json, code, message

WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2027-06-01T00:00:00Z&$top=100"


def letter(to: str) -> Json:
    return {
        "message": {
            "subject": "Seats",
            "body": {"contentType": "Text", "content": "Two fewer."},
            "toRecipients": [{"emailAddress": {"address": to}}],
        },
        "saveToSentItems": False,
    }


def test_an_automatic_reply_is_the_same_in_graph_and_in_exchange(graph: Caller) -> None:
    person = graph.stands_for("plain_leaver")
    reply = {"status": "alwaysEnabled", "externalAudience": "none", "internalReplyMessage": "Ask Ada."}
    status, body = graph.ask("PATCH", f"/users/{person.id}/mailboxSettings", {"automaticRepliesSetting": reply})
    assert (status, body["automaticRepliesSetting"]["status"]) == (200, "alwaysEnabled")
    row = graph.rows("Get-MailboxAutoReplyConfiguration", Identity=person.upn)[0]
    assert (row["AutoReplyState"], row["ExternalAudience"], row["InternalMessage"]) == ("Enabled", "None", "Ask Ada.")
    graph.run("Set-MailboxAutoReplyConfiguration", Identity=person.upn, AutoReplyState="Disabled")
    assert graph.get(f"/users/{person.id}/mailboxSettings")["automaticRepliesSetting"]["status"] == "disabled"


@pytest.mark.parametrize(
    "body",
    [
        {"userPurpose": "shared"},
        {"automaticRepliesSetting": {"status": "sometimes"}},
        {"automaticRepliesSetting": {"status": "scheduled"}},
        {"automaticRepliesSetting": {"colour": "red"}},
    ],
)
def test_settings_that_are_read_only_or_wrong_are_refused(graph: Caller, body: Json) -> None:
    assert graph.ask("PATCH", f"/users/{graph.some('active').id}/mailboxSettings", body)[0] == 400


def test_the_reader_changes_nothing_in_a_mailbox(graph: Caller) -> None:
    key = graph.some("active").id
    for method, path in (("PATCH", "mailboxSettings"), ("POST", "sendMail"), ("POST", "events/x/cancel")):
        assert graph.ask(method, f"/users/{key}/{path}", {}, role="reader")[0] == 403


def test_a_rule_that_forwards_outside_is_seen_and_can_be_removed(graph: Caller) -> None:
    person = graph.stands_for("rule_that_forwards_outside")
    path = f"/users/{person.id}/mailFolders/inbox/messageRules"
    found = graph.get(path)["value"]
    forwards = [rule for rule in found if "forwardTo" in rule["actions"]]
    assert (len(found), len(forwards)) == (2, 1)
    assert forwards[0]["actions"]["forwardTo"][0]["emailAddress"]["address"] == "private.post@mailbox.example"
    assert [row["Name"] for row in graph.rows("Get-InboxRule", Mailbox=person.upn) if row["ForwardTo"]] == ["Copy home"]
    assert graph.ask("DELETE", f"{path}/{forwards[0]['id']}")[0] == 204
    assert [rule["displayName"] for rule in graph.get(path)["value"]] == ["Newsletters"]
    assert graph.ask("DELETE", f"{path}/{forwards[0]['id']}")[0] == 404


def test_a_message_is_accepted_and_kept_in_the_outbox(graph: Caller) -> None:
    sender = graph.some("shared_mailbox")
    assert graph.ask("POST", f"/users/{sender.id}/sendMail", letter("ada@larkfield.example")) == (202, {})
    sent = graph.control("GET", "/outbox")
    assert [(m["what"], m["from"], m["to"]) for m in sent] == [("message", sender.upn, ["ada@larkfield.example"])]
    assert (sent[0]["subject"], sent[0]["content"]) == ("Seats", "Two fewer.")
    graph.control("DELETE", "/outbox")
    assert graph.control("GET", "/outbox") == []


def test_a_message_needs_a_recipient_and_its_sender_a_mailbox(graph: Caller) -> None:
    key = graph.some("shared_mailbox").id
    assert code(graph.ask("POST", f"/users/{key}/sendMail", letter("nowhere"))[1]) == "ErrorInvalidRecipients"
    assert graph.ask("POST", f"/users/{key}/sendMail", {"subject": "x"})[0] == 400
    assert graph.ask("POST", f"/users/{graph.some('service').id}/sendMail", letter("a@b.example"))[0] == 404
    assert graph.control("GET", "/outbox") == []


def test_a_window_shows_each_date_of_a_series_and_the_list_shows_its_master(graph: Caller) -> None:
    person = graph.stands_for("future_meetings")
    listed = {row["subject"]: row for row in graph.get(f"/users/{person.id}/calendar/events")["value"]}
    assert {name: row["isOrganizer"] for name, row in listed.items()} == {
        "Quarterly figures": True,
        "Weekly status": True,
        "Dentist": True,
        "Town hall": False,
    }
    assert listed["Weekly status"]["type"] == "seriesMaster"
    seen = [row["subject"] for row in graph.get(f"/users/{person.id}/calendarView?{WINDOW}")["value"]]
    assert (seen.count("Weekly status"), seen.count("Dentist")) == (13, 1)
    assert graph.ask("GET", f"/users/{person.id}/calendarView")[0] == 400
    page = graph.get(f"/users/{person.id}/calendarView?{WINDOW.replace('100', '5')}&$select=subject")
    assert (len(page["value"]), set(page["value"][0]), "@odata.nextLink" in page) == (5, {"id", "subject"}, True)


def test_a_meeting_is_called_off_for_everybody_by_its_organizer_alone(graph: Caller) -> None:
    person = graph.stands_for("future_meetings")
    path = f"/users/{person.id}/events"
    listed = {row["subject"]: row for row in graph.get(path)["value"]}
    status, body = graph.ask("POST", f"{path}/{listed['Town hall']['id']}/cancel", {"comment": "I left"})
    assert (status, message(body)) == (
        400,
        "Your request can't be completed. You need to be an organizer to cancel a meeting.",
    )
    assert graph.ask("POST", f"{path}/{listed['Quarterly figures']['id']}/cancel", {"comment": "I left"}) == (202, {})
    assert graph.ask("POST", f"{path}/{listed['Quarterly figures']['id']}/cancel", {})[0] == 404
    guest = listed["Quarterly figures"]["attendees"][0]["emailAddress"]["address"]
    theirs = graph.get(f"/users/{guest}/events")["value"]
    assert [row["subject"] for row in theirs if row["isCancelled"]] == ["Canceled: Quarterly figures"]
    sent = graph.control("GET", "/outbox")
    assert [(m["what"], m["content"], len(m["to"])) for m in sent] == [("cancellation", "I left", 4)]


def test_one_date_of_a_series_is_called_off_alone_and_a_deleted_meeting_is_gone(graph: Caller) -> None:
    person = graph.stands_for("future_meetings")
    rows = graph.get(f"/users/{person.id}/calendarView?{WINDOW}")["value"]
    weekly = [row for row in rows if row["subject"] == "Weekly status"]
    assert graph.ask("POST", f"/users/{person.id}/events/{weekly[1]['id']}/cancel", {})[0] == 202
    dentist = next(row["id"] for row in rows if row["subject"] == "Dentist")
    assert graph.ask("DELETE", f"/users/{person.id}/events/{dentist}")[0] == 204
    left = graph.get(f"/users/{person.id}/calendarView?{WINDOW}")["value"]
    assert {row["id"] for row in rows} - {row["id"] for row in left} == {weekly[1]["id"], dentist}


def test_a_missing_permission_is_told_by_name_of_its_lane(graph: Caller) -> None:
    key = graph.some("active").id
    for lane, method, path in (
        ("rules", "GET", "mailFolders/inbox/messageRules"),
        ("calendar", "GET", f"calendarView?{WINDOW}"),
        ("send_mail", "POST", "sendMail"),
        ("mailbox", "GET", "mailboxSettings"),
    ):
        graph.faults(f"forbid:{lane}")
        assert graph.ask(method, f"/users/{key}/{path}", letter("a@b.example"))[0] == 403
