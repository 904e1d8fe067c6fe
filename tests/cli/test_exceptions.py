"""`licenseiq exceptions`: made by a person at the terminal, visible in count and money, and never without an end."""

import json
import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq_cli.main import main
from licenseiq_tenant.book import ExceptionBook, open_book
from licenseiq_tenant.live import FILE

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
Captured = pytest.CaptureFixture[str]


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


@pytest.fixture
def home(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(scanned, tmp_path / "home")
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "demo"


@pytest.fixture
def finding_id(home: Path) -> str:
    """The finding of somebody, which counts and has a price."""
    with sqlite3.connect(home / FILE) as db:
        found = db.execute(
            "SELECT finding_id FROM claim WHERE counts = 1 AND micros > 0 AND kind = 'disabled_holder' ORDER BY 1"
        ).fetchone()
    return str(found[0])


def run(capsys: Captured, *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["exceptions", *arguments, "--demo", "--json"]) == code, capsys.readouterr().err
    out = capsys.readouterr().out
    found: dict[str, Any] = json.loads(out) if out else {}
    return found


def add(capsys: Captured, finding_id: str, *more: str, until: str | None = None, code: int = 0) -> dict[str, Any]:
    given = ("--reason", "Kept for the audit", "--owner", "IT", "--until", until or day(60), *more)
    return run(capsys, "add", finding_id, *given, code=code)


def exposure(found: dict[str, Any]) -> float:
    return sum(float(one["amount"]) for one in found["exposure"])


def test_an_exception_is_out_of_the_exposure_and_in_sight(home: Path, finding_id: str, capsys: Captured) -> None:
    before = run(capsys, "list")
    assert before["exceptions"] == []
    after = add(capsys, finding_id)
    (one,) = after["exceptions"]
    assert (one["state"], one["owner"], one["until"]) == ("accepted", "IT", day(60))
    kept_out = sum(float(money["amount"]) for money in one["money"])
    assert kept_out > 0
    assert round(exposure(before) - exposure(after), 2) == kept_out
    assert run(capsys, "list") == after
    assert main(["exceptions", "list", "--demo"]) == 0
    assert "Kept for the audit (IT)" in " ".join(capsys.readouterr().out.split())
    assert exposure(run(capsys, "remove", finding_id)) == exposure(before)


def test_snoozed_is_said_and_a_second_one_takes_the_place_of_the_first(
    home: Path, finding_id: str, capsys: Captured
) -> None:
    add(capsys, finding_id)
    (one,) = add(capsys, finding_id, "--snooze", until=day(7))["exceptions"]
    assert (one["state"], one["until"]) == ("snoozed", day(7))


def test_one_that_has_run_out_counts_again_and_one_whose_finding_is_gone_is_resolved(
    home: Path, finding_id: str, capsys: Captured
) -> None:
    before = run(capsys, "list")
    with sqlite3.connect(home / FILE) as db:
        (tenant_id,) = db.execute("SELECT tenant_id FROM evaluation").fetchone()
    book = open_book(home)
    made = ExceptionBook(book, tenant_id)
    old = Exception_(ExceptionState.ACCEPTED, "IT", "Over", date.fromisoformat(day(-1)))
    long_ago = datetime.now(UTC) - timedelta(days=60)
    made.keep(finding_id, old, long_ago, "ana")
    gone = Exception_(ExceptionState.SNOOZED, "IT", "Gone", old.until)
    made.keep("inactive_holder:nobody", gone, long_ago, "ana")
    book.close()
    after = run(capsys, "list")
    assert [(one["state"], one["reason"]) for one in after["exceptions"]] == [("open", "Over"), ("resolved", "Gone")]
    assert exposure(after) == exposure(before)


@pytest.mark.parametrize(
    ("until", "code"), [(day(0), 1), (day(-1), 1), (day(367), 1), (day(366), 0), (day(1), 0), ("soon", 2)]
)
def test_an_exception_ends_after_today_and_within_a_year(
    home: Path, finding_id: str, capsys: Captured, until: str, code: int
) -> None:
    if code == 2:
        with pytest.raises(SystemExit) as caught:
            add(capsys, finding_id, until=until)
        assert caught.value.code == 2
    else:
        add(capsys, finding_id, until=until, code=code)
    assert bool(run(capsys, "list")["exceptions"]) == (code == 0)


@pytest.mark.parametrize("missing", ["--reason", "--owner", "--until"])
def test_reason_owner_and_end_are_required(home: Path, finding_id: str, missing: str) -> None:
    given = {"--reason": "r", "--owner": "o", "--until": day(9)}
    del given[missing]
    with pytest.raises(SystemExit) as caught:
        main(["exceptions", "add", finding_id, *(part for pair in given.items() for part in pair), "--demo"])
    assert caught.value.code == 2


def test_a_reason_of_nothing_but_invisible_characters_is_none(home: Path, finding_id: str, capsys: Captured) -> None:
    given = ("--reason", "\u200b \n", "--owner", "IT", "--until", day(9))
    run(capsys, "add", finding_id, *given, code=1)


def test_texts_are_cleaned(home: Path, finding_id: str, capsys: Captured) -> None:
    given = ("--reason", "two\nlines \x1b[31mred", "--owner", "A\u202ena", "--until", day(9))
    (one,) = run(capsys, "add", finding_id, *given)["exceptions"]
    assert (one["reason"], one["owner"]) == ("two lines [31mred", "Ana")


@pytest.mark.parametrize("action", ["add", "remove"])
def test_a_finding_that_is_not_there_is_not_found(home: Path, capsys: Captured, action: str) -> None:
    if action == "add":
        add(capsys, "inactive_holder:nobody", code=1)
    else:
        run(capsys, "remove", "inactive_holder:nobody", code=1)
    assert run(capsys, "list")["exceptions"] == []


def test_an_id_as_the_chat_shows_it_under_pseudonyms_is_taken(
    home: Path, finding_id: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSEIQ_PRIVACY", "pseudonyms")
    (one,) = add(capsys, finding_id)["exceptions"]
    assert one["finding_id"].startswith("disabled_holder:person-")
    assert one["whose"] == one["finding_id"].partition(":")[2]
    assert run(capsys, "remove", one["finding_id"])["exceptions"] == []
    (again,) = add(capsys, one["finding_id"])["exceptions"]
    monkeypatch.setenv("LICENSEIQ_PRIVACY", "names")
    (named,) = run(capsys, "list")["exceptions"]
    assert named["finding_id"] == finding_id
    assert again["money"] == named["money"]
    assert "@" in named["whose"]


def test_before_the_first_reading_there_is_nothing_to_except(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "new"))
    assert main(["exceptions", "list", "--demo"]) == 1
    assert "licenseiq scan" in capsys.readouterr().err
