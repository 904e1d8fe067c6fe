"""The findings: one rule a file. Reading these three lists is reading what LicenseIQ looks for.

The order is the order of precedence: a seat that two rules claim is counted for the first one. Rules that claim a whole
seat come before those that claim a part of its price; rules that claim no seat come last.
"""

from collections.abc import Callable

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.departed_holder import departed_holder
from licenseiq.findings.disabled_holder import disabled_holder
from licenseiq.findings.dormant_privileged import dormant_privileged
from licenseiq.findings.duplicate_assignment import duplicate_assignment
from licenseiq.findings.finding import Claim, Confidence, Evidence, Finding
from licenseiq.findings.group_licence_error import group_licence_error
from licenseiq.findings.inactive_holder import inactive_holder
from licenseiq.findings.licensed_guest import licensed_guest
from licenseiq.findings.licensed_service_account import licensed_service_account
from licenseiq.findings.licensed_shared_mailbox import licensed_shared_mailbox
from licenseiq.findings.never_used import never_used
from licenseiq.findings.on_leave_full_tier import on_leave_full_tier
from licenseiq.findings.over_assigned import over_assigned
from licenseiq.findings.overlapping_skus import overlapping_skus
from licenseiq.findings.renewal_due import renewal_due
from licenseiq.findings.self_service_purchase import self_service_purchase
from licenseiq.findings.stale_identity import stale_identity
from licenseiq.findings.trial_expiring import trial_expiring
from licenseiq.findings.unassigned_seats import unassigned_seats
from licenseiq.findings.unused_addon import unused_addon
from licenseiq.findings.unused_premium import unused_premium
from licenseiq.people import Person
from licenseiq.seats import SeatLine, Subscription

PersonRule = Callable[[Person, Context, Activity], Finding | None]
SeatRule = Callable[[SeatLine, Context], Finding | None]
SubscriptionRule = Callable[[Subscription, Context], Finding | None]

PERSON_RULES: tuple[PersonRule, ...] = (
    departed_holder,
    disabled_holder,
    licensed_shared_mailbox,
    licensed_guest,
    licensed_service_account,
    inactive_holder,
    never_used,
    on_leave_full_tier,
    overlapping_skus,
    unused_addon,
    unused_premium,
    duplicate_assignment,
    group_licence_error,
    dormant_privileged,
    stale_identity,
)
SEAT_RULES: tuple[SeatRule, ...] = (unassigned_seats, over_assigned)
SUBSCRIPTION_RULES: tuple[SubscriptionRule, ...] = (renewal_due, trial_expiring, self_service_purchase)

SEAT_KINDS = frozenset(rule.__name__ for rule in SEAT_RULES)
SUBSCRIPTION_KINDS = frozenset(rule.__name__ for rule in SUBSCRIPTION_RULES)
# Kinds that name no person.
IMPERSONAL_KINDS = SEAT_KINDS | SUBSCRIPTION_KINDS
KINDS = tuple(rule.__name__ for rule in (*PERSON_RULES, *SEAT_RULES, *SUBSCRIPTION_RULES))

__all__ = [
    "IMPERSONAL_KINDS",
    "KINDS",
    "PERSON_RULES",
    "SEAT_KINDS",
    "SEAT_RULES",
    "SUBSCRIPTION_KINDS",
    "SUBSCRIPTION_RULES",
    "Claim",
    "Confidence",
    "Evidence",
    "Finding",
    "PersonRule",
    "SeatRule",
    "SubscriptionRule",
]
