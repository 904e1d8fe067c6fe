"""Which lanes are due: how long what was read stays fresh, and when a failure is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from licenseiq.readings import NAMES, OF_LEAVERS, Reading, Reason, Source, words_of_leavers
from licenseiq.times import iso, parse_iso
from licenseiq_tenant.scan.seen import Lane

if TYPE_CHECKING:
    from sqlalchemy import Connection

LANES: dict[Lane, tuple[Source, ...]] = {
    "probe": (Source.ORGANIZATION, Source.SKUS, Source.SUBSCRIPTIONS, Source.REPORT_SETTINGS),
    "fast": (Source.USERS, Source.GROUPS, Source.ROLES, Source.ELIGIBLE_ROLES),
    "reports": (
        Source.ACTIVE_USERS,
        Source.APPS,
        Source.MAILBOXES,
        Source.ONEDRIVE,
        Source.TEAMS,
        Source.SHAREPOINT,
        Source.EMAIL,
        Source.ACTIVATIONS,
        Source.COPILOT,
    ),
    "slow": (Source.SIGN_INS, Source.MANAGERS),
    "leavers": OF_LEAVERS,
}
# Microsoft renews the reports once a day, and sign-in activity with hours of delay (graph-facts 1).
FRESH: dict[Lane, timedelta] = {
    "probe": timedelta(minutes=5),
    "fast": timedelta(minutes=5),
    "reports": timedelta(hours=6),
    "slow": timedelta(hours=12),
    "leavers": timedelta(hours=24),
}
AGAIN = timedelta(minutes=1)
# Four tries in ten minutes are what we allow ourselves of Graph's fourteen (`report_budget`).
AGAIN_REPORTS = timedelta(minutes=3)
# What a minute, or a permission granted, does not change.
_SETTLED = frozenset({Reason.EMPTY, Reason.NOT_OFFERED})


@dataclass(frozen=True, slots=True)
class Try:
    """When a source was last tried, and why it failed if it did."""

    at: datetime
    reason: Reason | None


def tries(db: "Connection", tenant_id: str) -> dict[Source, Try]:
    found = db.exec_driver_sql("SELECT source, at, reason FROM last_try WHERE tenant_id = ?", (tenant_id,))
    return {
        Source(source): Try(parse_iso(at), None if reason is None else Reason(reason)) for source, at, reason in found
    }


def due_sources(tried: dict[Source, Try], now: datetime) -> frozenset[Source]:
    """Sources that were never tried, are no longer fresh, or failed some minutes ago.

    Each by itself: a report that a tenant may not read would otherwise have all the others read every minute.
    """

    def is_due(lane: Lane, source: Source) -> bool:
        last = tried.get(source)
        if last is None:
            return True
        age, again = now - last.at, AGAIN_REPORTS if lane == "reports" else AGAIN
        return age > FRESH[lane] or (last.reason is not None and last.reason not in _SETTLED and age > again)

    return frozenset(source for lane, sources in LANES.items() for source in sources if is_due(lane, source))


def due_lanes(tried: dict[Source, Try], now: datetime) -> frozenset[Lane]:
    """Lanes with a source that is due."""
    due = due_sources(tried, now)
    return frozenset(lane for lane, sources in LANES.items() if not due.isdisjoint(sources))


def kept_notes(tried: dict[Source, Try], readings: dict[Source, Reading]) -> tuple[str, ...]:
    """A sentence for each source whose newest try failed while an older reading of it stays in use, or none is; one for
    all that is read of leavers alone, each of which says of when it is."""
    failed_of_leavers = [Reading(source, last.reason) for source, last in tried.items() if source in OF_LEAVERS]
    notes = list(words_of_leavers(one for one in failed_of_leavers if _is_kept(readings.get(one.source))))
    for source, last in tried.items():
        if source in OF_LEAVERS:
            continue
        reading = readings.get(source)
        if last.reason is not None and reading is None:
            notes.append(Reading(source, last.reason).words())
        elif last.reason is not None and reading is not None and reading.is_read and reading.as_of is not None:
            failed = Reading(source, last.reason).words()
            notes.append(f"{failed} What is used of {NAMES[source][0]} is from {iso(reading.as_of)}.")
    return tuple(notes)


def _is_kept(reading: Reading | None) -> bool:
    """Whether a failure is told beside it: one that is unknown itself says so."""
    return reading is None or reading.is_read
