"""`licenseiq desk`, `approvers`, `approve` and `run` with passkeys: a real desk, spoken to as a browser would."""

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from licenseiq_cli.main import main
from licenseiq_demo import process
from tests.at_the_desk import AtTheDesk, running_desk
from tests.cli.proposed import Proposed, all_done_once

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proposed]:
    made = Proposed(tmp_path_factory.mktemp("home"))
    made.start()
    yield made
    process.stop(made.folder / "tenant")


@pytest.fixture(scope="module")
def desk(proposed: Proposed) -> Iterator[str]:
    """The address of a desk that runs."""
    with running_desk("--demo", environ={"LICENSEIQ_HOME": str(proposed.home)}) as running:
        yield running.origin
    assert not (proposed.folder / "desk-control.json").exists()


@pytest.fixture
def said(proposed: Proposed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command with --json; its object, or its error's text."""
    monkeypatch.setenv("LICENSEIQ_HOME", str(proposed.home))

    def run(*words: str) -> Any:
        code = main([*words, "--json"])
        out = capsys.readouterr()
        return json.loads(out.out) if code == 0 else out.err

    return run


def test_a_person_enrols_and_approves_with_a_passkey_and_the_desk_carries_it_out(
    proposed: Proposed, desk: str, said: Ask
) -> None:
    ada = AtTheDesk.of(desk)
    assert said("approvers", "list", "--demo") == {"approvers": []}
    ada.enrol(said("approvers", "add", "Ada", "--demo")["url"])
    (who,) = said("approvers", "list", "--demo")["approvers"]
    assert (who["name"], who["revoked_at"]) == ("Ada", None)
    assert "approver" in said("approvers", "add", "Eve", "--demo"), "the terminal lets in the first one only"

    leaver = proposed.leavers[0]
    proposal_id, _ = proposed.put(leaver)
    page = said("approve", proposal_id)["decide_at"]
    assert page == f"{desk}/proposals/{proposal_id}"
    assert leaver.user_principal_name in httpx.get(page, trust_env=False).text
    assert proposed.changes(leaver) == []
    ada.decide(who["id"], proposal_id)
    run = ended(said, proposal_id)
    assert (run["state"], run["level"]) == ("complete", "L1")
    assert proposed.changes(leaver) == all_done_once(leaver)
    assert run["steps_ended"] == run["steps"] == len(all_done_once(leaver))
    assert "nothing left to stop" in said("run", "cancel", run["run"], "--demo")

    proposal_id, _ = proposed.put(proposed.leavers[2])
    said("approvers", "revoke", who["id"], "--demo")
    assert said("approvers", "list", "--demo")["approvers"][0]["revoked_at"]
    chosen = {"proposals": [proposal_id], "approver": who["id"], "decision": "approve"}
    answer = ada.post("/api/decisions/begin", chosen)
    assert "revoked" in answer.json()["error"], "somebody revoked approves nothing any more"


def ended(said: Ask, proposal_id: str) -> Any:
    for _ in range(100):
        for run in said("run", "status", "--demo")["runs"]:
            if run["proposal"] == proposal_id and run["state"] in ("complete", "partial", "failed", "cancelled"):
                return run
        time.sleep(0.1)
    raise AssertionError("no run ended")


def test_a_phrase_can_still_be_typed_where_nobody_has_the_passkey_at_hand(
    proposed: Proposed, desk: str, said: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal_id, _ = proposed.put(proposed.leavers[1])
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert "Nothing was approved" in said("approve", proposal_id, "--phrase")


def test_a_second_desk_on_the_same_port_is_refused(desk: str, said: Ask) -> None:
    port = desk.rpartition(":")[2]
    assert main(["desk", "--demo", "--port", port]) == 2


def test_a_port_that_is_none_is_refused(proposed: Proposed, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(proposed.home))
    monkeypatch.setenv("LICENSEIQ_DESK_PORT", "eighty")
    assert main(["desk", "--demo"]) == 2
    assert "LICENSEIQ_DESK_PORT" in capsys.readouterr().err


def test_commands_that_need_the_desk_say_so_when_none_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    for words in (["approvers", "add", "Ada"], ["approvers", "revoke", "x"], ["run", "pause", "x"]):
        assert main([*words, "--demo"]) == 1
        assert "licenseiq desk --demo" in capsys.readouterr().err
    assert main(["run", "status", "--demo"]) == 0
    assert "Nothing was approved yet" in capsys.readouterr().out
    assert main(["approvers", "list", "--demo"]) == 0
    assert "approvers add" in capsys.readouterr().out
