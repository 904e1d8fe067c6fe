"""`licenseiq approve`: what a person types, and what then reaches the tenant, over HTTP."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from licenseiq.people import Person
from licenseiq_cli.carry_out import carry_out, summary
from licenseiq_cli.desk_screen import Screen
from licenseiq_cli.main import main
from licenseiq_cli.open_desk import open_demo_desk
from licenseiq_demo import process
from licenseiq_desk.approval.phrase import phrase_for
from licenseiq_desk.execution.lease import claim
from licenseiq_desk.store.desk_store import open_store
from licenseiq_desk.surroundings import real
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.inbox.undo import UndoRequest
from tests.cli.proposed import Proposed, all_done_once

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proposed]:
    made = Proposed(tmp_path_factory.mktemp("home"))
    made.start()
    yield made
    process.stop(made.folder / "tenant")


@pytest.fixture
def leaver(proposed: Proposed, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody whom no other test has touched; the commands look at this home, and nothing is typed yet."""
    monkeypatch.setenv("LICENSEIQ_HOME", str(proposed.home))
    types(monkeypatch, "")
    return proposed.leavers.pop()


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_typed_phrase_has_the_plan_carried_out_once(
    proposed: Proposed, leaver: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, plan = proposed.put(leaver)
    types(monkeypatch, f"{phrase_for(plan.digest())}\n")
    assert main(["approve", proposal_id]) == 0
    shown = capsys.readouterr().out
    assert proposed.changes(leaver) == all_done_once(leaver)
    for needed in (
        plan.digest(),
        leaver.user_id,
        "Type exactly: approve ",
        "Complete: 3 of 3",
        "Ledger: ",
        "get_proposal",
    ):
        assert needed in shown
    assert "\x1b" not in shown
    assert shown.isascii()

    types(monkeypatch, "")
    assert main(["approve", proposal_id]) == 0
    assert "was approved and carried out before" in capsys.readouterr().out
    assert proposed.changes(leaver) == all_done_once(leaver)

    inbox = Inbox(proposed.folder)
    inbox.ask_undo(plan.tenant_id, UndoRequest("p-back", proposal_id, {"client": "test"}), datetime.now(UTC))
    inbox.close()
    assert main(["approve", "p-back"]) == 1, "nothing was typed"
    assert "Kind undo" in capsys.readouterr().out, "the terminal prepares it, as a desk that runs would"


def test_a_wrong_phrase_changes_nothing_and_the_right_one_is_good_afterwards(
    proposed: Proposed, leaver: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, plan = proposed.put(leaver)
    types(monkeypatch, "approve 00000000\n")
    assert main(["approve", proposal_id]) == 1
    assert f"Run `licenseiq approve {proposal_id}` to try again" in capsys.readouterr().err
    assert proposed.changes(leaver) == []
    types(monkeypatch, f"{phrase_for(plan.digest())}\n")
    assert main(["approve", proposal_id, "--json"]) == 0
    output = capsys.readouterr()
    facts = json.loads(output.out)
    assert (facts["state"], facts["run"]["state"]) == ("approved", "complete")
    assert "Type exactly" in output.err


class PressesCtrlC(io.StringIO):
    """Presses Ctrl-C, and would go on to type the phrase if that were swallowed."""

    def readline(self, *_: object) -> str:
        signal.raise_signal(signal.SIGINT)
        return super().readline()


@pytest.mark.parametrize("keyboard", [io.StringIO, PressesCtrlC])
def test_no_answer_and_ctrl_c_at_the_prompt_approve_nothing(
    proposed: Proposed,
    leaver: Person,
    keyboard: type[io.StringIO],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    proposal_id, plan = proposed.put(leaver)
    phrase = f"{phrase_for(plan.digest())}\n" if keyboard is PressesCtrlC else ""
    monkeypatch.setattr("sys.stdin", keyboard(phrase))
    assert main(["approve", proposal_id]) == 1
    assert "Nothing was approved." in capsys.readouterr().out
    assert proposed.changes(leaver) == []


def test_a_process_killed_in_the_middle_is_carried_on_without_a_phrase_and_nothing_is_done_twice(
    proposed: Proposed, leaver: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, plan = proposed.put(leaver)
    # The change does not show in the next readings: the process is killed while it looks for it.
    late = {"what": "stale_reads", "method": "PATCH", "path": f"/users/{leaver.user_id}", "reads": 3}
    proposed.control("PUT", "faults", {"faults": [late]})
    with subprocess.Popen(
        [sys.executable, "-m", "licenseiq_cli.main", "approve", proposal_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LICENSEIQ_HOME": str(proposed.home)},
    ) as killed:
        assert killed.stdin is not None
        killed.stdin.write(f"{phrase_for(plan.digest())}\n".encode())
        killed.stdin.flush()
        until = time.monotonic() + 60
        while not proposed.changes(leaver) and time.monotonic() < until:
            time.sleep(0.05)
        killed.kill()
    assert proposed.changes(leaver) == all_done_once(leaver)[:1]
    proposed.control("PUT", "faults", {"faults": []})
    end_the_lease(proposed.folder)

    assert main(["approve", proposal_id]) == 0
    shown = capsys.readouterr().out
    assert "no phrase is needed" in shown
    assert "Complete: 3 of 3 steps read back as true (1 confirmed after restart, 2 done)." in shown
    assert proposed.changes(leaver) == all_done_once(leaver)


def end_the_lease(folder: Path) -> None:
    """Stands for the thirty seconds after which a dead owner's hold ends."""
    store = open_store(folder)
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE run SET lease_until = '2026-01-01T00:00:00Z' WHERE lease_until IS NOT NULL")
    store.close()


def test_a_run_that_another_process_holds_is_waited_for_and_then_left_to_it(
    proposed: Proposed, leaver: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, _ = proposed.put(leaver)

    async def held_elsewhere() -> str:
        async with open_demo_desk(proposed.folder) as opened:
            opened.desk.take_over(opened.tenant_id)
            pending, _ = await opened.desk.begin_approval(opened.tenant_id, proposal_id, opened.writer, "test")
            opened.desk.approve(pending, pending.phrase)
            executor = opened.desk.executor(opened.writer)
            (run_id,) = await executor.start_approved(opened.tenant_id)
            assert claim(executor.store, real(), opened.tenant_id, run_id, "another") is not None
            found = await carry_out(opened, proposal_id, Screen(sys.stdout), patience=0.0)
            return summary(found.runs[-1])

    assert anyio.run(held_elsewhere) == "Running: 0 of 3 steps read back as true (3 not taken yet)."
    assert "Another process holds this run" in capsys.readouterr().out
    assert proposed.changes(leaver) == []


def test_the_stop_file_holds_what_was_approved_and_is_named(
    proposed: Proposed, leaver: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, plan = proposed.put(leaver)
    stop = proposed.folder / "STOP"
    stop.touch()
    types(monkeypatch, f"{phrase_for(plan.digest())}\n")
    assert main(["approve", proposal_id]) == 1
    assert "the file STOP" in capsys.readouterr().out
    assert proposed.changes(leaver) == []
    stop.unlink()
    assert main(["approve", proposal_id]) == 0
    assert proposed.changes(leaver) == all_done_once(leaver)


def test_a_rejected_proposal_is_never_carried_out(
    proposed: Proposed, leaver: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, plan = proposed.put(leaver)
    assert main(["approve", proposal_id, "--reject", "She stays."]) == 0
    types(monkeypatch, f"{phrase_for(plan.digest())}\n")
    assert main(["approve", proposal_id]) == 1
    assert "The proposal is rejected" in capsys.readouterr().out
    assert proposed.changes(leaver) == []


def test_an_expired_proposal_is_said_to_be_expired(
    proposed: Proposed, leaver: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, _ = proposed.put(leaver, hours=-1)
    assert main(["approve", proposal_id]) == 1
    assert "The proposal is expired" in capsys.readouterr().out


def test_a_proposal_of_the_real_home_needs_its_desk_and_one_of_no_home_is_not_found(
    proposed: Proposed, leaver: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal_id, _ = proposed.put(leaver, proposed.home)
    assert main(["approve", proposal_id]) == 1
    assert "The desk does not run. Start it in another terminal: 'licenseiq desk'" in capsys.readouterr().err
    for typed in (["--phrase"], ["--reject", "no"]):
        assert main(["approve", proposal_id, *typed]) == 1
        assert "decided on with a passkey" in capsys.readouterr().err
    assert main(["approve", "p-none"]) == 1
    assert "no proposal of that id" in capsys.readouterr().err


def test_without_a_running_demo_nothing_is_approved(
    tmp_path: Path, leaver: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    elsewhere = Proposed(tmp_path)
    proposal_id, plan = elsewhere.put(leaver)
    types(monkeypatch, f"{phrase_for(plan.digest())}\n")
    assert main(["approve", proposal_id]) == 1
    assert "Start it with `licenseiq demo`" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_looks_like_markup_is_shown_as_it_is_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    Screen(stream).line("  s1: display_name [red]Ana[/red] :smile:", "bold")
    assert "[red]Ana[/red] :smile:" in stream.getvalue()
