"""Stores in PostgreSQL, as a person sets them up: the URL, `licenseiq database`, and what is said where it fails."""

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import anyio
import psycopg
import pytest

from licenseiq.errors import SettingsError
from licenseiq_cli.check import store_words
from licenseiq_cli.database_url import server, shown, stores_of
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.main import main
from licenseiq_tenant.places import in_files, place_stores
from tests.desk.fakes import plan_for, world_in
from tests.postgresql import ASKED, BOTH, OWNER, THE_DESK, THE_SERVER, Cluster, stores_in

CANARY = "canary-in-the-password"
REMOTE = "postgresql://me@db.example.com/licenseiq"


def settings(folder: Path, url: str = "") -> dict[str, str]:
    return {"LICENSEIQ_HOME": str(folder), "LICENSEIQ_DATABASE_URL": url}


def url_of(environ: Mapping[str, str]) -> str:
    found = server(environ)
    assert found is not None
    assert found.url not in repr(found)
    return found.url


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://me:{CANARY}@db/licenseiq",
        f"postgresql://me:{CANARY}@db",
        f"postgresql://me:{CANARY}@db/",
        f"postgresql://me:{CANARY}@db:port/licenseiq",
        f"postgresql://me:{CANARY}@[db/licenseiq",
        f"postgresql://me:{CANARY}@db/licenseiq?sslmode",
        f"postgresql://me:{CANARY}@db/licenseiq#x",
        f"postgresql://me:{CANARY}@db/licence iq",
        f"host=db password={CANARY}",
        f"postgresql://me:{CANARY}@db/licenseiq?sslmode=disable",
        f"postgresql://me:{CANARY}@db/licenseiq?sslmode=prefer",
        f"postgresql:///licenseiq?host=/tmp,db&password={CANARY}&sslmode=allow",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_and_never_shown(tmp_path: Path, url: str) -> None:
    """INV-30."""
    with pytest.raises(SettingsError, match="LICENSEIQ_DATABASE_URL") as caught:
        server(settings(tmp_path, url))
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_over_the_network_the_servers_name_is_verified_unless_somebody_says_less(tmp_path: Path) -> None:
    assert url_of(settings(tmp_path, REMOTE)) == f"{REMOTE}?sslmode=verify-full&sslrootcert=system"
    own = f"{REMOTE}?sslrootcert=%2Fetc%2Fca.pem"
    assert url_of(settings(tmp_path, own)) == f"{own}&sslmode=verify-full"
    assert url_of(settings(tmp_path, f"{REMOTE}?sslmode=require")) == f"{REMOTE}?sslmode=require"
    for here in ("postgresql://me@localhost/x", "postgresql://me@[::1]:5433/x", "postgresql:///x?host=%2Ftmp"):
        assert url_of(settings(tmp_path, here)) == here


def test_a_password_in_the_file_is_refused_and_an_account_is_not(tmp_path: Path) -> None:
    file = tmp_path / "licenseiq.toml"
    for url in (f"postgresql://me:{CANARY}@localhost/x", f"postgresql://me@localhost/x?password={CANARY}"):
        file.write_text(f'database_url = "{url}"', encoding="utf-8")
        with pytest.raises(SettingsError, match="secrets belong into the environment") as caught:
            server(settings(tmp_path))
        assert CANARY not in str(caught.value)
    file.write_text('database_url = "postgresql://me@localhost/x"', encoding="utf-8")
    assert url_of(settings(tmp_path)) == "postgresql://me@localhost/x"
    assert shown(settings(tmp_path)) == "x on localhost"


def test_the_demos_stores_are_files_whatever_is_set(tmp_path: Path) -> None:
    environ = settings(tmp_path, REMOTE)
    assert stores_of(home(environ), environ) is not None
    assert stores_of(demo_home(environ), environ) is None
    assert stores_of(tmp_path, settings(tmp_path)) is None


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs a command with this URL: its exit code, and all that it wrote."""
    before = place_stores(in_files)

    def run(url: str, *words: str) -> tuple[int, str]:
        for name, value in settings(tmp_path, url).items():
            monkeypatch.setenv(name, value)
        code = main(words)
        wrote = capsys.readouterr()
        return code, wrote.out + wrote.err

    yield run
    place_stores(before)


def test_the_owner_makes_everything_once(cluster: Cluster, typed) -> None:  # type: ignore[no-untyped-def]
    database = cluster.database()
    cluster.run(
        f"CREATE ROLE makes_{database} LOGIN CREATEROLE", f"ALTER DATABASE {database} OWNER TO makes_{database}"
    )
    code, said = typed(cluster.url(database, f"makes_{database}"), "database", "init")
    assert code == 0
    assert "licenseiq_desk: ran " in said
    assert "grant licenseiq_server to the server's account" in said
    code, said = typed(cluster.url(database), "database", "init")
    assert (code, said.count("was up to date")) == (0, 4)


def test_what_is_printed_makes_the_same(cluster: Cluster, typed) -> None:  # type: ignore[no-untyped-def]
    database = cluster.database()
    code, script = typed("", "database", "init", "--print")
    assert code == 0
    with psycopg.connect(cluster.url(database), autocommit=True) as owner:
        owner.execute(script.encode())
    code, said = typed(cluster.url(database), "database", "init")
    assert (code, said.count("was up to date")) == (0, 4)


def test_an_account_hears_what_it_may_do(cluster: Cluster, typed) -> None:  # type: ignore[no-untyped-def]
    for account, code, words in (
        (THE_SERVER, 0, "fit for the server"),
        (THE_DESK, 1, "fit for the desk"),
        (OWNER, 1, "keeps nothing apart"),
    ):
        found, said = typed(cluster.url(cluster.made, account), "database", "status", "--json")
        assert found == code
        assert words in json.loads(said)["may"]
    # In this cluster is an account that is both, for tests.
    assert "can write to the desk's schema" in typed(cluster.url(cluster.made, THE_DESK), "database", "status")[1]


def test_what_goes_wrong_is_said_in_words_and_names_no_password(cluster: Cluster, typed) -> None:  # type: ignore[no-untyped-def]
    """INV-30."""
    made = cluster.made
    for url, words in (
        (cluster.url(made, ASKED, CANARY), "user or password is wrong"),
        (cluster.url("no_such_database", ASKED, CANARY), "user or password is wrong"),
        (cluster.url("no_such_database"), "no database of the name"),
        (f"postgresql://me:{CANARY}@127.0.0.1:1/x", "could not be reached"),
    ):
        for command in (("database", "status"), ("proposals",), ("audit", "verify")):
            code, said = typed(url, *command)
            assert code != 0
            assert words in said, (command, said)
            assert CANARY not in said
    assert typed(cluster.url(made, ASKED, "right"), "database", "status")[0] == 0
    assert "is not there, or this account may not use it" in typed(cluster.url("postgres"), "audit", "verify")[1]
    assert "may not make schemas" in typed(cluster.url("postgres", THE_DESK), "database", "init")[1]
    assert "holds no stores" in typed(cluster.url("postgres"), "database", "status")[1]
    assert "is not set" in typed("", "database", "status")[1]


def test_without_the_driver_the_error_says_what_to_install(typed, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(sys.modules, "psycopg", None)
    code, said = typed(f"postgresql://me:{CANARY}@localhost/x", "database", "status")
    assert code == 2
    assert "pip install 'licenseiq[postgresql]'" in said
    assert CANARY not in said


def test_commands_find_the_stores_in_postgresql_and_leave_no_file(cluster: Cluster, typed, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    cluster.emptied()
    url = cluster.url(cluster.made, THE_SERVER)
    assert typed(url, "proposals") == (
        0,
        "No proposals yet. Ask in the chat for an offboarding, or run `licenseiq demo`.\n",
    )
    assert "Nothing has been read" in typed(url, "hr", "status")[1]
    assert "No people have been read" in typed(url, "who", "somebody@x.example")[1]
    assert not list(tmp_path.rglob("*.db"))


def test_check_says_where_the_stores_are(cluster: Cluster, typed, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    typed(cluster.url(cluster.made, THE_SERVER), "database", "status")
    said = store_words(tmp_path)
    assert said.startswith(f"PostgreSQL, {cluster.made} on /")
    assert said.endswith("fit for the server")
    typed("", "database", "status")
    assert store_words(tmp_path) == f"files in {tmp_path}"


def test_what_the_desk_did_is_told_and_verified_from_postgresql(cluster: Cluster, typed, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    async def carried_out() -> None:
        world = world_in(tmp_path)
        with closing(world.inbox), closing(world.desk):
            world.put(plan_for())
            await world.approve()
            assert await world.finish() == "complete"

    with stores_in(cluster.emptied(BOTH), tmp_path):
        anyio.run(carried_out)
    server_, desk = cluster.url(cluster.made, THE_SERVER), cluster.url(cluster.made, THE_DESK)
    assert "run complete" in typed(server_, "proposals")[1]
    assert "complete" in typed(desk, "run", "status")[1]
    code, said = typed(desk, "audit", "verify")
    assert (code, said[:5]) == (0, "whole")
    # The server's account sees no entry of the ledger: that is said, and is not an empty ledger.
    code, said = typed(server_, "audit", "verify")
    assert code != 0
    assert "whole" not in said
    with psycopg.connect(cluster.url(cluster.made), autocommit=True) as owner:
        owner.execute("UPDATE licenseiq_desk.ledger_entry SET entry = 'x' WHERE seq = 1")
    code, said = typed(desk, "audit", "verify")
    assert (code, said[:6]) == (1, "BROKEN")
