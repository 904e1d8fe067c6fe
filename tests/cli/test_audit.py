"""`licenseiq audit`: an export, anchors elsewhere, proofs, and what verifying says. INV-42, INV-44."""

import itertools
import json
from pathlib import Path
from zlib import crc32

import anyio
import pytest

from licenseiq.merkle import leaf_hash, verify_consistency, verify_inclusion
from licenseiq_cli.main import main
from licenseiq_desk.store.desk_store import open_store
from tests.desk.fakes import TENANT, plan_for, world_in


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a real tenant's ledger."""
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "home"))
    more(tmp_path / "home", "p-1")
    return tmp_path / "home"


def more(folder: Path, proposal_id: str) -> None:
    """One more proposal is approved and carried out."""
    world = world_in(folder)
    # Nothing that chance gives twice: each call is a process of its own on the same home.
    start = crc32(proposal_id.encode())
    world.clock._ids, world.clock._random = itertools.count(start), itertools.count(start)

    async def work() -> None:
        world.put(plan_for(evaluation_id=proposal_id), proposal_id)
        await world.approve(proposal_id)
        await world.advance()

    anyio.run(work)
    world.desk.close()
    world.inbox.close()


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(["audit", *words]) == code
    return capsys.readouterr().out


def cut(home: Path, size: int) -> None:
    """What somebody with the files can do: the last entries and all that the desk holds of them are gone."""
    store = open_store(home)
    with store.database.write() as db:
        db.exec_driver_sql("DELETE FROM ledger_entry WHERE seq >= ?", (size,))
        db.exec_driver_sql("DELETE FROM ledger_head WHERE size > ?", (size,))
        db.exec_driver_sql("DELETE FROM ledger_about WHERE seq >= ?", (size,))
    store.close()


def test_an_export_is_verified_by_itself_and_a_changed_one_is_broken(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ledger.jsonl"
    shown = told(capsys, "export", "--to", str(file), "--with-verifier")
    assert "python licenseiq_verify.py ledger.jsonl" in shown
    assert (tmp_path / "licenseiq_verify.py").read_text(encoding="utf-8").startswith("#!/usr/bin/env python3")
    assert "runs: 1" in told(capsys, "verify", str(file))
    facts = json.loads(told(capsys, "verify", str(file), "--json"))
    assert [(one["tenant"], one["is_whole"]) for one in facts["ledgers"]] == [(TENANT, True)]
    assert "another key" in told(capsys, "verify", str(file), "--key", "ab" * 32, code=1)
    file.write_bytes(file.read_bytes().replace(b'"outcome\\":\\"done', b'"outcome\\":\\"dont', 1))
    assert "BROKEN" in told(capsys, "verify", str(file), code=1)
    file.write_text("not an export\n", encoding="utf-8")
    assert "BROKEN  Line 1" in told(capsys, "verify", str(file), code=1)
    assert main(["audit", "export", "--to", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_cut_tail_is_found_against_an_anchor_alone(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """INV-42."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    assert "12 entries, anchored, root" in told(capsys, "anchor", "--to", str(place))
    assert "anchored before" in told(capsys, "anchor", "--to", str(place))
    more(home, "p-2")
    told(capsys, "anchor", "--to", str(place))
    lines = (place / "licenseiq-anchors.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["size"] for line in lines] == [12, 23]
    shown = told(capsys, "verify", "--anchor", str(place))
    assert "compared with 2 anchors, the newest of 23 entries" in shown
    cut(home, 22)
    assert "its tail is cut" in told(capsys, "verify", "--anchor", str(place), code=1)
    assert "BROKEN, so it is not anchored" in told(capsys, "anchor", "--to", str(place), code=1)
    assert len((place / "licenseiq-anchors.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_a_ledger_that_was_written_anew_or_deleted_does_not_fit_its_anchor(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """INV-42."""
    file = str(tmp_path / "anchors.jsonl")
    told(capsys, "anchor", "--to", file)
    assert "no anchors" in told_error(capsys, "verify", "--anchor", str(tmp_path / "nowhere.jsonl"))
    for path in home.glob("*.db*"):
        path.unlink()
    assert "has no ledger here any more" in told(capsys, "verify", "--anchor", file, code=1)
    more(home, "p-other")
    more(home, "p-another")
    assert "not those that were anchored" in told(capsys, "verify", "--anchor", file, code=1)
    (home / "keys" / f"ledger-{TENANT}.pem").unlink()
    for path in home.glob("*.db*"):
        path.unlink()
    more(home, "p-1")
    assert "was not signed with this ledger's key" in told(capsys, "verify", "--anchor", file, code=1)


def told_error(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["audit", *words]) != 0
    return capsys.readouterr().err


def test_a_proof_shows_that_an_entry_is_in_the_ledger_and_that_an_anchor_is_its_beginning(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "anchor", "--to", str(tmp_path / "a.jsonl"))
    anchor = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    more(home, "p-2")
    found = json.loads(told(capsys, "proof", "3"))
    root = bytes.fromhex(found["head"]["root"])
    path = [bytes.fromhex(step) for step in found["audit_path"]]
    leaf = leaf_hash(found["entry"].encode())
    assert verify_inclusion(leaf, 3, found["head"]["size"], path, root)
    assert not verify_inclusion(leaf, 4, found["head"]["size"], path, root)
    found = json.loads(told(capsys, "proof", "--first", str(anchor["size"])))
    path = [bytes.fromhex(step) for step in found["consistency_path"]]
    assert verify_consistency(anchor["size"], found["head"]["size"], bytes.fromhex(anchor["root"]), root, path)
    assert "no entry of that number" in told_error(capsys, "proof", "99")
    assert "never of that size" in told_error(capsys, "proof", "--first", "99")
