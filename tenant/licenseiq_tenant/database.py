"""A store: one SQLite file, its numbered migrations, and two ways in: to read, and to write.

SQL is written by hand and runs through SQLAlchemy, so that the same statements serve PostgreSQL when a tenant has
outgrown a file. Every key starts with the tenant's id. SQLAlchemy is imported on first use: it costs 170 ms.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from licenseiq.errors import LicenseIQError, StateUnknown

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

Durability = Literal["FULL", "NORMAL"]
BUSY_SECONDS = 15


class Database:
    """One store. `migrations` is the package whose `NNNN_name.sql` files make it; they run once, in order.

    `durability` is SQLite's synchronous level: FULL for what must survive a power cut (journal, ledger, approvals),
    NORMAL for what can be read again. The file is made readable by its owner only. With `secure_delete` deleted
    rows are overwritten.
    """

    def __init__(
        self, path: Path, migrations: str, *, durability: Durability = "NORMAL", secure_delete: bool = False
    ) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._engine = _engine(
            f"file:{path.as_posix()}",
            (f"synchronous={durability}", f"secure_delete={'ON' if secure_delete else 'OFF'}"),
        )
        self._migrate(migrations)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent reading: one transaction that sees one state."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the only write lock from its start, committed at the end or not at all."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self, package: str) -> None:
        scripts = sorted(
            (entry for entry in files(package).iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name
        )
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            if connection.exec_driver_sql("PRAGMA user_version").scalar() == len(scripts):
                return
        with self.write() as connection:
            done = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
            if done > len(scripts):
                raise LicenseIQError(
                    f"The store {self.path.name} was written by a newer version of LicenseIQ.",
                    "Update LicenseIQ, or point LICENSEIQ_HOME at another folder.",
                )
            for number, script in enumerate(scripts[done:], start=done + 1):
                for statement in statements(script.read_text(encoding="utf-8")):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"PRAGMA user_version={number}")


@contextmanager
def read_only(path: Path) -> Iterator[Connection]:
    """Another process's store, read without the right to write. Raises StateUnknown when it cannot be read."""
    from sqlalchemy.exc import SQLAlchemyError

    engine = _engine(f"file:{path.as_posix()}?mode=ro", ())
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            yield connection
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StateUnknown(
            f"The store {path.name} could not be read from here.", "Look in the process that owns it."
        ) from error
    finally:
        engine.dispose()


def statements(script: str) -> list[str]:
    """The statements of a migration: separated by a semicolon at the end of a line; '--' lines are comments."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in ("\n".join(lines) + "\n").split(";\n") if part.strip()]


def _engine(uri: str, pragmas: tuple[str, ...]) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import QueuePool

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in ("foreign_keys=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(_connection: object) -> None:
        """SQLAlchemy's own BEGIN is left to `read` and `write`, which say which kind they need."""

    return engine
