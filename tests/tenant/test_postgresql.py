"""A store in PostgreSQL behaves as one in a file: the same words, the same values, flushed where that is promised."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from licenseiq.errors import LicenseIQError, SettingsError, StateUnknown
from licenseiq_tenant.database import Database, read_only
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.postgresql import server as postgresql_server
from licenseiq_tenant.postgresql import words
from tests.postgresql import BOTH, Cluster, stores_in

INBOX = "licenseiq_tenant.inbox.migrations"
SNAPSHOT = "licenseiq_tenant.snapshot.migrations"


@pytest.fixture
def home(tmp_path: Path, cluster: Cluster) -> Iterator[Path]:
    with stores_in(cluster.emptied(BOTH), tmp_path):
        yield tmp_path


def by_owner(cluster: Cluster, *statements: str) -> None:
    with psycopg.connect(cluster.url(cluster.made), autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement.encode())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("SELECT a FROM t WHERE b = ? AND c LIKE 'x?%'", "SELECT a FROM t WHERE b = %s AND c LIKE 'x?%%'"),
        ("SELECT 'it''s ?', ? % 2", "SELECT 'it''s ?', %s %% 2"),
        ("SELECT GROUP_CONCAT(a, ' ')", "SELECT STRING_AGG(a, ' ')"),
    ],
)
def test_marks_are_translated_and_literals_are_not(ours: str, theirs: str) -> None:
    assert words.query(ours) == theirs


def test_a_row_that_is_there_is_replaced_by_its_key() -> None:
    assert words.replaced_table("INSERT INTO t VALUES (?)") is None
    assert words.replacing("INSERT OR REPLACE INTO t VALUES (?, ?)", ["k", "v"], ["k"]) == (
        "INSERT INTO t VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v"
    )
    assert words.replacing("INSERT OR REPLACE INTO t VALUES (?)", ["k"], ["k"]).endswith("DO NOTHING")


def test_values_come_back_as_from_a_file(home: Path) -> None:
    with closing(Database(home / "snapshot.db", SNAPSHOT)) as database:
        with database.write() as db:
            for number, (enabled, text) in enumerate(((True, "a\0b"), (False, "Ärger"), (None, "Zorn"))):
                db.exec_driver_sql(
                    "INSERT INTO holder VALUES "
                    "('t', 'e', ?, ?, NULL, ?, NULL, NULL, ?, 1, NULL, 5000000000, 0, '', '')",
                    (number, f"u{number}", text, enabled),
                )
        with database.read() as db:
            rows = db.exec_driver_sql("SELECT account_enabled, display_name FROM holder ORDER BY display_name").all()
            total = db.exec_driver_sql("SELECT SUM(days_inactive) FROM holder").scalar_one()
    # Text is sorted by its bytes: capital letters before small ones, and umlauts behind all of them.
    assert [tuple(row) for row in rows] == [(None, "Zorn"), (1, "a\ufffdb"), (0, "Ärger")]
    assert (total, type(total)) == (15_000_000_000, int)


def test_nothing_is_written_while_reading(home: Path) -> None:
    with closing(Database(home / "snapshot.db", SNAPSHOT)) as database:
        with pytest.raises(DBAPIError), database.read() as db:
            db.exec_driver_sql("DELETE FROM holder")
        with pytest.raises(StateUnknown), read_only(home / "snapshot.db") as db:
            db.exec_driver_sql("DELETE FROM holder")


def test_what_must_survive_a_power_cut_is_flushed_whatever_the_database_is_set_to(home: Path, cluster: Cluster) -> None:
    """INV-43."""
    by_owner(cluster, f"ALTER DATABASE {cluster.made} SET synchronous_commit = off")
    try:
        flushed = {}
        for durability in ("FULL", "NORMAL"):
            with closing(Database(home / "inbox.db", INBOX, durability=durability)) as database, database.write() as db:  # type: ignore[arg-type]
                flushed[durability] = db.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        assert flushed == {"FULL": "on", "NORMAL": "off"}
        with psycopg.connect(cluster.url(cluster.made)) as careless:
            assert careless.execute("SHOW synchronous_commit").fetchone() == ("off",)
    finally:
        by_owner(cluster, f"ALTER DATABASE {cluster.made} RESET synchronous_commit")


def test_a_connection_that_was_cut_is_made_anew(home: Path, cluster: Cluster) -> None:
    with closing(Inbox(home)) as inbox:
        assert inbox.ids("t") == ()
        by_owner(
            cluster,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        assert inbox.ids("t") == ()


def test_a_long_look_at_a_store_is_not_cut_off_and_holds_up_no_writer(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_server, "IDLE_SECONDS", 1)
    monkeypatch.setattr(postgresql_server, "LOCK_SECONDS", 1)
    with closing(Database(home / "snapshot.db", SNAPSHOT)) as database:
        insert = "INSERT INTO manager VALUES ('t', 1, 'u', 'm')"
        with database.read() as looking:
            assert looking.exec_driver_sql("SELECT COUNT(*) FROM manager").scalar_one() == 0
            with database.write() as db:
                db.exec_driver_sql(insert)
            time.sleep(1.2)
            # Still the state that it began with.
            assert looking.exec_driver_sql("SELECT COUNT(*) FROM manager").scalar_one() == 0


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ("- 1", SettingsError, "older version"),
        ("+ 1", LicenseIQError, "newer version"),
    ],
)
def test_a_schema_of_another_version_is_not_used(
    home: Path, cluster: Cluster, change: str, error: type[Exception], said: str
) -> None:
    by_owner(cluster, f"UPDATE licenseiq_inbox.migration SET number = number {change}")  # noqa: S608
    back = "- 1" if change == "+ 1" else "+ 1"
    try:
        with pytest.raises(error, match=said):
            Inbox(home)
    finally:
        by_owner(cluster, f"UPDATE licenseiq_inbox.migration SET number = number {back}")  # noqa: S608


def test_a_desk_that_cannot_be_read_leaves_its_state_unknown(home: Path, cluster: Cluster) -> None:
    assert DeskState(home).states("t") == {}
    by_owner(cluster, "ALTER VIEW licenseiq_desk.v1_proposal_state RENAME TO elsewhere")
    try:
        with pytest.raises(StateUnknown):
            DeskState(home).states("t")
    finally:
        by_owner(cluster, "ALTER VIEW licenseiq_desk.elsewhere RENAME TO v1_proposal_state")


def test_every_key_starts_with_the_tenant(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(cluster.made)) as owner:
        found = owner.execute(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
            "WHERE n.nspname LIKE 'licenseiq%'"
        ).fetchall()
    assert len(found) > 40
    assert [index for index, column in found if column != "tenant_id"] == []
