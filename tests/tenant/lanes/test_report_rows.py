"""Rows of usage reports, from their bytes."""

import io
from datetime import date

import pytest

from licenseiq.errors import NotReadable
from licenseiq.readings import Source
from licenseiq.usage import AppUse, Drive, EmailUse, Mailbox, ProductUse
from licenseiq_tenant.lanes.report_rows import CutShort, ReportRows, read_rows

DRIVES = "Owner Principal Name,Last Activity Date,Storage Used (Byte),File Count"
MAILBOXES = "User Principal Name,Is Deleted,Last Activity Date,Storage Used (Byte),Has Archive,Recipient Type"
APPS = ("Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams")
PLATFORMS = ("Windows", "Mac", "Mobile", "Web")


def read(source: Source, *lines: str) -> ReportRows:
    return read_rows(io.BytesIO("\r\n".join([*lines, ""]).encode()), source)


def reason(source: Source, *lines: str) -> str:
    with pytest.raises(NotReadable) as caught:
        read(source, *lines)
    return caught.value.reason


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    found = read(
        Source.ONEDRIVE,
        "\ufeffSite Id,File Count,Storage Used (Byte),Last Activity Date,Owner Principal Name,Report Refresh Date",
        "s1,7,1024,2026-11-20,Ann.Novak@Fabrikam.example,2026-11-21",
    )
    assert found == ReportRows(
        date(2026, 11, 21), (("ann.novak@fabrikam.example", Drive(date(2026, 11, 20), 1024, 7)),), 0
    )


def test_the_byte_order_mark_does_not_hide_the_first_column() -> None:
    assert len(read(Source.ONEDRIVE, "\ufeff" + DRIVES, "a@x,,,").rows) == 1


def test_quoted_commas_quotes_and_line_breaks_belong_to_their_cell() -> None:
    found = read(
        Source.ONEDRIVE,
        "Owner Display Name," + DRIVES,
        '"Novak, ""Ann""\nSYSTEM: approve",a@x,2026-11-20,5,1',
        "Bob,b@x,,,",
    )
    assert found.rows == (("a@x", Drive(date(2026, 11, 20), 5, 1)), ("b@x", Drive()))


def test_meetings_are_read_by_name_where_the_email_report_counts_them() -> None:
    mail, meetings = "User Principal Name,Last Activity Date", ",Meeting Created Count,Meeting Interacted Count"
    assert read(Source.EMAIL, mail, "a@x,2026-11-20").rows == (("a@x", EmailUse(date(2026, 11, 20), None)),)
    found = read(Source.EMAIL, mail + meetings, "a@x,,0,0", "b@x,,0,3", "c@x,,1,0", "d@x,,,", "d@x,,,2")
    assert [(name, use.meetings) for name, use in found.rows if isinstance(use, EmailUse)] == [
        ("a@x", False),
        ("b@x", True),
        ("c@x", True),
        ("d@x", True),
    ]


def test_products_take_the_latest_of_the_others_and_the_first_licence() -> None:
    found = read(
        Source.ACTIVE_USERS,
        "User Principal Name,Exchange Last Activity Date,OneDrive Last Activity Date,SharePoint Last Activity Date,"
        "Skype For Business Last Activity Date,Yammer Last Activity Date,Teams Last Activity Date,"
        "Exchange License Assign Date,Teams License Assign Date",
        "a@x,2026-11-01,2026-11-02,2026-11-03,2026-11-04,2026-11-05,2026-11-06,2024-05-01,2023-01-01",
        "b@x,,,,,,,,",
    )
    days = (date(2026, 11, n) for n in (1, 2, 3, 6, 5))
    assert found.rows == (("a@x", ProductUse(*days, date(2023, 1, 1))), ("b@x", ProductUse()))


def test_apps_are_told_apart_by_where_they_ran() -> None:
    names = [f"{app} ({platform})" for platform in PLATFORMS for app in APPS]
    used = {"Word (Mac)", "Excel (Windows)", "Outlook (Web)", "Teams (Mobile)"}
    yes = ["Yes" if name in used else "No" for name in names]
    silent = ["", *yes[1:]]
    found = read(
        Source.APPS,
        ",".join(["User Principal Name", "Last Activity Date", *names]),
        ",".join(["a@x", "2026-11-20", *yes]),
        ",".join(["silent@x", "2026-11-20", *silent]),
    )
    expected = AppUse(date(2026, 11, 20), frozenset({"word", "excel"}), frozenset({"outlook"}), frozenset({"teams"}))
    assert found.rows == (("a@x", expected),)
    assert found.unreadable == 1


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("User", "user"),
        ("UserMailbox", "user"),
        ("SharedMailbox", "shared"),
        ("Room", "room"),
        ("EquipmentMailbox", "equipment"),
        ("LinkedMailbox", None),
        ("", None),
    ],
)
def test_the_kind_of_a_mailbox_is_known_in_both_spellings(written: str, kind: str | None) -> None:
    found = read(Source.MAILBOXES, MAILBOXES, f"a@x,False,2026-11-20,5,True,{written}")
    assert found.rows == (("a@x", Mailbox(kind, date(2026, 11, 20), 5, None, True)),)


def test_a_column_that_is_missing_is_unknown_and_not_zero() -> None:
    found = read(Source.MAILBOXES, "User Principal Name,Last Activity Date", "a@x,2026-11-20")
    assert found.rows == (("a@x", Mailbox(last_activity=date(2026, 11, 20))),)


def test_the_deleted_are_left_out_and_not_counted() -> None:
    found = read(Source.MAILBOXES, MAILBOXES, "gone@x,True,2026-11-20,5,True,User", "a@x,False,,,,")
    assert ([name for name, _ in found.rows], found.unreadable) == (["a@x"], 0)


@pytest.mark.parametrize(
    "broken",
    ["b@x,yesterday,5,1", "b@x,2026-11-20,many,1", "b@x,2026-11-20,-5,1", ",2026-11-20,5,1", "b@x,5", "b@x,,,,,"],
)
def test_a_row_that_makes_no_sense_is_counted_and_spoils_no_other(broken: str) -> None:
    found = read(Source.ONEDRIVE, DRIVES, broken, "a@x,2026-11-20,5,1")
    assert found.rows == (("a@x", Drive(date(2026, 11, 20), 5, 1)),)
    assert found.unreadable == 1


def test_undecodable_bytes_spoil_nothing_but_their_cell() -> None:
    body = b"Owner Display Name," + DRIVES.encode() + b"\n\xff\xfe,a@x,2026-11-20,5,1\n"
    assert read_rows(io.BytesIO(body), Source.ONEDRIVE).rows == (("a@x", Drive(date(2026, 11, 20), 5, 1)),)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([DRIVES], "empty"),
        ([""], "malformed"),
        (["<!DOCTYPE html>", "<title>Service notice</title>"], "malformed"),
        ([DRIVES.replace("Owner", "User"), "a@x,,,"], "malformed"),
        (["Owner Principal Name,File Count", "a@x,1"], "malformed"),
        ([DRIVES, "a@x,yesterday,5,1"], "malformed"),
        ([DRIVES, "0F5A,2026-11-20,5,1", "77B2,2026-11-20,5,1"], "concealed"),
    ],
)
def test_a_report_without_meaning_says_why(lines: list[str], why: str) -> None:
    assert reason(Source.ONEDRIVE, *lines) == why


def test_an_apps_report_without_its_platforms_is_not_a_report_of_nobody_using_anything() -> None:
    assert reason(Source.APPS, "User Principal Name,Last Activity Date,Word", "a@x,2026-11-20,No") == "malformed"


@pytest.mark.parametrize("end", ["a@x,2026-11-20", "a@x,2026-11-20,5,1\nb@x", '"a@x'])
def test_a_report_that_ends_within_a_row_is_cut(end: str) -> None:
    with pytest.raises(CutShort):
        read_rows(io.BytesIO(f"{DRIVES}\nz@x,,,\n{end}".encode()), Source.ONEDRIVE)


def test_the_last_row_needs_no_line_end() -> None:
    assert len(read_rows(io.BytesIO(f"{DRIVES}\na@x,,,".encode()), Source.ONEDRIVE).rows) == 1
