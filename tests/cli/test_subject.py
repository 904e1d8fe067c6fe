"""`licenseiq subject export`: a person at a terminal makes a copy of what is held about somebody."""

import json
from pathlib import Path

import pytest

from licenseiq_cli.main import main
from licenseiq_tenant.database import read_only
from licenseiq_tenant.live import FILE
from tests.cli.on_demo import Say

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def test_a_copy_is_made_by_pseudonym_once_and_the_ledger_verifies(say: Say, folder: Path, tmp_path: Path) -> None:
    assert say("scan", "--json")[0] == 0
    with read_only(folder / "demo" / FILE) as db:
        user_id = db.exec_driver_sql(
            "SELECT user_id FROM person WHERE user_type = 'Member' AND employee_type = 'Employee' LIMIT 1"
        ).scalar_one()
    (known,) = json.loads(say("who", user_id, "--json")[1])["people"]
    to = tmp_path / "copy"
    code, told, problem = say("subject", "export", known["pseudonym"], "--to", str(to), "--json")
    assert (code, problem) == (0, "")
    facts = json.loads(told)
    assert (facts["unread"], facts["to"]) == ([], str(to))
    account = json.loads((to / "microsoft365/account.json").read_text(encoding="utf-8"))
    assert account["id"] == user_id
    rows = json.loads((to / "licenseiq/known.json").read_text(encoding="utf-8"))
    assert {row["user_id"] for row in rows["person"]} == {user_id}
    code, told, _ = say("audit", "verify", "--json")
    (ledger,) = json.loads(told)["ledgers"]
    assert (code, ledger["is_whole"]) == (0, True)
    code, _, problem = say("subject", "export", user_id, "--to", str(to))
    assert (code, "there already" in problem) == (1, True)


def test_what_stands_in_the_way_is_said(say: Say, tmp_path: Path) -> None:
    for who, words in (("nobody@larkfield.example", "Nobody has that principal name"), ("No Body", "Nobody who was")):
        code, _, problem = say("subject", "export", who, "--to", str(tmp_path / "copy"))
        assert (code, words in problem) == (1, True), problem
    assert not (tmp_path / "copy").exists()


def test_without_a_demo_or_a_desk_of_a_tenant_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "home"))
    words = ["subject", "export", "ada@contoso.example", "--to", str(tmp_path / "copy")]
    assert main([*words, "--demo"]) == 1
    assert "licenseiq demo" in capsys.readouterr().err
    assert main(words) == 2
    assert "LICENSEIQ_TENANT_ID" in capsys.readouterr().err
