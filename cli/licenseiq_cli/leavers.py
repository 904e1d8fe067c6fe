"""`licenseiq leavers`: who left and still has something, by what was read last. Asks no tenant."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from licenseiq.accounts import is_leaver
from licenseiq.context import TenantView
from licenseiq.evaluate import findings_of
from licenseiq.findings.finding import Finding
from licenseiq.findings.stale_identity import stale_identity
from licenseiq.left_over import Left, left_over
from licenseiq.readings import OF_LEAVERS, words_of_leavers
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.screen import Block, Column, Lines, Section, Table, Title, show

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SHOWN = 100
_CURE = (
    "In a chat, offboard_user proposes to take away what is left; a person approves at the desk. It leaves inbox rules "
    "and forwarding by the mailbox to a person."
)
_NOBODY = "Nobody who left has anything left, as far as it was read."


@dataclass(frozen=True, slots=True)
class Row:
    """One leaver of whom something is left. `looked` is the day of the oldest reading, None where none was made yet."""

    finding: Finding
    left: tuple[Left, ...]
    looked: date | None

    @property
    def there(self) -> tuple[Left, ...]:
        return tuple(one for one in self.left if one.there)


@dataclass(frozen=True, slots=True)
class Looked:
    """All leavers: how many they are, of how many everything was asked, whom something is left of (who can still sign
    in first, then who has most), and sentences on what could not be read."""

    as_of: datetime
    leavers: int
    asked: int
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]


def run(options: argparse.Namespace) -> int:
    """0 where nothing is left of anybody, 1 where something is. Raises NotReady and SettingsError."""
    from licenseiq_cli.offline_place import Naming, place
    from licenseiq_tenant.offline import open_offline

    where = place(demo=options.demo)
    with open_offline(where.home, where.tenant_id) as tenant:
        view = tenant.view(where.policy())
        naming = Naming(where, tenant.tenant_id, view.people, view.context.catalogue)
    found = look(view)
    if options.json:
        print(json.dumps(leavers_json(found, naming.who, simulated=where.is_demo), indent=2))  # noqa: T201
    else:
        show(leavers_blocks(found, naming.who, simulated=where.is_demo))
    return 1 if found.rows else 0


def look(view: TenantView) -> Looked:
    """What is left of everybody who left. What somebody has decided to leave as it is, is not told again."""
    context, rows, leavers, asked = view.context, list[Row](), 0, 0
    for person in view.people:
        if not is_leaver(person, context):
            continue
        leavers += 1
        asked += {one.source for one in person.left} >= set(OF_LEAVERS)
        for finding in findings_of(person, context, (stale_identity,)):
            if finding.exception is None:
                looked = min((one.at.date() for one in person.left), default=None)
                rows.append(Row(finding, left_over(person, context) or (), looked))
    rows.sort(key=lambda row: (row.left[0].there is not True, -len(row.there), row.finding.user_id or ""))
    unknown = words_of_leavers(context.reading(source) for source in OF_LEAVERS)
    return Looked(context.now, leavers, asked, tuple(rows), unknown)


def leavers_blocks(found: Looked, who: "Callable[[Finding], str]", *, simulated: bool) -> list[Block]:
    """A line a leaver, what could not be read, and what to do."""
    where = f"{'simulated demo tenant, ' if simulated else ''}as of {found.as_of:%Y-%m-%d %H:%M} UTC"
    blocks: list[Block] = [
        Title("LicenseIQ leavers", where),
        Lines((f"{count(len(found.rows), 'leaver')} of {found.leavers} with something left{_read_on(found.rows)}.",)),
    ]
    if found.rows:
        rows = tuple((who(row.finding), _words(row)) for row in found.rows[:_MOST_SHOWN])
        blocks += [Section("Something left"), Table((Column("Who"), Column("What is left", flex=True)), rows)]
        if more := len(found.rows) - len(rows):
            blocks.append(Lines((f"And {more:,} more: see --json.",)))
    unknown = list(found.unknown)
    if waiting := found.leavers - found.asked:
        unknown.append(f"Not everything was asked of {count(waiting, 'leaver')} yet; each scan goes on with it.")
    if unknown:
        scan = "licenseiq scan --demo" if simulated else "licenseiq scan"
        words = tuple(one.replace("call refresh_tenant", f"run '{scan}'") for one in unknown)
        blocks += [Section("What is unknown"), Lines(words, bullets=True)]
    return [*blocks, Section("What to do"), Lines((_CURE if found.rows else _NOBODY,))]


def leavers_json(found: Looked, who: "Callable[[Finding], str]", *, simulated: bool) -> dict[str, JsonValue]:
    return {
        "as_of": iso(found.as_of),
        "simulated": simulated,
        "leavers": found.leavers,
        "with_something_left": len(found.rows),
        "everything_asked": found.asked,
        "people": [
            {
                "who": who(row.finding),
                "finding": row.finding.confidence.value,
                "read": row.looked.isoformat() if row.looked else None,
                "left": [{"what": one.what, "there": one.there, "says": one.says} for one in row.left],
            }
            for row in found.rows
        ],
        "unknown": list(found.unknown),
    }


def _words(row: Row) -> str:
    """'can sign in, sign-in methods 3'. What contradicts other signs comes with the reason to look first."""
    said = ", ".join(one.what if one.value is True else f"{one.what} {one.value}" for one in row.there)
    return said if row.finding.confidence.counts else f"{said}. Look first: {row.finding.reason}"


def _read_on(rows: Sequence[Row]) -> str:
    """The days on which it was read, of those of whom more than their account was."""
    days = sorted({row.looked.isoformat() for row in rows if row.looked is not None})
    return "" if not days else f", read on {days[0]}" if len(days) == 1 else f", read from {days[0]} to {days[-1]}"
