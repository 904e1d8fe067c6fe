"""A store: a SQLite file or a schema of PostgreSQL, its numbered migrations, and two ways in: to read, and to write.

SQL is written by hand and runs through SQLAlchemy, so that the same statements serve both engines. Every key starts
with the tenant's id. SQLAlchemy is imported on first use: it costs 170 ms.

A store is named by its file in the home, 'HOME/desk.db', wherever it is (places.py).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from licenseiq.errors import LicenseIQError, SettingsError, StateUnknown
from licenseiq_tenant.places import server_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from licenseiq_tenant.postgresql.server import PostgreSQLStore

Durability = Literal["FULL", "NORMAL"]
BUSY_SECONDS = 15


class Database:
    """One store. `migrations` is the package whose `NNNN_name.sql` files make it; they run once, in order.

    `durability` FULL is for what must survive a power cut (journal, ledger, approvals), NORMAL for what can be read
    again. A file is made readable by its owner only. With `secure_delete` deleted rows are overwritten in a file;
    PostgreSQL has no such thing (docs/postgresql.md).
    """

    def __init__(
        self, path: Path, migrations: str, *, durability: Durability = "NORMAL", secure_delete: bool = False
    ) -> None:
        self._store: _File | PostgreSQLStore
        if (server := server_of(path)) is None:
            self._store = _File(path, durability, secure_delete=secure_delete)
            self._migrate(self._store, scripts_of(migrations))
        else:
            from licenseiq_tenant.postgresql.server import PostgreSQLStore

            self._store = PostgreSQLStore(server, path.stem, durability)
            self._store.refuse_unless_made(len(scripts_of(migrations)))
        self._engine = self._store.engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent reading: one transaction that sees one state."""
        with self._engine.connect() as connection:
            self._store.begin_read(connection)
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the only write lock from its start, committed at the end or not at all."""
        with self._engine.connect() as connection:
            self._store.begin_write(connection)
            try:
                yield connection
            except BaseException:
                _roll_back(connection)
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self, store: _File, scripts: list[Traversable]) -> None:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            if connection.exec_driver_sql("PRAGMA user_version").scalar() == len(scripts):
                return
        self._engine = store.engine
        with self.write() as connection:
            done = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
            if done > len(scripts):
                raise LicenseIQError(
                    f"The store {store.path.name} was written by a newer version of LicenseIQ.",
                    "Update LicenseIQ, or point LICENSEIQ_HOME at another folder.",
                )
            for number, script in enumerate(scripts[done:], start=done + 1):
                for statement in statements(script.read_text(encoding="utf-8")):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"PRAGMA user_version={number}")


class _File:
    """A store in a SQLite file."""

    def __init__(self, path: Path, durability: Durability, *, secure_delete: bool) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self.engine = _engine(
            f"file:{path.as_posix()}",
            (f"synchronous={durability}", f"secure_delete={'ON' if secure_delete else 'OFF'}"),
        )

    def begin_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    def begin_write(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def read_only(path: Path) -> Iterator[Connection]:
    """Another process's store, read without the right to write, in one transaction that sees one state. Raises
    StateUnknown when it cannot be read."""
    from sqlalchemy.exc import SQLAlchemyError

    store: PostgreSQLStore | None = None
    if (server := server_of(path)) is not None:
        from licenseiq_tenant.postgresql.server import looked_at

        store = looked_at(server, path.stem)
    engine = _engine(f"file:{path.as_posix()}?mode=ro", ()) if store is None else store.engine
    try:
        with engine.connect() as connection:
            if store is None:
                connection.exec_driver_sql("PRAGMA query_only=ON")
                connection.exec_driver_sql("BEGIN")
            else:
                store.begin_read(connection)
            yield connection
    except SettingsError as error:
        raise StateUnknown(error.what_happened, error.next_step) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StateUnknown(
            f"The store {path.name} could not be read from here.", "Look in the process that owns it."
        ) from error
    finally:
        if store is None:
            engine.dispose()


def scripts_of(package: str) -> list[Traversable]:
    """The migrations of a package, in order."""
    return sorted(
        (entry for entry in files(package).iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name
    )


def _roll_back(connection: Connection) -> None:
    """Nothing is left to roll back where the connection itself was lost."""
    if not connection.invalidated:
        connection.exec_driver_sql("ROLLBACK")


def statements(script: str) -> list[str]:
    """The statements of a migration: separated by a semicolon at the end of a line; '--' lines are comments."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in ("\n".join(lines) + "\n").split(";\n") if part.strip()]


def _engine(uri: str, pragmas: tuple[str, ...]) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import QueuePool

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=8, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in ("foreign_keys=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(_connection: object) -> None:
        """SQLAlchemy's own BEGIN is left to `read` and `write`, which say which kind they need."""

    return engine
