"""Exceptions: findings that somebody has decided to leave as they are, for a reason and until a day.

An exception takes its finding out of exposure and score, never out of sight: its count and money stay visible. When it
has run out, the finding counts again by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licenseiq.proposals.canonical import canonical, digest

NONE = "none"
# An exception without an end would be forgotten: after so many days somebody looks again.
MOST_DAYS = 366
_LENGTH = 12


class ExceptionState(StrEnum):
    """Put off until a day, or accepted as it is."""

    SNOOZED = "snoozed"
    ACCEPTED = "accepted"


class Standing(StrEnum):
    """What an exception is worth today. OPEN: it has run out and its finding counts again; RESOLVED: its finding is
    gone."""

    OPEN = "open"
    SNOOZED = "snoozed"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Exception_:
    """One exception: who answers for it, why, and the last day (UTC) on which it holds. `owner` and `reason` are text
    of the customer."""

    state: ExceptionState
    owner: str
    reason: str
    until: date

    def holds(self, today: date) -> bool:
        """Whether the finding is still left out on this day."""
        return today <= self.until

    def standing(self, today: date, *, is_found: bool) -> Standing:
        """`is_found`: the rules still find what the exception is from."""
        if not is_found:
            return Standing.RESOLVED
        return Standing(self.state.value) if self.holds(today) else Standing.OPEN


def version_of(exceptions: Mapping[str, Exception_]) -> str:
    """'none' without any, else 'x-' and 12 hex digits of the digest of all of them, by the ids of their findings."""
    if not exceptions:
        return NONE
    content = {
        finding_id: [one.state.value, one.owner, one.reason, one.until.isoformat()]
        for finding_id, one in exceptions.items()
    }
    return f"x-{digest(canonical(content))[:_LENGTH]}"
