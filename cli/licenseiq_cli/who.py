"""`licenseiq who`: whose a pseudonym is, or which pseudonym somebody has. Reads the snapshot, and asks no tenant.

It is for the person at the terminal: no tool of the chat resolves a pseudonym.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licenseiq.errors import BadRequest, NotFound, NotReady
from licenseiq.privacy import Pseudonyms, is_pseudonym
from licenseiq.text import clean_or_none
from licenseiq.times import iso, parse_iso
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.program import program
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.screen import FACTS, Block, Section, Table, Title, show
from licenseiq_tenant.database import read_only
from licenseiq_tenant.home_keys import PSEUDONYMS, home_key
from licenseiq_tenant.live import FILE
from licenseiq_tenant.places import exists
from licenseiq_tenant.snapshot.rows import fold

# Everybody in the newest reading of each tenant of the home, the tenant that was read last first.
_PEOPLE = (
    "SELECT p.tenant_id, p.user_id, p.principal_name, p.display_name, p.department, r.as_of FROM pointer n "
    "JOIN reading r ON r.tenant_id = n.tenant_id AND r.generation_id = n.generation_id AND r.source = n.source "
    "JOIN person p ON p.tenant_id = n.tenant_id AND p.generation_id = n.generation_id "
    "WHERE n.source = 'users' AND r.reason IS NULL"
)
_ORDER = " ORDER BY r.as_of DESC, p.tenant_id, p.user_id"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody as last read at `as_of`. The texts are raw, and None where Microsoft Graph did not say."""

    tenant_id: str
    user_id: str
    principal_name: str | None
    display_name: str | None
    department: str | None
    as_of: datetime


def run(options: argparse.Namespace) -> int:
    """Shows one person, or several of one display name. Raises BadRequest, NotFound, NotReady, StateUnknown, and
    SettingsError for a key that others can read."""
    folder = demo_home() if options.demo else home()
    found = who(folder, options.person, demo=options.demo)
    key = home_key(folder, PSEUDONYMS)
    named = [(Pseudonyms(key, one.tenant_id).of(one.user_id), one) for one in found]
    if options.json:
        print(json.dumps({"people": [_facts(*one, options.demo) for one in named]}, indent=2))  # noqa: T201
    else:
        show(_blocks(named, options.demo))
    return 0


def who(folder: Path, asked: str, *, demo: bool) -> list[Found]:
    """Whom `asked` means in the snapshot of this home: whoever has the pseudonym, else the id, the principal name, or
    the display name (which several may share). Raises BadRequest, NotFound or NotReady."""
    asked = asked.strip()
    wants_pseudonym = is_pseudonym(asked)
    if asked.lower().startswith("person-") and "@" not in asked and not wants_pseudonym:
        raise BadRequest(
            "That is no whole pseudonym.",
            "Copy all of it: 'person-' and ten characters, each a letter or one of the digits 2 to 7.",
        )
    if not exists(folder / FILE) or not _any(folder):
        scan = f"{program()} scan"
        raise NotReady(
            "No people have been read here yet.",
            f"Run '{scan} --demo' first." if demo else f"Run '{scan}' first, or add --demo for the demo tenant.",
        )
    found = list(_having(folder, asked.lower()) if wants_pseudonym else _called(folder, asked))
    if found:
        return found
    other = "leave --demo out for a real tenant's chat" if demo else "add --demo for a chat about the demo"
    if wants_pseudonym:
        raise NotFound(
            "Nobody who was read here has that pseudonym.", f"Check its letters; {other}; or ask the chat anew for it."
        )
    raise NotFound(
        "Nobody who was read here has that pseudonym, principal name, id or display name.",
        f"Check the spelling; {other}.",
    )


def _having(folder: Path, pseudonym: str) -> Iterator[Found]:
    # Without a key no pseudonym was ever made here, and to make one now would give an answer to nothing.
    if not (folder / PSEUDONYMS).exists():
        return
    key = home_key(folder, PSEUDONYMS)
    of_tenant: dict[str, Pseudonyms] = {}
    for one in _read(folder):
        names = of_tenant.setdefault(one.tenant_id, Pseudonyms(key, one.tenant_id))
        if names.of(one.user_id) == pseudonym:
            yield one


def _called(folder: Path, name: str) -> Iterator[Found]:
    for column, value in (("user_id", name.lower()), ("principal_key", fold(name)), ("name_key", fold(name))):
        if found := _read(folder, f" AND p.{column} = ?", value or ""):
            # The demo gets a new tenant at each start: the same people are in the older ones.
            yield from (one for one in found if one.tenant_id == found[0].tenant_id)
            return


def _any(folder: Path) -> bool:
    with read_only(folder / FILE) as db:
        return db.exec_driver_sql(f"{_PEOPLE} LIMIT 1").first() is not None


def _read(folder: Path, narrowed: str = "", *values: str) -> list[Found]:
    with read_only(folder / FILE) as db:
        rows = db.exec_driver_sql(_PEOPLE + narrowed + _ORDER, values).all()
    return [Found(row[0], row[1], row[2], row[3], row[4], parse_iso(row[5])) for row in rows]


def _blocks(named: Sequence[tuple[str, Found]], demo: bool) -> list[Block]:
    newest = named[0][1]
    where = "simulated demo tenant" if demo else f"tenant {newest.tenant_id}"
    blocks: list[Block] = [Title("LicenseIQ", f"{where}, people as of {newest.as_of:%Y-%m-%d %H:%M} UTC")]
    for number, (pseudonym, one) in enumerate(named, 1):
        if len(named) > 1:
            blocks.append(Section(f"{number} of {len(named)} people of that name"))
        rows = (
            ("Pseudonym", pseudonym),
            ("Name", clean_or_none(one.display_name) or "unknown"),
            ("Principal name", clean_or_none(one.principal_name) or "unknown"),
            ("Department", clean_or_none(one.department) or "unknown"),
            ("Id", one.user_id),
        )
        blocks.append(Table(FACTS, rows))
    return blocks


def _facts(pseudonym: str, one: Found, demo: bool) -> dict[str, JsonValue]:
    return {
        "pseudonym": pseudonym,
        "display_name": clean_or_none(one.display_name),
        "user_principal_name": clean_or_none(one.principal_name),
        "department": clean_or_none(one.department),
        "user_id": one.user_id,
        "tenant_id": one.tenant_id,
        "simulated": demo,
        "as_of": iso(one.as_of),
    }
