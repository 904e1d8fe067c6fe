"""Who may do what in the database: two roles, and what is said of an account that may do more.

The server's role reads and writes what was read of the tenant, adds to the inbox, and sees of the desk its v1 views
alone. The desk's role may write to the desk, and of the inbox only remove openings and calls that it has taken
over; entries and heads of the ledger it adds, and changes none. Roles cannot log in: a person grants them to accounts
that can.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from licenseiq.errors import SettingsError
from licenseiq_tenant.postgresql.server import MIGRATION, ONE_WRITER, schema_of

if TYPE_CHECKING:
    from psycopg import Connection

SERVER_ROLE, DESK_ROLE = "licenseiq_server", "licenseiq_desk"
# Written once by what they tell of; no role changes or removes them.
APPEND_ONLY = ("ledger_entry", "ledger_head")
# What may be taken out of the inbox: personal values and calls of tools that the desk holds by now.
OPENINGS = "opening"
TAKEN_OVER = (OPENINGS, "tool_call")
SNAPSHOT, BOOK, INBOX, DESK = "snapshot", "book", "inbox", "desk"
_WRITES = "INSERT, UPDATE, DELETE"


def grants(tables: dict[str, list[str]], views: dict[str, list[str]]) -> list[str]:
    """The statements that give both roles exactly their rights; `tables` and `views` by store."""
    found = []
    for role in (SERVER_ROLE, DESK_ROLE):
        for store in tables:
            schema = schema_of(store)
            found += [
                f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}, PUBLIC",
                f"REVOKE ALL ON SCHEMA {schema} FROM {role}, PUBLIC",
                f"GRANT USAGE ON SCHEMA {schema} TO {role}",
            ]
    for store in (SNAPSHOT, BOOK):
        found.append(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema_of(store)} TO {SERVER_ROLE}, {DESK_ROLE}")
        found.append(_on(store, [t for t in tables[store] if t != MIGRATION], _WRITES, SERVER_ROLE))
    inbox = [one for one in tables[INBOX] if one not in (MIGRATION, ONE_WRITER)]
    desk = [one for one in tables[DESK] if one not in (MIGRATION, ONE_WRITER, *APPEND_ONLY)]
    return [
        *found,
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema_of(INBOX)} TO {SERVER_ROLE}, {DESK_ROLE}",
        _on(INBOX, inbox, "INSERT", SERVER_ROLE),
        _on(INBOX, list(TAKEN_OVER), "DELETE", DESK_ROLE),
        # To lock the table is all that this lets them do.
        _on(INBOX, [ONE_WRITER], "UPDATE", f"{SERVER_ROLE}, {DESK_ROLE}"),
        _on(DESK, views[DESK], "SELECT", SERVER_ROLE),
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema_of(DESK)} TO {DESK_ROLE}",
        _on(DESK, desk, _WRITES, DESK_ROLE),
        _on(DESK, list(APPEND_ONLY), "INSERT", DESK_ROLE),
        _on(DESK, [ONE_WRITER], "UPDATE", DESK_ROLE),
    ]


def _on(store: str, tables: list[str], what: str, role: str) -> str:
    return f"GRANT {what} ON {', '.join(f'{schema_of(store)}.{table}' for table in tables)} TO {role}"


@dataclass(frozen=True, slots=True)
class Rights:
    """What the account of a connection may do that the two roles keep apart, as names of tables."""

    writes_desk: tuple[str, ...]
    changes_inbox: tuple[str, ...]

    @property
    def is_server(self) -> bool:
        """Whether it can write nothing of the desk's. It may still be able to change proposals."""
        return not self.writes_desk

    @property
    def is_desk(self) -> bool:
        """Whether it can write to the desk, and change no proposal."""
        return bool(self.writes_desk) and not self.changes_inbox

    def words(self) -> str:
        """What the account may do, as a person should hear it."""
        if self.is_desk:
            return "this account may write to the desk, and change no proposal: fit for the desk"
        if self.writes_desk:
            return "this account may write to the desk and change proposals: it keeps nothing apart"
        if self.changes_inbox:
            return f"this account may change what was proposed ({', '.join(self.changes_inbox)}): fit for neither"
        return "this account can write nothing of the desk's: fit for the server"


def rights(connection: "Connection[Any]") -> Rights:
    """By what PostgreSQL itself says of every table, for the account and for every role that it may become. Raises
    SettingsError where there are no stores yet: to be able to do nothing there would say nothing."""
    for store in (DESK, INBOX):
        made = connection.execute(
            "SELECT 1 FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid WHERE n.nspname = %s LIMIT 1",
            (schema_of(store),),
        ).fetchone()
        if made is None:
            raise SettingsError(
                "The database holds no stores of LicenseIQ yet.", "Have its owner run 'licenseiq database init'."
            )
    return Rights(
        writes_desk=_may(connection, DESK, "INSERT,UPDATE,DELETE,TRUNCATE", "INSERT,UPDATE"),
        changes_inbox=_may(connection, INBOX, "UPDATE,TRUNCATE", "UPDATE", ONE_WRITER)
        + _may(connection, INBOX, "DELETE", "", *TAKEN_OVER),
    )


def not_apart(connection: "Connection[Any]") -> tuple[str, ...]:
    """Why the desk's account, whose connection this is, and the server's are not kept apart by PostgreSQL; empty where
    they are: every account that may be the server can write nothing of the desk's, and this one changes no proposal.

    It says nothing of the machine: that the server's account cannot read the desk's password and keys is for two
    accounts of the operating system, or two hosts, to see to. Superusers may do everything and are not looked at.
    """
    problems = []
    if not (mine := rights(connection)).is_desk:
        problems.append(f"In PostgreSQL {mine.words()}.")
    servers = connection.execute(
        "SELECT r.oid, r.rolname = session_user FROM pg_roles r "
        "WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, %s, 'MEMBER')",
        (SERVER_ROLE,),
    ).fetchall()
    if any(is_mine for _, is_mine in servers):
        problems.append(f"The desk's account has the role {SERVER_ROLE} too.")
    others = [oid for oid, is_mine in servers if not is_mine]
    if not others:
        problems.append(f"No other account has the role {SERVER_ROLE}.")
    may_write = connection.execute(
        "SELECT count(DISTINCT s.oid) FROM pg_roles s JOIN pg_roles r ON pg_has_role(s.oid, r.oid, 'MEMBER') "
        "CROSS JOIN pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE s.oid = ANY (%s) AND n.nspname = %s AND c.relkind IN ('r', 'v', 'p') "
        "AND (has_table_privilege(r.oid, c.oid, 'INSERT,UPDATE,DELETE,TRUNCATE') "
        "OR has_any_column_privilege(r.oid, c.oid, 'INSERT,UPDATE'))",
        (others, schema_of(DESK)),
    ).fetchone()
    if may_write is not None and may_write[0]:
        problems.append(f"An account with the role {SERVER_ROLE} can write to the desk's schema.")
    return tuple(problems)


def _may(connection: "Connection[Any]", store: str, what: str, on_columns: str, *but: str) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_roles r ON pg_has_role(r.oid, 'MEMBER') "
        "WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'v', 'p') AND c.relname <> ALL(%(but)s) "
        "AND (has_table_privilege(r.oid, c.oid, %(what)s) "
        "OR (%(columns)s <> '' AND has_any_column_privilege(r.oid, c.oid, COALESCE(NULLIF(%(columns)s, ''), "
        "'SELECT')))) ORDER BY c.relname",
        {"schema": schema_of(store), "but": list(but), "what": what, "columns": on_columns},
    )
    return tuple(str(row[0]) for row in found)
