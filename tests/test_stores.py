"""The stores: every key starts with the tenant, and nobody else on the machine can read them."""

import re
import sqlite3
import stat
from pathlib import Path

import pytest

from licenseiq_desk.store.desk_store import open_store
from licenseiq_tenant.book import open_book
from licenseiq_tenant.database import Database
from licenseiq_tenant.inbox.store import Inbox


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    Database(folder / "snapshot.db", "licenseiq_tenant.snapshot.migrations").close()
    Inbox(folder).close()
    open_book(folder).close()
    open_store(folder).close()
    return folder


def keys_without_tenant(path: Path) -> list[str]:
    """Tables whose primary key, or an index, does not start with the tenant's id."""
    wrong = []
    with sqlite3.connect(path) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = db.execute(f"SELECT name, pk FROM pragma_table_info('{table}')").fetchall()  # noqa: S608 - our own names
            if ("tenant_id", 1) not in columns:
                wrong.append(table)
            for (index,) in db.execute(f"SELECT name FROM pragma_index_list('{table}')").fetchall():  # noqa: S608
                first = db.execute(f"SELECT name FROM pragma_index_info('{index}') WHERE seqno = 0").fetchone()  # noqa: S608
                if first != ("tenant_id",):
                    wrong.append(index)
    return wrong


@pytest.mark.parametrize("store", ["snapshot.db", "inbox.db", "desk.db", "book.db"])
def test_every_key_of_a_store_starts_with_the_tenant(home: Path, store: str) -> None:
    assert keys_without_tenant(home / store) == []


def test_a_table_without_the_tenant_first_would_be_found(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as db:
        db.execute("CREATE TABLE good (tenant_id TEXT, id TEXT, PRIMARY KEY (tenant_id, id)) WITHOUT ROWID")
        db.execute("CREATE TABLE bad (id TEXT, tenant_id TEXT, PRIMARY KEY (id, tenant_id)) WITHOUT ROWID")
        db.execute("CREATE INDEX loose ON good (id)")
    assert "bad" in keys_without_tenant(tmp_path / "x.db")
    assert "loose" in keys_without_tenant(tmp_path / "x.db")


@pytest.mark.parametrize("store", ["snapshot.db", "inbox.db", "desk.db", "book.db"])
def test_a_store_is_readable_by_its_owner_only(home: Path, store: str) -> None:
    assert stat.S_IMODE((home / store).stat().st_mode) == 0o600


ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ("tenant", "desk", "cli", "server") for path in (ROOT / room).rglob("*.py"))
OPENS_A_STORE = re.compile(r"\b(Database|read_only|open_store|open_book)\(|\bDESK_FILE\b|import FILE\b")
# The file of a store itself, the subjects' keys, which are a file wherever the stores are, and keys of a home.
MAY_ASK_THE_DISK = {"database.py", "subject_keys.py", "who.py"}


def asks_the_disk(source: str) -> bool:
    """Whether code that opens a store asks whether a file is there: of a store in PostgreSQL none ever is."""
    return bool(OPENS_A_STORE.search(source)) and ".exists()" in source


def test_nobody_asks_the_disk_whether_a_store_is_there() -> None:
    assert SOURCES
    found = {path.name for path in SOURCES if asks_the_disk(path.read_text(encoding="utf-8"))}
    assert found == MAY_ASK_THE_DISK, "ask licenseiq_tenant.places.exists instead"
    assert asks_the_disk("if not (home / DESK_FILE).exists(): return")
