"""`licenseiq exceptions`: findings that somebody leaves as they are, for a reason and until a day.

Works on what was read last, and asks no tenant. The next question in the chat is answered with what was changed here.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from licenseiq.errors import BadRequest, NotFound
from licenseiq.evaluation import Evaluation
from licenseiq.exceptions import MOST_DAYS, Exception_, ExceptionState, Standing
from licenseiq.findings.finding import Finding
from licenseiq.money import Total, add_up
from licenseiq.spend import money_of
from licenseiq.text import clean, one_line
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.offline_place import Naming, by_id, place
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import money_cell, money_words, name_of
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title, show
from licenseiq_tenant.os_account import os_account

if TYPE_CHECKING:
    from licenseiq_tenant.offline import Offline

LONGEST_REASON = 300
_COLUMNS = (
    Column("State"),
    Column("Until"),
    Column("Finding", flex=True),
    Column("Seats", right=True),
    Column("Per month", right=True),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One exception with what its finding claims today; `finding` is None where the rules find it no more."""

    finding_id: str
    made: Exception_
    finding: Finding | None
    standing: Standing
    seats: int
    monthly: Total
    unpriced: int

    @property
    def keeps_out(self) -> bool:
        """Whether the exposure would be larger without it: what is for a person to review never was in it."""
        holds = self.standing in (Standing.SNOOZED, Standing.ACCEPTED)
        return holds and self.finding is not None and self.finding.confidence.counts


def run(options: argparse.Namespace) -> int:
    """0 when done. Raises NotFound, NotReady, BadRequest and SettingsError."""
    from licenseiq_tenant.offline import open_offline
    from licenseiq_tenant.prices import load_catalogue

    now = datetime.now(UTC)
    where = place(demo=options.demo)
    policy = where.policy()
    with open_offline(where.home, where.tenant_id) as offline:
        people = offline.view(policy).people
        naming = Naming(where, offline.tenant_id, people, load_catalogue())
        changed = ""
        if options.action != "list":
            finding_id = naming.own_id(options.finding_id)
            changed = finding_id
            if options.action == "add":
                _add(options, finding_id, offline, offline.evaluate(policy), now)
            elif not offline.exceptions.remove(finding_id, now, os_account()):
                raise NotFound("There is no exception from that finding.", "See 'licenseiq exceptions list'.")
        # Looked at anew, so that what is told is what the chat will tell.
        evaluation = offline.evaluate(policy)
        rows = rows_of(offline.exceptions.current(), evaluation, now.date())
    if options.json:
        print(json.dumps(exceptions_json(rows, evaluation, naming), indent=2))  # noqa: T201 - facts for machines
    else:
        show(exceptions_blocks(options.action, changed, rows, evaluation, naming))
    return 0


def _add(
    options: argparse.Namespace, finding_id: str, offline: "Offline", evaluation: Evaluation, now: datetime
) -> None:
    today = now.date()
    if not today < options.until <= today + timedelta(days=MOST_DAYS):
        last = (today + timedelta(days=MOST_DAYS)).isoformat()
        raise BadRequest("An exception ends after today, and within a year.", f"Give --until a day up to {last}.")
    reason, owner = one_line(options.reason, LONGEST_REASON), clean(options.owner).text
    if not reason or not owner:
        raise BadRequest("An exception needs a reason and an owner.", "Say both in words.")
    if finding_id not in by_id(evaluation):
        raise NotFound(
            "There is no finding of that id in what was read last.",
            "Take the id from list_waste in the chat; after a change in the tenant run 'licenseiq scan' first.",
        )
    state = ExceptionState.SNOOZED if options.snooze else ExceptionState.ACCEPTED
    offline.exceptions.keep(finding_id, Exception_(state, owner, reason, options.until), now, os_account())


def rows_of(made: Mapping[str, Exception_], evaluation: Evaluation, today: date) -> tuple[Row, ...]:
    """The exceptions by what they are worth today: those that hold, those that have run out, those whose finding is
    gone; each by the day on which they end."""
    findings = by_id(evaluation)
    rows = []
    for finding_id, one in made.items():
        found = findings.get(finding_id)
        amount = money_of([claim for claim in evaluation.claims if claim.finding_id == finding_id])
        rows.append(Row(finding_id, one, found, one.standing(today, is_found=found is not None), *amount))
    order = (Standing.SNOOZED, Standing.ACCEPTED, Standing.OPEN, Standing.RESOLVED)
    return tuple(sorted(rows, key=lambda row: (order.index(row.standing), row.made.until, row.finding_id)))


def exceptions_blocks(
    action: str, changed: str, rows: tuple[Row, ...], evaluation: Evaluation, naming: Naming
) -> list[Block]:
    """What was changed, the exceptions, and what they keep out of the exposure."""
    blocks: list[Block] = [Title("LicenseIQ exceptions", f"data as of {iso(evaluation.as_of)}")]
    if action == "add":
        blocks.append(Lines((f"Added: {naming.shown_id(changed)} is left as it is. The chat knows at once.",)))
    elif action == "remove":
        blocks.append(Lines((f"Removed: {naming.shown_id(changed)} counts again. The chat knows at once.",)))
    holding = [row for row in rows if row.keeps_out]
    kept_out = add_up(money for row in holding for money in row.monthly)
    facts = (
        ("Kept out of the exposure", f"{count(len(holding), 'finding')}, {money_words(kept_out)} per month"),
        ("Exposure per month", money_words(evaluation.summary.exposure)),
    )
    blocks.append(Table(FACTS, facts))
    if not rows:
        return [*blocks, Lines(("There are no exceptions. 'licenseiq exceptions add' makes one.",))]
    blocks += [Section("Exceptions"), Table(_COLUMNS, tuple(_row(row, naming) for row in rows))]
    return blocks


def _row(row: Row, naming: Naming) -> tuple[str, ...]:
    kind = row.finding_id.partition(":")[0]
    whose = f", {naming.who(row.finding)}" if row.finding is not None else ""
    said = f"{name_of(kind)}{whose}: {row.made.reason} ({row.made.owner}) [{naming.shown_id(row.finding_id)}]"
    return (
        row.standing.value,
        row.made.until.isoformat(),
        said,
        f"{row.seats:,}",
        money_cell(row.monthly, row.seats, row.unpriced),
    )


def exceptions_json(rows: tuple[Row, ...], evaluation: Evaluation, naming: Naming) -> dict[str, JsonValue]:
    return {
        "as_of": iso(evaluation.as_of),
        "exposure": money_json(evaluation.summary.exposure),
        "exceptions": [
            {
                "finding_id": naming.shown_id(row.finding_id),
                "kind": row.finding_id.partition(":")[0],
                "whose": naming.who(row.finding) if row.finding is not None else None,
                "state": row.standing.value,
                "reason": row.made.reason,
                "owner": row.made.owner,
                "until": row.made.until.isoformat(),
                "seats": row.seats,
                "money": money_json(row.monthly),
                "unpriced_seats": row.unpriced,
            }
            for row in rows
        ],
    }
