"""`licenseiq check`: tries what can be read, and says what is missing, why, and who can grant it."""

import argparse
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.errors import SettingsError
from licenseiq_cli.settings import OF_THE_DEMO, Origin, demo_environment, load_settings, origins, require_connection

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where
    from licenseiq_tenant.checks import Checked, Judged

# Tokens are good from five minutes before their time, by Entra's own tolerance.
MOST_SKEW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that `check` knows. `sign_in` says in words how the reader signs in, `store` where its stores are;
    `proxies` are variables; `level` is how far an approval protects here, and the same in words."""

    where: "Where"
    checked: "Checked"
    features: tuple["Judged", ...]
    ages: tuple[tuple[str, datetime | None], ...]
    sign_in: str
    proxies: tuple[str, ...]
    origins: tuple[Origin, ...]
    store: str = ""
    level: tuple[str | None, str] = (None, "")

    @property
    def all_there(self) -> bool:
        """Whether all that this tenant and cloud can have was tried and works, and the clock is right enough."""
        skew = abs(self.checked.clock_ahead or 0.0)
        works = not any(feature.is_missed for feature in self.features)
        return self.checked.problem is None and works and skew < MOST_SKEW_SECONDS


def run(options: argparse.Namespace) -> int:
    """0 when all is there, 1 when something is missing. Raises SettingsError (2), Refused or DemoError."""
    import anyio

    from licenseiq_cli.check_screen import check_blocks, check_json
    from licenseiq_cli.screen import show

    found = anyio.run(partial(look, demo=options.demo))
    now = datetime.now(UTC)
    if options.json:
        print(json.dumps(check_json(found), indent=2))  # noqa: T201 - facts for machines
    else:
        show(check_blocks(found, now))
    return 0 if found.all_there else 1


async def look(*, demo: bool) -> Found:
    """Tries everything. Raises SettingsError, also when Graph answers for another tenant than was meant."""
    from anyio.to_thread import run_sync

    from licenseiq.proposals.statement import Level
    from licenseiq_cli.open_reader import demo_where, real_where
    from licenseiq_cli.standing import ON_DEMO, words
    from licenseiq_tenant.checks import judged, lane_ages, try_all
    from licenseiq_tenant.database import Database
    from licenseiq_tenant.graph.client import Connection
    from licenseiq_tenant.graph.network import proxy_variables
    from licenseiq_tenant.live import FILE

    where = await run_sync(demo_where if demo else real_where)
    database = await run_sync(Database, where.home / FILE, "licenseiq_tenant.snapshot.migrations")
    try:
        checked = await try_all(Connection(where.base_url, where.token), database, where.tenant_id, _now)
        if where.tenant_id and checked.tenant_id and where.tenant_id != checked.tenant_id:
            raise SettingsError(
                "Microsoft Graph answers for another tenant than the one that is set.",
                "Check LICENSEIQ_TENANT_ID, or run 'licenseiq connect' and sign in with an account of that tenant.",
            )
        ages = await run_sync(lane_ages, database, where.tenant_id or checked.tenant_id or "")
    finally:
        await run_sync(database.close)
    sign_in = "the demo's own" if demo else await run_sync(sign_in_words)
    known = _of_the_demo() if demo else origins(os.environ)
    store = await run_sync(store_words, where.home)
    level = (Level.L0.value, ON_DEMO) if demo else await run_sync(words, os.environ, where.home)
    return Found(where, checked, judged(checked), ages, sign_in, () if demo else proxy_variables(), known, store, level)


def _of_the_demo() -> tuple[Origin, ...]:
    """What `serve --demo` would find, were it started here."""
    return tuple(
        replace(one, where="demo") if one.name == "LICENSEIQ_HOME" else one
        for one in origins(demo_environment())
        if one.name in ("LICENSEIQ_HOME", *OF_THE_DEMO)
    )


def sign_in_words() -> str:
    """How the reader signs in, by the settings. Blocking."""
    from licenseiq_tenant.graph.sign_in import SERVICE_VARIABLES, names_a_service
    from licenseiq_tenant.graph.token_cache import KeptSignIn

    known = require_connection(load_settings(os.environ), os.environ)
    if known.graph_token is not None:
        return "a ready token, for a test server"
    if names_a_service(os.environ):
        named = next((name for name in SERVICE_VARIABLES if os.environ.get(name)), "a managed identity")
        return f"as a service, by {named}"
    if known.certificate_path:
        return "as a service, by the certificate of the settings"
    kept = KeptSignIn(known.home)
    return f"a person's, kept {kept.where()}" if kept.account() else "nobody is signed in: run 'licenseiq connect'"


def store_words(folder: Path) -> str:
    """Where the stores of a home are, and what this account may do there. Blocking. Raises SettingsError."""
    from licenseiq_cli.database_url import shown, stores_of
    from licenseiq_tenant.postgresql.rights import rights

    found = stores_of(folder)
    if found is None:
        return f"files in {folder}"
    with found.connect() as connection:
        return f"PostgreSQL, {shown()}: {rights(connection).words()}"


def _now() -> datetime:
    return datetime.now(UTC)
