"""`licenseiq desk`, `proposals` and `audit verify`."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from licenseiq_cli.main import main
from licenseiq_cli.open_desk import open_demo_desk
from licenseiq_demo import process
from licenseiq_desk.store.desk_store import open_store
from tests.cli.proposed import Proposed, all_done_once
from tests.desk.fakes import START, TENANT, plan_for, world_in

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def proposed(home: Path) -> Iterator[Proposed]:
    made = Proposed(home)
    made.start()
    yield made
    process.stop(made.folder / "tenant")


def carried_out(folder: Path) -> None:
    """A home whose desk has taken two proposals over and carried one out."""
    world = world_in(folder)

    async def work() -> None:
        world.put(plan_for(2), "p-2")
        world.put(plan_for())
        await world.approve()
        assert await world.finish() == "complete"

    anyio.run(work)
    world.desk.close()
    world.inbox.close()


def test_the_desk_carries_out_what_was_approved_and_stops_when_it_is_asked_to(proposed: Proposed) -> None:
    leaver = proposed.leavers[0]
    proposal_id, _ = proposed.put(leaver)

    async def approved_elsewhere() -> None:
        async with open_demo_desk(proposed.folder) as opened:
            pending, _ = await opened.desk.begin_approval(opened.tenant_id, proposal_id, opened.writer, "test")
            opened.desk.approve(pending, pending.phrase)

    with subprocess.Popen(
        [sys.executable, "-m", "licenseiq_cli.main", "desk", "--demo", "--port", "0", "--poll", "0.05"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    ) as desk:
        try:
            assert desk.stdout is not None
            assert "The desk works for the demo tenant" in desk.stdout.readline()
            assert "Nobody has a passkey here yet" in desk.stdout.readline()
            assert f"{proposal_id}: taken over" in desk.stdout.readline()
            anyio.run(approved_elsewhere)
            lines = [desk.stdout.readline() for _ in range(4)]
            desk.send_signal(signal.SIGTERM)
            assert "The desk has stopped." in desk.stdout.read()
            assert desk.wait(timeout=10) == 0
        finally:
            desk.kill()
    for line, words in zip(lines, ("1. block sign-in", "2. end all sessions", "3. take back", "complete"), strict=True):
        assert words in line
    assert proposed.changes(leaver) == all_done_once(leaver)


def test_a_desk_without_a_tenant_and_one_without_a_demo_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["desk"]) == 2
    assert "does not know its tenant" in capsys.readouterr().err
    assert main(["desk", "--demo", "--port", "0"]) == 1
    assert "Start it with `licenseiq demo`" in capsys.readouterr().err


def test_proposals_are_listed_with_what_became_of_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carried_out(home / "demo")
    world = world_in(home)
    world.put(plan_for(), "p-real")
    world.desk.close()
    world.inbox.close()
    assert main(["proposals", "--json"]) == 0
    found = {one["proposal_id"]: one for one in json.loads(capsys.readouterr().out)["proposals"]}
    assert (found["p-1"]["state"], found["p-1"]["run"], found["p-1"]["approve_at"]) == ("approved", "complete", None)
    assert found["p-2"]["money"] == [{"amount": "114.00", "currency": "USD"}]
    assert (found["p-2"]["people"], found["p-2"]["steps"], found["p-2"]["is_demo"]) == (2, 6, True)
    assert (found["p-real"]["is_demo"], found["p-real"]["approve_at"]) == (False, None), "it expired long ago"
    assert main(["proposals", "--demo"]) == 0
    shown = capsys.readouterr().out
    assert "p-1  approved, run complete  (demo)" in shown
    assert "1 person, 3 steps, frees 57.00 USD a month" in shown
    assert "p-real" not in shown


def test_an_open_proposal_is_listed_with_the_command_that_approves_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_in(home / "demo")
    world.put(plan_for(created=START, expires=START.replace(year=2099)))
    assert main(["proposals"]) == 0
    assert "licenseiq approve p-1" in capsys.readouterr().out
    with world.inbox._database.write() as db:
        db.exec_driver_sql("UPDATE proposal SET digest = 'ab'")
    assert main(["proposals"]) == 0
    shown = capsys.readouterr().out
    assert "cannot be approved" in shown
    assert "licenseiq approve" not in shown
    world.desk.close()
    world.inbox.close()


def test_a_desk_that_cannot_be_read_leaves_unknown_what_became_of_its_proposals(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carried_out(home / "demo")
    (home / "demo" / "desk.db").write_bytes(b"not a database, but long enough to be taken for one" * 20)
    assert main(["proposals", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["proposals"]
    assert {one["state"] for one in found} == {"unknown"}
    assert all(one["run"] is None and one["approve_at"] is None and one["steps"] for one in found)


def test_listing_proposals_loads_nothing_of_the_desk(home: Path) -> None:
    code = (
        "import sys; from licenseiq_cli.main import main; main(['proposals']); print('licenseiq_desk' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "No proposals yet. Ask in the chat for an offboarding, or run `licenseiq demo`.",
        "False",
    ]


def test_a_whole_ledger_verifies_and_a_changed_one_does_not(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    assert "There is no ledger yet" in capsys.readouterr().out
    carried_out(home / "demo")
    assert main(["audit", "verify"]) == 0
    shown = capsys.readouterr().out
    assert f"whole  tenant {TENANT} (demo): 13 entries" in shown
    store = open_store(home / "demo")
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE outcome SET outcome = 'failed' WHERE number = 2")
    store.close()
    assert main(["audit", "verify", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["ledgers"]
    assert not found["is_whole"]
    assert found["problems"]
    assert main(["audit", "verify"]) == 1
    assert "BROKEN" in capsys.readouterr().out


def test_a_store_that_is_no_database_is_not_called_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "desk.db").write_bytes(b"not a database, but long enough to be taken for one" * 20)
    assert main(["audit", "verify"]) == 1
    assert "not verified" in capsys.readouterr().err
