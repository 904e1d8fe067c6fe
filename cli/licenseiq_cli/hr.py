"""`licenseiq hr`: HR's word on who left and who is on leave, from a file. Why somebody is away is never stored.

Works on what was read last, and asks no tenant. The next question in the chat is answered with what was changed here.
Lines are told by their number, and nobody by name.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from licenseiq.context import TenantView
from licenseiq.evaluate import evaluate
from licenseiq.evaluation import Summary
from licenseiq.hr import HrList, version_of
from licenseiq.hr_file import MOST_BYTES, HrFile, Known, known_people, read_hr_file
from licenseiq.people import Employment
from licenseiq.words import count
from licenseiq_cli.csv_input import WRONG_USE, nothing_stored, read_file
from licenseiq_cli.offline_place import place
from licenseiq_cli.program import program
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import money_words
from licenseiq_cli.screen import FACTS, Block, Lines, Section, Table, Title, show

_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do, and what is found before and after it."""

    file: HrFile
    known: Known
    before: Summary
    after: Summary
    applied: bool


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 when lines of the file are wrong, 2 for a file that is none. Raises SettingsError and NotReady."""
    if options.action == "import":
        return _import(options)
    from licenseiq_tenant.offline import open_offline

    where = place(demo=options.demo)
    with open_offline(where.home, where.tenant_id) as offline:
        if options.action == "remove":
            offline.hr.forget()
        found = offline.hr.current()
    if options.json:
        print(json.dumps(_status_json(found), indent=2))  # noqa: T201 - facts for machines
    else:
        show([Title("LicenseIQ", _status_words(found))])
    return 0


def _import(options: argparse.Namespace) -> int:
    from licenseiq_tenant.offline import open_offline

    data = read_file(options.file, MOST_BYTES)
    if data is None:
        return WRONG_USE
    read = read_hr_file(data)
    if read.errors:
        return nothing_stored(read.errors, as_json=options.json)
    where = place(demo=options.demo)
    today = datetime.now(UTC).date()
    with open_offline(where.home, where.tenant_id) as offline:
        view = offline.view(where.policy())
        then = with_hr(view, HrList(read.records, version_of(read.records), today))
        known = known_people(read, view.people)
        found = Outcome(read, known, evaluate(view).summary, evaluate(then).summary, options.apply)
        if found.applied:
            offline.hr.keep(read.records, today)
    if options.json:
        print(json.dumps(_facts(found), indent=2))  # noqa: T201 - facts for machines
    else:
        show(_blocks(found, today))
    return 0


def with_hr(view: TenantView, hr: HrList) -> TenantView:
    """The same tenant as HR would have it."""
    people = tuple(replace(one, hr=hr.of(one.user_id, one.user_principal_name, one.employee_id)) for one in view.people)
    return TenantView(replace(view.context, hr=hr), people)


def _blocks(found: Outcome, today: date) -> list[Block]:
    done = f"stored, as of {today.isoformat()}" if found.applied else "a dry run, nothing was stored"
    blocks: list[Block] = [Title("LicenseIQ", f"HR's word in {count(len(found.file.lines), 'line')}, {done}")]
    accounts = [(f"Accounts: {status}", f"{found.known.accounts[status]:,}") for status in Employment]
    before, after = found.before, found.after
    money = f"{_exposure(before)} now, {_exposure(after)} then"
    blocks.append(Table(FACTS, [*accounts, ("Exposure per month", money)]))
    worth = []
    if found.known.nobody:
        lines = _lines(found.known.nobody)
        worth.append(f"{count(len(found.known.nobody), 'line')} fit no account that was read: {lines}.")
    for first, second in found.known.contrary[:_MOST_LINES]:
        worth.append(f"Lines {first} and {second} are about one account and differ; the one with the name is used.")
    if worth:
        blocks += [Section("Worth a look"), Lines(worth, bullets=True)]
    if not found.applied:
        blocks.append(Lines((f"To store it, repeat '{program()} hr import' with --apply.",)))
    return blocks


def _exposure(summary: Summary) -> str:
    return "unknown" if summary.exposure is None else money_words(summary.exposure)


def _lines(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_MOST_LINES])
    return shown + (f" and {len(numbers) - _MOST_LINES:,} more" if len(numbers) > _MOST_LINES else "")


def _facts(found: Outcome) -> dict[str, JsonValue]:
    return {
        "stored": found.applied,
        "version": version_of(found.file.records),
        "lines": len(found.file.lines),
        "accounts": {str(status): number for status, number in found.known.accounts.items()},
        "lines_of_nobody": list(found.known.nobody),
        "lines_that_differ": [list(pair) for pair in found.known.contrary],
        "exposure_now": money_json(found.before.exposure),
        "exposure_then": money_json(found.after.exposure),
    }


def _status_words(found: HrList) -> str:
    if found.as_of is None:
        return f"HR is not connected. Import a file with '{program()} hr import'."
    counted = ", ".join(f"{number:,} {status}" for status, number in _by_status(found).items())
    return f"HR's word as of {found.as_of.isoformat()}: {counted}"


def _status_json(found: HrList) -> dict[str, JsonValue]:
    as_of = None if found.as_of is None else found.as_of.isoformat()
    return {"version": found.version, "as_of": as_of, "people": dict(_by_status(found))}


def _by_status(found: HrList) -> dict[str, int]:
    return {str(status): sum(one.status is status for one in found.records.values()) for status in Employment}
