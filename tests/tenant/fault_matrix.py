"""What each fault of Graph makes of each source: the table of expectations, and how one case of it is run.

In a case the sources of one lane are due and no others, so that the fault strikes every request of the scan, those to
come as well: a new source cannot be forgotten.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licenseiq.ports import EvaluationHead
from licenseiq.readings import NAMES, Reading, Reason, Source
from licenseiq.times import iso
from licenseiq_tenant.live import FILE, LiveTenant
from licenseiq_tenant.scan.due import LANES
from licenseiq_tenant.scan.seen import Lane
from tests.tenant.scanning import Home

SOURCES = tuple(source for sources in LANES.values() for source in sources)
# Reports in CSV: a redirect and a download, without pages.
DOWNLOADED = frozenset(LANES["reports"]) - {Source.COPILOT}
_UNPAGED = DOWNLOADED | {Source.REPORT_SETTINGS, Source.LEFT_SESSIONS}
# Lists of leavers that are empty in a small tenant: they have no field that could be of a wrong type.
_EMPTY = frozenset({Source.LEFT_APPS, Source.LEFT_GRANTS, Source.LEFT_GROUPS, Source.LEFT_RULES})
# Graph tells how many there are, or we know it from elsewhere.
_COUNTED = frozenset({Source.USERS, Source.GROUPS, Source.SIGN_INS, Source.MANAGERS})
# A failure that lasts: the answer becomes "unknown". Any other one leaves what was read before.
_REPLACES = frozenset({Reason.NO_PERMISSION, Reason.NOT_OFFERED})


@dataclass(frozen=True)
class Kind:
    """A fault of the demo; `reason` None means that it makes no difference. `download` and `download_reason` are what
    takes its place for a report in CSV; `only` are the sources that can have it."""

    fault: dict[str, Any]
    reason: Reason | None
    download: dict[str, Any] | None = None
    download_reason: Reason | None = None
    only: frozenset[Source] = frozenset(SOURCES)

    def reason_of(self, source: Source) -> Reason | None:
        """What this source is to end with."""
        return self.download_reason if self.download is not None and source in DOWNLOADED else self.reason

    def faults(self, lane: Lane) -> list[dict[str, Any]]:
        """The faults as this lane meets them."""
        if self.download is None or lane != "reports":
            return [self.fault]
        return [{**self.fault, "path": "/copilot/"}, {**self.download, "path": "/reports/"}]


def _status(status: int, **more: Any) -> dict[str, Any]:
    return {"what": "status", "status": status, "code": "anyCode", **more}


_PAGED = frozenset(SOURCES) - _UNPAGED
KINDS: dict[str, Kind] = {
    "401": Kind(_status(401), Reason.SIGNED_OUT),
    "403": Kind(_status(403), Reason.NO_PERMISSION),
    "404": Kind(_status(404), Reason.NOT_OFFERED),
    "429": Kind(_status(429), Reason.THROTTLED),
    "429 with Retry-After": Kind(_status(429, retry_after=7), Reason.THROTTLED),
    "500": Kind(_status(500), Reason.UNREACHABLE),
    "503": Kind(_status(503), Reason.UNREACHABLE),
    "dropped connection": Kind({"what": "lost_answer"}, Reason.UNREACHABLE),
    "cut body": Kind({"what": "cut"}, Reason.MALFORMED, {"what": "cut_report"}, Reason.INCOMPLETE),
    "HTML": Kind({"what": "html", "status": 200}, Reason.MALFORMED, {"what": "html_report"}, Reason.MALFORMED),
    "wrong type of value": Kind({"what": "wrong_value"}, Reason.MALFORMED),
    # An organisation without its id ends the scan: `test_scan_wrong_tenant.py`.
    "wrong type of fields": Kind(
        {"what": "wrong_fields"}, Reason.MALFORMED, only=_PAGED - _EMPTY - {Source.ORGANIZATION}
    ),
    "null list": Kind({"what": "null_value"}, Reason.MALFORMED),
    "repeated nextLink": Kind({"what": "repeat_next_link", "last_too": True}, Reason.INCOMPLETE, only=_PAGED),
    "foreign nextLink": Kind(
        {"what": "foreign_next_link", "last_too": True},
        Reason.INCOMPLETE,
        {"what": "hostile_redirect"},
        Reason.MALFORMED,
        only=_PAGED | DOWNLOADED,
    ),
    "duplicate rows": Kind({"what": "twice"}, None, {"what": "twice_report"}, None, only=_PAGED | DOWNLOADED),
    "missing rows": Kind({"what": "half"}, Reason.INCOMPLETE, only=_COUNTED),
}
CASES = tuple(
    (lane, name, known)
    for name, kind in KINDS.items()
    for lane, sources in LANES.items()
    if not kind.only.isdisjoint(sources)
    for known in (False, True)
)


@dataclass(frozen=True)
class Scanned:
    """A home that was scanned without faults: what was read, and what was concluded (score, exposure)."""

    folder: Path
    readings: dict[Source, Reading]
    concluded: tuple[object, ...]


@dataclass(frozen=True)
class Outcome:
    """`reason` is why the newest try failed, `used` what answers rest on, `told` whether their words name the source;
    `before` is what was used until then, `same` whether score and exposure are what they were."""

    reason: Reason | None
    used: Reading
    told: bool
    before: Reading
    same: bool

    def words(self) -> str:
        """For a table."""
        if self.reason is None:
            return "read"
        return f"{self.reason.value}, {'older one kept' if self.used.is_read else 'unknown'}"


def wrong(source: Source, name: str, known: bool, outcome: Outcome) -> str:
    """What is not as the table says; empty where all is."""
    reason, used, before = KINDS[name].reason_of(source), outcome.used, outcome.before
    if outcome.reason != reason:
        return f"ended as {outcome.reason}, not as {reason}"
    if reason is None and used.rows != before.rows:
        return f"{used.rows} rows are told, not {before.rows}"
    if reason is None:
        return "" if used.is_read and outcome.same else "what is concluded has changed"
    if not outcome.told:
        return "no word names the source"
    if known and reason not in _REPLACES:
        return "" if used == before else "what was read before is no longer used"
    return "" if not used.is_read else "what could not be read is used as if it were"


def run(home: Home, scanned: Scanned, lane: Lane, name: str, known: bool) -> dict[Source, Outcome]:
    """Scans a lane alone under the fault, in a home made of the scanned one: a day later, or (not `known`) without
    ever having read it."""
    home.clock.move(hours=25)
    kind, path = KINDS[name], home.folder / FILE
    due = [source for source in LANES[lane] if source in kind.only]
    marks = ", ".join("?" * len(due))
    with closing(sqlite3.connect(scanned.folder / FILE)) as old, closing(sqlite3.connect(path)) as new:
        old.backup(new)
        new.execute(f"UPDATE last_try SET at = ? WHERE source NOT IN ({marks})", (iso(home.clock()), *due))  # noqa: S608
        if not known:
            new.execute(f"DELETE FROM pointer WHERE source IN ({marks})", due)  # noqa: S608 - question marks
            new.execute(f"DELETE FROM last_try WHERE source IN ({marks})", due)  # noqa: S608 - question marks
        new.commit()

    async def ask(tenant: LiveTenant) -> tuple[EvaluationHead, dict[Source, Reading]]:
        head = await tenant.scan()
        context = await tenant.context(head.evaluation_id)
        return head, {source: context.reading(source) for source in due}

    head, used = home.ask(ask, *kind.faults(lane))
    with closing(sqlite3.connect(path)) as db:
        tried = dict(db.execute("SELECT source, reason FROM last_try"))
    words = " ".join((*head.summary.unknown, *head.notes)).lower()
    same = _concluded(head) == scanned.concluded
    return {
        source: Outcome(
            None if tried[source] is None else Reason(tried[source]),
            used[source],
            NAMES[source][0].lower() in words,
            scanned.readings[source],
            same,
        )
        for source in due
    }


def first_scan(home: Home) -> Scanned:
    """A scan without faults."""

    async def ask(tenant: LiveTenant) -> Scanned:
        head = await tenant.scan()
        context = await tenant.context(head.evaluation_id)
        return Scanned(home.folder, {source: context.reading(source) for source in SOURCES}, _concluded(head))

    return home.ask(ask)


def _concluded(head: EvaluationHead) -> tuple[object, ...]:
    return head.summary.score, head.summary.exposure, head.summary.coverage
