"""`licenseiq scan`: reads what is due, and says how old everything is and what stays unknown."""

import argparse
import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from licenseiq.ports import EvaluationHead, RefreshReport
from licenseiq.text import one_line
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.demo import progress_bar
from licenseiq_cli.report import unknowns
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.report_words import money_words, tenths
from licenseiq_cli.screen import FACTS, Block, Column, Section, Table, Title, show

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where
    from licenseiq_tenant.scan.seen import Observe

LANES = {
    "probe": "What is owned",
    "fast": "People and their licences",
    "reports": "Usage reports",
    "slow": "Sign-in activity",
    "leavers": "What is left of leavers",
}


def run(options: argparse.Namespace) -> int:
    """0 when the tenant was read, whatever stays unknown. Raises SettingsError, NotReadable or DemoError."""
    import anyio

    from licenseiq_cli.open_reader import demo_where, real_where

    where = demo_where() if options.demo else real_where()
    with progress_bar() as observe:
        head, ages = anyio.run(partial(_scan, where, observe))
    if options.json:
        print(json.dumps(scan_json(head, ages), indent=2))  # noqa: T201 - facts for machines
    else:
        show(scan_blocks(head, ages, datetime.now(UTC)))
    return 0


async def _scan(where: "Where", observe: "Observe") -> tuple[EvaluationHead, RefreshReport]:
    from licenseiq_cli.open_reader import open_reader

    async with open_reader(where) as reader:
        head = await reader.tenant.scan(observe)
        # Everything is fresh now, so this starts nothing: it tells the ages.
        return head, await reader.tenant.refresh(_say_nothing)


def scan_blocks(head: EvaluationHead, ages: RefreshReport, now: datetime) -> list[Block]:
    """The ages of all lanes, the score in a line, and what is unknown."""
    where = "simulated demo tenant" if head.simulated else f"tenant {one_line(head.tenant_id)}"
    summary = head.summary
    score = "unknown" if summary.score is None else f"{tenths(summary.score)} of 100"
    rows = tuple((LANES.get(lane) or one_line(lane), age_words(moment, now)) for lane, moment in ages.ages)
    return [
        Title("LicenseIQ", f"{where}, as of {head.as_of:%Y-%m-%d %H:%M} UTC"),
        Table((Column("What"), Column("Read", flex=True)), rows),
        Section("In short"),
        Table(
            FACTS,
            (
                ("License Health Score", score + (" (provisional)" if summary.provisional else "")),
                ("Exposure per month", money_words(summary.exposure)),
            ),
        ),
        *unknowns(head),
    ]


def scan_json(head: EvaluationHead, ages: RefreshReport) -> dict[str, JsonValue]:
    summary = head.summary
    return {
        "evaluation_id": head.evaluation_id,
        "as_of": iso(head.as_of),
        "simulated": head.simulated,
        "score": None if summary.score is None else summary.score / 10,
        "provisional": summary.provisional,
        "ages": {lane: iso(moment) if moment is not None else None for lane, moment in ages.ages},
        "unknown": [one_line(note) for note in dict.fromkeys((*summary.unknown, *head.notes)) if note.strip()],
    }


def age_words(moment: datetime | None, now: datetime) -> str:
    """'3 minutes ago', 'just now' or 'not read': not yet, or it cannot be."""
    if moment is None:
        return "not read"
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, unit)} ago"
    return "just now"


async def _say_nothing(_: str) -> None:
    return None
