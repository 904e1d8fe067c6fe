"""What the snapshot and the book hold about one person: every table that names people, and nobody else's rows."""

import sqlite3
from pathlib import Path

import pytest

from licenseiq_tenant.book import open_book
from licenseiq_tenant.database import Database
from licenseiq_tenant.subject_rows import BY_ID, BY_NAME, OF_BOOK, rows_about

MINE, OTHER, TENANT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "t-1"
# A column that says whose a row is. A manager's own name stands in the rows of others, who are asked about themselves.
NAMES = {"user_id", "principal_id", "principal_key", "user_key"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Database(tmp_path / "snapshot.db", "licenseiq_tenant.snapshot.migrations").close()
    open_book(tmp_path).close()
    return tmp_path


def tables_that_name_people(path: Path) -> set[str]:
    with sqlite3.connect(path) as db:
        found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        columns = {table: {row[1] for row in db.execute(f"PRAGMA table_info({table})")} for (table,) in found}
    return {table for table, names in columns.items() if names & NAMES}


def test_every_table_that_names_people_is_looked_into(home: Path) -> None:
    assert tables_that_name_people(home / "snapshot.db") == BY_ID.keys() | BY_NAME.keys()
    assert tables_that_name_people(home / "book.db") <= OF_BOOK.keys()


def test_positive_control_a_new_table_would_be_found(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as db:
        db.execute("CREATE TABLE badge (tenant_id TEXT, user_id TEXT)")
    assert tables_that_name_people(tmp_path / "x.db") == {"badge"}


def test_the_rows_of_the_person_and_of_nobody_else_are_told_without_what_opens_commitments(home: Path) -> None:
    with sqlite3.connect(home / "snapshot.db") as db:
        for tenant, who in ((TENANT, MINE), (TENANT, OTHER), ("t-2", MINE)):
            db.execute("INSERT INTO sign_in VALUES (?, 1, ?, '2026-11-01', NULL, NULL)", (tenant, who))
        db.execute("INSERT INTO teams_use VALUES (?, 1, 'ada@contoso.example', '2026-11-02')", (TENANT,))
    with sqlite3.connect(home / "book.db") as db:
        for who in (MINE, OTHER):
            db.execute(
                "INSERT INTO exception (tenant_id, finding_id, state, owner, reason, until, added_on, seed) "
                "VALUES (?, ?, 'snoozed', 'Ben', 'x', '2027-01-01', '2026-11-01', ?)",
                (TENANT, f"never_used:{who}", b"seed"),
            )
        db.execute("INSERT INTO hr_record VALUES (?, 'ada@contoso.example', 'active', NULL, NULL)", (TENANT,))
    found = rows_about(home, TENANT, MINE, "Ada@contoso.example")
    assert {table: len(rows) for table, rows in found.items()} == {
        "sign_in": 1, "teams_use": 1, "exception": 1, "hr_record": 1,
    }  # fmt: skip
    assert OTHER not in str(found)
    assert "seed" not in str(found)


def test_a_home_that_knows_nothing_tells_nothing(tmp_path: Path) -> None:
    assert rows_about(tmp_path, TENANT, MINE, None) == {}
