"""What was read of one leaver by one source: sessions, methods, applications, groups, devices, rules."""

from dataclasses import dataclass
from datetime import datetime

from licenseiq.readings import Reason, Source


@dataclass(frozen=True, slots=True)
class LeftSeen:
    """One source, read of one person at `at`; `reason` is why it could not be read of this one, None where it was.

    `found` is how many things are left; `outside` how many of the rules forward to addresses outside, None where that
    is not known. `valid_from` is when the sessions begin that still hold (Graph signInSessionsValidFromDateTime), None
    where Graph did not say.
    """

    source: Source
    at: datetime
    reason: Reason | None = None
    found: int = 0
    outside: int | None = None
    valid_from: datetime | None = None
