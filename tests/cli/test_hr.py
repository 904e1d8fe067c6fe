"""`licenseiq hr`: a dry run changes nothing, an import counts with the next question, and nobody is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.on_demo import Say, Told

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def facts(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told[1])
    return found


def test_without_a_reading_the_next_step_is_told(say: Say, folder: Path) -> None:
    code, _, told = say("hr", "status")
    assert code == 1
    assert "licenseiq scan" in told


def test_the_personnel_file_of_the_demo_finds_leavers_and_people_on_leave(say: Say, folder: Path) -> None:
    say("scan")
    file = str(folder / "demo" / "tenant" / "personnel.csv")
    dry = facts(say("hr", "import", file, "--json"))
    assert dry["stored"] is False
    assert dry["accounts"]["left"] >= 4
    assert dry["accounts"]["on leave"] >= 2
    assert dry["lines_of_nobody"] == []
    assert dry["exposure_now"] != dry["exposure_then"]
    assert facts(say("hr", "status", "--json"))["as_of"] is None

    stored = facts(say("hr", "import", file, "--apply", "--json"))
    assert stored["stored"] is True
    again = facts(say("hr", "import", file, "--json"))
    assert again["exposure_now"] == again["exposure_then"] == stored["exposure_then"]
    assert facts(say("hr", "status", "--json"))["people"]["left"] == dry["accounts"]["left"]

    assert facts(say("hr", "remove", "--json"))["as_of"] is None
    assert facts(say("hr", "import", file, "--json"))["exposure_now"] == dry["exposure_now"]


def test_a_wrong_file_stores_nothing_and_says_which_line(say: Say, folder: Path) -> None:
    say("scan")
    file = folder / "wrong.csv"
    file.write_text("user,status\n100001,on leave\n100002,ill\n", encoding="utf-8")
    code, told, _ = say("hr", "import", str(file), "--apply")
    assert code == 1
    assert "Line 3: status is none of active, on leave, left" in told
    assert "100002" not in told
    assert facts(say("hr", "status", "--json"))["as_of"] is None
    assert say("hr", "import", str(folder / "no.csv"))[0] == 2


def test_a_line_that_fits_nobody_is_told_by_its_number(say: Say, folder: Path) -> None:
    say("scan")
    file = folder / "stranger.csv"
    file.write_text("user,status\nsomebody@elsewhere.example,left\n", encoding="utf-8")
    code, told, _ = say("hr", "import", str(file))
    assert code == 0
    assert "fit no account that was read: 2." in told
    assert "somebody" not in told
