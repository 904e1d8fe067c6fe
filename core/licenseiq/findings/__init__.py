"""The findings: one rule a file. Reading these two lists is reading what LicenseIQ looks for.

The order is the order of precedence: a seat that two rules claim is counted for the first one.
"""

from collections.abc import Callable

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.disabled_holder import disabled_holder
from licenseiq.findings.finding import Claim, Confidence, Finding
from licenseiq.findings.inactive_holder import inactive_holder
from licenseiq.findings.never_used import never_used
from licenseiq.findings.unassigned_seats import KIND as UNASSIGNED_SEATS
from licenseiq.findings.unassigned_seats import unassigned_seats
from licenseiq.people import Person
from licenseiq.seats import SeatLine

PersonRule = Callable[[Person, Context, Activity], Finding | None]
SeatRule = Callable[[SeatLine, Context], Finding | None]

PERSON_RULES: tuple[PersonRule, ...] = (disabled_holder, inactive_holder, never_used)
SEAT_RULES: tuple[SeatRule, ...] = (unassigned_seats,)
# Kinds of finding about seats that nobody holds: they name no person.
SEAT_KINDS = frozenset({UNASSIGNED_SEATS})

__all__ = ["PERSON_RULES", "SEAT_KINDS", "SEAT_RULES", "Claim", "Confidence", "Finding", "PersonRule", "SeatRule"]
