"""`licenseiq policy`: what holds, what another policy would change, and a section to begin with."""

import json
import os
import re
import shutil
import sqlite3
import tomllib
from pathlib import Path
from typing import Any

import pytest

from licenseiq.errors import SettingsError
from licenseiq.leaving import LeavingDefaults
from licenseiq.leaving_file import read_leaving
from licenseiq.leaving_keys import LEAVING_KEYS
from licenseiq.policy import DEFAULT_VERSION, Policy
from licenseiq.policy_file import read_policy
from licenseiq.policy_keys import KEYS
from licenseiq_cli.main import main
from licenseiq_cli.offline_place import place
from licenseiq_cli.policy_of import PolicyError, PolicyFile, policy_from
from licenseiq_cli.policy_template import template
from licenseiq_tenant.live import FILE
from licenseiq_tenant.prices import load_catalogue

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
Captured = pytest.CaptureFixture[str]
CANARY = "canary-7f3a"
GROUP = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def home(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's home, to be changed."""
    shutil.copytree(scanned, tmp_path / "home")
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "demo"


def told(capsys: Captured, *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*arguments, "--demo", "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def other(tmp_path: Path, text: str) -> str:
    file = tmp_path / "other.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def uncommented(text: str) -> str:
    return re.sub(r"^# ", "", text, flags=re.MULTILINE)


def test_the_template_is_the_default_policy_until_something_is_uncommented() -> None:
    assert tomllib.loads(template()) == {"policy": {}, "offboarding": {}, "onboarding": {}}


def test_every_example_of_the_template_can_be_used() -> None:
    found = tomllib.loads(uncommented(template()))
    leaving = read_leaving(found["offboarding"])
    assert isinstance(leaving, LeavingDefaults), leaving
    assert set(found["offboarding"]) == {key.name for key in LEAVING_KEYS}
    table = found["policy"]
    assert set(table) == {*(key.name for key in KEYS), "persona"}
    assert isinstance(read_policy(table, load_catalogue), Policy), read_policy(table, load_catalogue)


def test_the_example_of_the_documentation_can_be_used() -> None:
    text = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    found = read_policy(tomllib.loads(example)["policy"], load_catalogue)
    assert isinstance(found, Policy), found
    assert found.personas[0].frontline


def test_the_template_can_be_appended_to_the_settings(tmp_path: Path, capsys: Captured) -> None:
    assert main(["policy", "template"]) == 0
    (tmp_path / "licenseiq.toml").write_text(f'privacy = "names"\n\n{capsys.readouterr().out}', encoding="utf-8")
    assert PolicyFile(tmp_path)().version == DEFAULT_VERSION
    assert place(demo=False, environ={"LICENSEIQ_HOME": str(tmp_path)}).privacy == "names"


def test_without_a_section_the_defaults_are_shown(home: Path, capsys: Captured) -> None:
    found = told(capsys, "policy", "show")
    assert (found["version"], found["notes"]) == (DEFAULT_VERSION, [])
    assert not any(row["is_set"] for row in found["values"])
    assert {row["key"] for row in found["values"]} == {key.name for key in KEYS}
    assert {row["key"] for row in found["offboarding"] if not row["is_set"]} == {key.name for key in LEAVING_KEYS}


def test_what_is_set_is_shown_with_names_and_what_means_nobody_is_said(home: Path, capsys: Captured) -> None:
    text = (
        "[offboarding]\nskip = ['devices']\n"
        "[policy]\ninactive_days = 60\nexcluded_skus = ['POWER_BI_PRO']\nprotected_accounts = ['nobody@x.example']\n"
        f"excluded_groups = ['{GROUP}']\n[[policy.persona]]\nname = 'Field'\njob_titles = ['Technician']\n"
    )
    (home / "licenseiq.toml").write_text(text, encoding="utf-8")
    found = told(capsys, "policy", "show")
    values = {row["key"]: row for row in found["values"]}
    assert (values["inactive_days"]["value"], values["inactive_days"]["is_set"]) == (60, True)
    assert values["excluded_skus"]["value"][0]["name"] == "Power BI Pro"
    assert [one["name"] for one in found["personas"]] == ["Field"]
    assert any("nobody@x.example" in note for note in found["notes"])
    assert any(GROUP in note for note in found["notes"])
    assert next(row["value"] for row in found["offboarding"] if row["key"] == "skip") == ["devices"]
    assert main(["policy", "show", "--demo"]) == 0
    said = capsys.readouterr().out
    assert "60 days" in said
    assert "Power BI Pro" in said


def test_the_same_policy_changes_nothing(home: Path, tmp_path: Path, capsys: Captured) -> None:
    found = told(capsys, "policy", "diff", other(tmp_path, "[policy]\ninactive_days = 90\n"))
    assert (found["is_different"], found["kinds"], found["largest"]) == (False, [], [])


def test_a_difference_adds_up_and_nothing_is_stored(home: Path, tmp_path: Path, capsys: Captured) -> None:
    before = (home / FILE).read_bytes(), list_of(home)
    file = other(tmp_path, "[policy]\nbuffer_percent = 60\nnew_hire_days = 365\n")
    found = told(capsys, "policy", "diff", file, code=1)
    assert found["is_different"]
    exposed = {side: amounts(found["exposure"][side]) for side in ("now", "then")}
    changed = [row for row in found["kinds"] if row["in"] == "exposure"]
    assert changed
    assert any(row["removed"] for row in changed)
    moved = sum(amounts(row["then"]["money"]) - amounts(row["now"]["money"]) for row in changed)
    assert round(exposed["then"] - exposed["now"], 2) == round(moved, 2)
    assert found["total"] >= len(found["largest"]) > 0
    sizes = [row["finding_id"] for row in found["largest"]]
    assert len(sizes) == len(set(sizes)) <= 10
    assert ((home / FILE).read_bytes(), list_of(home)) == before
    assert main(["policy", "diff", file, "--demo"]) == 1
    assert "What changes" in capsys.readouterr().out


def amounts(money: list[dict[str, str]]) -> float:
    return sum(float(one["amount"]) for one in money)


def list_of(home: Path) -> list[Any]:
    with sqlite3.connect(home / FILE) as db:
        return db.execute("SELECT evaluation_id FROM evaluation ORDER BY number").fetchall()


def test_whose_findings_differ_is_told_as_the_mode_of_privacy_says(
    home: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = other(tmp_path, "[policy]\nnew_hire_days = 365\ninactive_days = 730\nnever_used_grace_days = 365\n")
    names = told(capsys, "policy", "diff", file, code=1)
    assert any("@" in row["whose"] for row in names["largest"])
    monkeypatch.setenv("LICENSEIQ_PRIVACY", "pseudonyms")
    hidden = told(capsys, "policy", "diff", file, code=1)
    assert "@" not in json.dumps(hidden["largest"])
    assert any(row["whose"].startswith("person-") for row in hidden["largest"])
    assert [row["now"] for row in hidden["largest"]] == [row["now"] for row in names["largest"]]
    monkeypatch.setenv("LICENSEIQ_PRIVACY", "aggregate")
    totals = told(capsys, "policy", "diff", file, code=1)
    assert (totals["largest"], totals["kinds"]) == ([], names["kinds"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no section [policy]"),
        ("privacy = 'names'", "has no section [policy]"),
        ("[policy", "is not valid TOML"),
        ("policy = 7", "is no table"),
        (f"[policy]\n{CANARY[:6]} = 1", "is no key of the policy"),
        (f"[policy]\nprotected_accounts = ['{CANARY}']", "neither an object id"),
    ],
)
def test_a_file_that_is_no_policy_is_wrong_use(
    home: Path, tmp_path: Path, capsys: Captured, text: str, words: str
) -> None:
    assert main(["policy", "diff", other(tmp_path, text), "--demo"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert CANARY not in said.err


def test_a_file_that_is_not_there_is_wrong_use(home: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["policy", "diff", str(tmp_path / "none.toml"), "--demo"]) == 2


def test_before_the_first_reading_there_is_nothing_to_compare(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "new"))
    assert main(["policy", "diff", other(tmp_path, "[policy]\n"), "--demo"]) == 1
    assert "licenseiq scan" in capsys.readouterr().err
    assert main(["policy", "show", "--demo"]) == 0
    assert not (tmp_path / "new" / "demo" / FILE).exists()


def test_every_problem_of_the_policy_is_told_at_once(home: Path, capsys: Captured) -> None:
    (home / "licenseiq.toml").write_text("[policy]\ninactve_days = 1\nbuffer_percent = 'x'\n", encoding="utf-8")
    found = told(capsys, "policy", "show", code=2)
    assert [one["key"] for one in found["problems"]] == ["policy.inactve_days", "policy.buffer_percent"]
    assert main(["policy", "show", "--demo"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize("command", [["serve", "--demo"], ["exceptions", "list", "--demo"]])
def test_nothing_works_with_a_policy_that_cannot_be_used(home: Path, capsys: Captured, command: list[str]) -> None:
    """Fail closed: it may hide an account that must not be touched."""
    (home / "licenseiq.toml").write_text("[policy]\nprotected_accounts = ['bob']\n", encoding="utf-8")
    assert main(command) == 2
    assert "policy.protected_accounts, entry 1" in capsys.readouterr().err


def test_a_change_of_the_file_holds_at_once(tmp_path: Path) -> None:
    policy, file = PolicyFile(tmp_path), tmp_path / "licenseiq.toml"
    assert policy() == Policy()
    for days in (60, 45):
        file.write_text(f"[policy]\ninactive_days = {days}\n", encoding="utf-8")
        os.utime(file, ns=(days, days))
        assert policy().inactive_days == days
    file.write_text("[policy]\ninactive_days = 'x'\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(PolicyError):
            policy()
    file.unlink()
    assert policy() == Policy()


def test_a_file_that_may_not_be_read_is_no_empty_policy(tmp_path: Path) -> None:
    (tmp_path / "licenseiq.toml").mkdir()
    with pytest.raises(SettingsError):
        PolicyFile(tmp_path)()


def test_other_keys_of_a_compared_file_are_not_looked_at(tmp_path: Path) -> None:
    file = other(tmp_path, f"graph_token = '{CANARY}'\n[policy]\ninactive_days = 60\n")
    assert policy_from(Path(file)).inactive_days == 60
