"""HR's file: users by any of their names, a status and days, and never a reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.hr import HrList, version_of
from licenseiq.hr_file import known_people, read_hr_file
from licenseiq.people import Employment, HrRecord
from tests.core.builders import make_person


def words(text: str) -> list[str]:
    return [str(problem) for problem in read_hr_file(text.encode()).errors]


def test_a_file_gives_a_record_for_each_user_with_its_line() -> None:
    text = "User;Status;Since;Until\nAda@Example.com;on leave;2026-05-01;2027-01-31\n\n10042;Left;2026-10-02\n"
    found = read_hr_file(b"\xef\xbb\xbf" + text.encode())
    assert found.errors == ()
    assert found.records == {
        "ada@example.com": HrRecord(Employment.ON_LEAVE, date(2026, 5, 1), date(2027, 1, 31)),
        "10042": HrRecord(Employment.LEFT, date(2026, 10, 2)),
    }
    assert found.lines == {"ada@example.com": 2, "10042": 4}


@pytest.mark.parametrize(
    "name", ["reason", "Leave type", "Reason_for_leaving", "Diagnosis", "Comments", "Grund", "Why"]
)
def test_a_column_with_a_reason_is_refused_with_words(name: str) -> None:
    told = words(f"user,status,{name}\n1,left,tired\n")
    assert told == [
        "Line 1: Column 3 looks like a reason. Why somebody is away or has left must not be stored: take it out."
    ]


def test_any_other_column_is_refused_too_so_that_nothing_is_stored_by_accident() -> None:
    assert "Column 3 has no name that is known here" in words("user,status,salary\n1,left,100\n")[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (",left,,", "Line 2: user is empty"),
        ("1,ill,,", "Line 2: status is none of active, on leave, left"),
        ("1,left,2026-13-01,", "Line 2: since is no day"),
        ("1,left,20261101,", "Line 2: since is no day"),
        ("1,on leave,2026-11-01,2026-10-01", "Line 2: until lies before since"),
        ("1,left,2026-11-01,2026-12-01", "Line 2: until is for people on leave"),
        ("x" * 321 + ",left,,", "Line 2: user has more than 320 letters"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_nothing_is_taken(line: str, told: str) -> None:
    found = read_hr_file(f"user,status,since,until\n{line}\n2,active,,\n".encode())
    assert found.records == {}
    assert str(found.errors[0]).startswith(told)


def test_a_user_who_stands_there_twice_and_a_missing_column_are_told() -> None:
    assert words("user,status\nA@b.c,left\na@B.c,active\n") == [
        "Line 3: user stands in line 2 already. Keep one of the two."
    ]
    assert words("user,since\na,2026-01-01\n") == ["Line 1: status is missing: it has to be a column."]
    assert "names nobody" in words("user,status\n")[0]


def test_a_person_is_found_by_object_id_principal_name_or_employee_id() -> None:
    left = HrRecord(Employment.LEFT)
    for key in ("u1", "u1@example.com", "10042"):
        assert HrList({key: left}).of("U1", "U1@example.com", "10042") is left
    assert HrList({"10042": left}).of("u2", "u2@example.com", None) is None
    assert HrList({"": left}).of("u2", None, "") is None


def test_lines_of_nobody_and_lines_that_contradict_each_other_are_told() -> None:
    file = read_hr_file(b"user,status\nu1@example.com,left\n10042,active\nghost,left\n")
    known = known_people(file, [make_person("u1", employee_id="10042"), make_person("u2")])
    assert known.accounts == {Employment.ACTIVE: 0, Employment.ON_LEAVE: 0, Employment.LEFT: 1}
    assert known.nobody == (4,)
    assert known.contrary == ((2, 3),)


@given(st.dictionaries(st.text("ab1@.", min_size=1, max_size=4), st.sampled_from(Employment), max_size=5))
def test_the_version_is_that_of_the_content_whatever_its_order(statuses: dict[str, Employment]) -> None:
    records = {key: HrRecord(status) for key, status in statuses.items()}
    assert version_of(records) == version_of(dict(reversed(records.items())))
    assert version_of(records) != version_of(records | {"one more": HrRecord(Employment.LEFT)})
