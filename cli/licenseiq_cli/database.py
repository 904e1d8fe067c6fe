"""`licenseiq database`: makes the schemas and roles in PostgreSQL, brings them to this version, and looks at them."""

import argparse
import json
from collections.abc import Mapping

from licenseiq.errors import SettingsError
from licenseiq.words import count
from licenseiq_cli.database_url import server, shown
from licenseiq_tenant.postgresql.rights import DESK_ROLE, SERVER_ROLE, not_apart, rights
from licenseiq_tenant.postgresql.server import Server, schema_of
from licenseiq_tenant.postgresql.setup import script, set_up

# Every store with its migrations: in one database, so that one transaction makes them all.
STORES: Mapping[str, str] = {
    "snapshot": "licenseiq_tenant.snapshot.migrations",
    "book": "licenseiq_tenant.book.migrations",
    "inbox": "licenseiq_tenant.inbox.migrations",
    "desk": "licenseiq_desk.store.migrations",
}


def run(options: argparse.Namespace) -> int:
    """0 when it is done, 1 where an account may do more than its role. Raises SettingsError."""
    if options.action == "init" and options.print:
        print(";\n".join(("BEGIN", *script(STORES, {}), "COMMIT;")))  # noqa: T201 - what was asked for
        return 0
    found = server()
    if found is None:
        raise SettingsError(
            "LICENSEIQ_DATABASE_URL is not set, so that the stores are files in LICENSEIQ_HOME.",
            "Set it to postgresql://ACCOUNT@HOST/DATABASE; docs/postgresql.md says how.",
        )
    return _init(found) if options.action == "init" else _status(found, as_json=options.json)


def _init(found: Server) -> int:
    for store, (before, now) in set_up(found, STORES).items():
        did = "was up to date" if before == now else f"ran {count(now - before, 'migration')}"
        print(f"{schema_of(store)}: {did}")  # noqa: T201
    print(f"Now grant {SERVER_ROLE} to the server's account, and {DESK_ROLE} to the desk's.")  # noqa: T201
    return 0


def _status(found: Server, *, as_json: bool) -> int:
    with found.connect() as connection:
        may = rights(connection)
        problems = not_apart(connection) if may.writes_desk else ()
    if as_json:
        facts = {"writes_desk": list(may.writes_desk), "changes_inbox": list(may.changes_inbox)}
        told = {"database": shown(), **facts, "may": may.words(), "not_apart": list(problems)}
        print(json.dumps(told, indent=2))  # noqa: T201
    else:
        print("\n  ".join((f"{shown()}: {may.words()}", *problems)))  # noqa: T201
    return 0 if (may.is_server and not may.changes_inbox) or (may.is_desk and not problems) else 1
