"""`licenseiq who`: a person at the terminal finds out whom the chat means, and nobody has to ask the tenant for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from licenseiq.ports import EvaluationHead, HolderQuery
from licenseiq.privacy import Privacy
from licenseiq_cli import serve
from licenseiq_cli.main import main
from licenseiq_demo import process
from licenseiq_tenant.database import Database, read_only
from licenseiq_tenant.home_keys import PSEUDONYMS
from licenseiq_tenant.live import FILE
from tests.cli.on_demo import stopped

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose demo tenant was read, and runs no more. It has no key for pseudonyms yet."""
    return stopped(tmp_path_factory.mktemp("home"), users=60)


@pytest.fixture
def home(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LICENSEIQ_HOME", str(scanned))
    yield scanned
    (scanned / "demo" / PSEUDONYMS).unlink(missing_ok=True)


def somebody(home: Path) -> tuple[str, str, str]:
    """Id, principal name and display name of one person whose display name nobody else has."""
    with read_only(home / "demo" / FILE) as db:
        row = db.exec_driver_sql(
            "SELECT user_id, principal_name, display_name FROM person WHERE LENGTH(display_name) < 40 "
            "GROUP BY name_key HAVING COUNT(*) = 1 LIMIT 1"
        ).one()
    return (row[0], row[1], row[2])


def told(capsys: Captured, *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["who", *words, "--demo", "--json"]) == 0
    people: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["people"]
    return people


def refused(capsys: Captured, *words: str) -> str:
    capsys.readouterr()
    assert main(["who", *words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def in_the_chat(home: Path) -> str:
    """What a chat in pseudonyms calls somebody, on a demo that is started for it."""
    process.find_or_start(home / "demo" / "tenant", "reader", users=60)

    async def ask() -> str:
        async with serve._opener(True, True, Privacy.PSEUDONYMS)() as deps:
            head: EvaluationHead = await deps.tenant.evaluation(_silent)
            page = await deps.tenant.holders(head.evaluation_id, HolderQuery(inactive_days=30))
            assert page.rows[0].display_name is None
            return page.rows[0].user_id

    try:
        return anyio.run(ask)
    finally:
        process.stop(home / "demo" / "tenant")


def test_the_pseudonym_that_the_chat_shows_is_resolved_also_after_another_start_of_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    pseudonym = in_the_chat(tmp_path)
    (one,) = told(capsys, pseudonym)
    assert one["pseudonym"] == pseudonym
    assert one["display_name"]
    assert one["user_principal_name"].endswith(".example")
    assert one["simulated"] is True
    assert told(capsys, f"  {pseudonym.upper()} ") == [one]
    assert main(["who", pseudonym, "--demo"]) == 0
    shown = capsys.readouterr().out
    for field in ("user_principal_name", "user_id"):
        assert one[field] in shown
    # The next start is a new tenant of the same people, so everybody has another pseudonym there.
    (other,) = told(capsys, in_the_chat(tmp_path))
    assert other["tenant_id"] != one["tenant_id"]
    assert told(capsys, pseudonym) == [one]
    (now,) = told(capsys, one["user_id"])
    assert (now["tenant_id"], now["user_principal_name"]) == (other["tenant_id"], one["user_principal_name"])
    assert now["pseudonym"] != pseudonym


@pytest.mark.parametrize("by", [0, 1, 2], ids=["id", "principal name", "display name"])
def test_a_person_gives_the_pseudonym_and_the_pseudonym_the_person(home: Path, by: int, capsys: Captured) -> None:
    person = somebody(home)
    (one,) = told(capsys, person[by].upper())
    assert (one["user_id"], one["user_principal_name"], one["display_name"]) == person
    assert told(capsys, one["pseudonym"]) == [one]


def test_everybody_of_one_display_name_is_shown(scanned: Path, tmp_path: Path, capsys: Captured) -> None:
    copy = tmp_path / "demo"
    copy.mkdir()
    for file in (scanned / "demo").glob(f"{FILE}*"):
        (copy / file.name).write_bytes(file.read_bytes())
    database = Database(copy / FILE, "licenseiq_tenant.snapshot.migrations")
    with database.write() as db:
        ids = db.exec_driver_sql("SELECT user_id FROM person ORDER BY user_id LIMIT 2").scalars().all()
        db.exec_driver_sql(
            "UPDATE person SET name_key = 'a twin', display_name = 'A\nTwin' WHERE user_id IN (?, ?)", (*ids,)
        )
    database.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LICENSEIQ_HOME", str(tmp_path))
        found = told(capsys, "A Twin")
        assert main(["who", "a twin", "--demo"]) == 0
    assert [one["user_id"] for one in found] == list(ids)
    assert found[0]["pseudonym"] != found[1]["pseudonym"]
    shown = capsys.readouterr().out
    assert "2 of 2 people of that name" in shown
    assert shown.count("A Twin") == 2


def test_a_pseudonym_of_nobody_says_what_to_try(home: Path, capsys: Captured) -> None:
    assert "Nobody who was read here has that pseudonym" in refused(capsys, "person-aaaaaaaaaa", "--demo")
    assert not (home / "demo" / PSEUDONYMS).exists(), "a key that is made now would fit no pseudonym"
    told(capsys, somebody(home)[1])
    assert "leave --demo out" in refused(capsys, "person-aaaaaaaaaa", "--demo")
    assert "Check the spelling" in refused(capsys, "nobody@contoso.example", "--demo")


@pytest.mark.parametrize("wrong", ["person-", "person-abc", "person-aaaaaaaaa1", "Person-aaaaaaaaaaa"])
def test_half_a_pseudonym_is_told_apart_from_an_unknown_one(home: Path, wrong: str, capsys: Captured) -> None:
    assert "no whole pseudonym" in refused(capsys, wrong, "--demo")


def test_before_the_first_reading_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    assert "scan' first, or add --demo" in refused(capsys, "person-aaaaaaaaaa")
    assert "scan --demo' first" in refused(capsys, "person-aaaaaaaaaa", "--demo")
    Database(tmp_path / FILE, "licenseiq_tenant.snapshot.migrations").close()
    assert "No people have been read here yet" in refused(capsys, "anna@contoso.example")
    assert list(tmp_path.glob("*.key")) == []


@pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")
def test_a_key_that_others_can_read_is_refused(home: Path, capsys: Captured) -> None:
    told(capsys, somebody(home)[1])
    (home / "demo" / PSEUDONYMS).chmod(0o644)
    assert main(["who", somebody(home)[1], "--demo"]) == 2
    assert PSEUDONYMS in capsys.readouterr().err


def test_it_loads_nothing_that_speaks_with_a_tenant(home: Path) -> None:
    code = (
        "import sys; from licenseiq_cli.main import main; main(['who', 'nobody', '--demo']); "
        "print({'msgraph', 'azure.identity', 'licenseiq_desk'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


async def _silent(_: str) -> None:
    return None
