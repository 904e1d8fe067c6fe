"""A PostgreSQL database that holds the stores, and how a store is opened there.

A store is a schema. Whoever writes to one locks it first, as a file of SQLite would be: what a transaction reads is
true until it ends, so that two processes never take one lease, consume one approval or append to one ledger together.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from licenseiq.errors import LicenseIQError, SettingsError
from licenseiq_tenant.postgresql import words

if TYPE_CHECKING:
    from psycopg import Connection as Raw
    from sqlalchemy import Connection, Engine

Durability = Literal["FULL", "NORMAL"]
PREFIX = "licenseiq_"
# The table that a writer locks, and the one that counts the migrations; both stand in each schema.
ONE_WRITER, MIGRATION = "one_writer", "migration"
LOCK_SECONDS = 15
# Longer than any of our pauses inside a transaction: a writer that was stopped or cut off holds up nobody for long.
IDLE_SECONDS = 60
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """`url` is a libpq URI. Without a password in it libpq looks for one itself (PGPASSWORD, PGPASSFILE, ~/.pgpass)."""

    url: str = field(repr=False)

    def connect(self) -> "Raw[Any]":
        """A connection of one's own, in autocommit. Raises SettingsError, which quotes neither the URL nor a reply."""
        try:
            import psycopg
        except ImportError:
            raise SettingsError(
                "The driver for PostgreSQL is not installed.", "Install it: pip install 'licenseiq[postgresql]'."
            ) from None
        try:
            return psycopg.connect(self.url, autocommit=True, connect_timeout=CONNECT_SECONDS)
        except psycopg.Error as error:
            # Not chained: what libpq says may quote parts of the URL.
            raise _unreachable(error) from None


def schema_of(store: str) -> str:
    return PREFIX + store


class PostgreSQLStore:
    """One store, 'desk' or 'inbox' for example, in its schema. `durability` FULL waits for the log at each commit.
    Connections are pooled, unless they are not to be `kept`."""

    def __init__(self, server: Server, store: str, durability: Durability, *, kept: bool = True) -> None:
        self.name = f"schema {schema_of(store)}"
        self._columns: dict[str, tuple[list[str], list[str]]] = {}
        self.engine = self._engine(server, store, durability, kept=kept)

    def begin_read(self, connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_write(self, connection: "Connection") -> None:
        """READ COMMITTED: what is read behind the lock is what the writer before has left."""
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        # One statement, for one way there and back. Readers may take their time: they hold up nobody.
        connection.exec_driver_sql(
            "DO $$ BEGIN "
            f"PERFORM set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', true); "
            f"LOCK TABLE {ONE_WRITER} IN SHARE ROW EXCLUSIVE MODE; END $$"
        )

    def refuse_unless_made(self, migrations: int) -> None:
        """Raises SettingsError unless the owner has made the schema and brought it to this version."""
        from sqlalchemy.exc import DBAPIError

        try:
            with self.engine.connect() as connection:
                done = int(connection.exec_driver_sql(f"SELECT number FROM {MIGRATION}").scalar() or 0)  # noqa: S608
        except DBAPIError:
            self.engine.dispose()
            raise SettingsError(
                f"The {self.name} is not there, or this account may not use it.",
                "Have the database's owner run 'licenseiq database init', and grant this account its role.",
            ) from None
        if done != migrations:
            self.engine.dispose()
        if done > migrations:
            raise LicenseIQError(f"The {self.name} was written by a newer version of LicenseIQ.", "Update LicenseIQ.")
        if done < migrations:
            raise SettingsError(
                f"The {self.name} was made by an older version of LicenseIQ.",
                "Have the database's owner run 'licenseiq database init'.",
            )

    def _engine(self, server: Server, store: str, durability: Durability, *, kept: bool) -> "Engine":
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool, QueuePool

        def connect() -> "Raw[Any]":
            connection = server.connect()
            _prepare(connection, store, durability)
            return connection

        engine = create_engine(
            "postgresql+psycopg://",
            creator=connect,
            **({"poolclass": QueuePool, "pool_size": 4, "max_overflow": 8} if kept else {"poolclass": NullPool}),
            pool_pre_ping=kept,
            isolation_level="AUTOCOMMIT",  # `begin_read` and `begin_write` say which kind of transaction they need
            hide_parameters=True,
            use_native_hstore=False,
        )

        @event.listens_for(engine, "before_cursor_execute", retval=True)
        def _in_its_words(
            _c: object, cursor: Any, text: str, values: Any, _context: object, _many: bool
        ) -> tuple[str, Any]:
            if (table := words.replaced_table(text)) is not None:
                text = words.replacing(text, *self._shape(cursor.connection, table))
            return words.query(text), values

        return engine

    def _shape(self, connection: "Raw[Any]", table: str) -> tuple[list[str], list[str]]:
        """The columns of a table, and those of its primary key."""
        if table not in self._columns:
            found = connection.execute(
                "SELECT a.attname, COALESCE(a.attnum = ANY (i.indkey), false) FROM pg_attribute a "
                "LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
                "WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                (table,),
            ).fetchall()
            self._columns[table] = [name for name, _ in found], [name for name, in_key in found if in_key]
        return self._columns[table]


@lru_cache(maxsize=8)
def looked_at(server: Server, store: str) -> PostgreSQLStore:
    """A store to look into now and then. Nobody closes it, so that it keeps no connection open; what SQLAlchemy asks a
    server at first is asked once."""
    return PostgreSQLStore(server, store, "NORMAL", kept=False)


def _prepare(connection: "Raw[Any]", store: str, durability: Durability) -> None:
    from licenseiq_tenant.postgresql.values import as_on_sqlite

    as_on_sqlite(connection)
    connection.execute(
        f"SET search_path TO {schema_of(store)}; "
        f"SET synchronous_commit TO {'on' if durability == 'FULL' else 'off'}; "
        f"SET lock_timeout TO '{LOCK_SECONDS}s'; "
        "SET idle_in_transaction_session_timeout TO 0; "
        "SET application_name TO 'licenseiq'"
    )


def _unreachable(error: Exception) -> SettingsError:
    """In words, by the kind of the error alone."""
    from psycopg import errors

    said = str(error).lower()
    if isinstance(error, errors.InvalidPassword | errors.InvalidAuthorizationSpecification) or (
        "password" in said or "authentication failed" in said or "role" in said
    ):
        return SettingsError(
            "PostgreSQL does not let this account in: user or password is wrong.",
            "Check LICENSEIQ_DATABASE_URL, PGPASSWORD or ~/.pgpass.",
        )
    if isinstance(error, errors.InvalidCatalogName) or ("database" in said and "does not exist" in said):
        return SettingsError(
            "PostgreSQL has no database of the name in LICENSEIQ_DATABASE_URL.", "Create it, or correct the name."
        )
    if "ssl" in said or "certificate" in said:
        return SettingsError(
            "No trusted, encrypted connection to PostgreSQL came about.",
            "See docs/postgresql.md on sslmode and sslrootcert.",
        )
    return SettingsError(
        "PostgreSQL could not be reached at the address in LICENSEIQ_DATABASE_URL.",
        "Check host and port, and that the server runs and accepts connections from here.",
    )
