"""Making the schemas and their roles, or bringing them to this version: what the database's owner does."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from licenseiq.errors import LicenseIQError, SettingsError
from licenseiq_tenant.database import scripts_of, statements
from licenseiq_tenant.postgresql import words
from licenseiq_tenant.postgresql.rights import DESK_ROLE, OPENINGS, SERVER_ROLE, grants
from licenseiq_tenant.postgresql.server import MIGRATION, ONE_WRITER, Server, schema_of

if TYPE_CHECKING:
    from psycopg import Connection

_MADE = re.compile(r"CREATE (TABLE|VIEW) (\w+)")


def script(migrations: Mapping[str, str], done: Mapping[str, int]) -> Iterator[str]:
    """All statements, in order. `migrations` is the package by store; `done` is how many of its scripts have run."""
    for role in (SERVER_ROLE, DESK_ROLE):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') "  # noqa: S608 - our own name
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
    tables: dict[str, list[str]] = {}
    views: dict[str, list[str]] = {}
    for store, package in migrations.items():
        tables[store], views[store] = [MIGRATION, ONE_WRITER], []
        yield f"CREATE SCHEMA IF NOT EXISTS {schema_of(store)}"
        yield f"SET LOCAL search_path TO {schema_of(store)}"
        yield f"CREATE TABLE IF NOT EXISTS {MIGRATION} (number BIGINT NOT NULL)"
        yield f"CREATE TABLE IF NOT EXISTS {ONE_WRITER} (nobody BIGINT)"
        scripts = scripts_of(package)
        for number, one in enumerate(scripts, start=1):
            for statement in statements(one.read_text(encoding="utf-8")):
                if (made := _MADE.match(statement)) is not None:
                    kept = tables if made[1] == "TABLE" else views
                    kept[store] = [*(name for name in kept[store] if name != made[2]), made[2]]
                if number > done.get(store, 0):
                    yield words.definition(statement)
        if done.get(store, 0) < len(scripts):
            yield f"DELETE FROM {MIGRATION}"  # noqa: S608 - our own name
            yield f"INSERT INTO {MIGRATION} VALUES ({len(scripts)})"  # noqa: S608
    # Rows that were deleted stay in the file until a vacuum: those of openings not for long.
    yield (
        f"ALTER TABLE {schema_of('inbox')}.{OPENINGS} "
        "SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)"
    )
    yield from grants(tables, views)


def set_up(server: Server, migrations: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Runs what is missing, in one transaction, and gives both roles exactly their rights. Returns by store how many
    migrations had run before, and how many have now. Raises SettingsError and LicenseIQError."""
    import psycopg

    wanted = {store: len(scripts_of(package)) for store, package in migrations.items()}
    with server.connect() as connection:
        try:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('licenseiq database init', 0))")
                done = {store: _done(connection, store) for store in migrations}
                for store, number in done.items():
                    if number > wanted[store]:
                        raise LicenseIQError(
                            f"The schema {schema_of(store)} was written by a newer version of LicenseIQ.",
                            "Update LicenseIQ.",
                        )
                for statement in script(migrations, done):
                    connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            raise SettingsError(
                "This account may not make schemas or roles in the database; nothing was changed.",
                "Run it as the database's owner, with the right to create roles; or have an administrator run what "
                "'licenseiq database init --print' prints.",
            ) from None
    return {store: (done[store], wanted[store]) for store in migrations}


def _done(connection: "Connection[Any]", store: str) -> int:
    made = connection.execute("SELECT to_regclass(%s)", (f"{schema_of(store)}.{MIGRATION}",)).fetchone()
    if made is None or made[0] is None:
        return 0
    row = connection.execute(f"SELECT number FROM {schema_of(store)}.{MIGRATION}".encode()).fetchone()  # noqa: S608
    return 0 if row is None else int(row[0])
