"""The kinds of findings that a model may name in a call. Tests hold them against the rules."""

from typing import Literal

SeatOfAPersonKind = Literal[
    "departed_holder",
    "disabled_holder",
    "licensed_shared_mailbox",
    "licensed_guest",
    "licensed_service_account",
    "inactive_holder",
    "never_used",
    "on_leave_full_tier",
    "overlapping_skus",
    "unused_addon",
    "unused_premium",
    "duplicate_assignment",
]
Kind = Literal[
    SeatOfAPersonKind,
    "group_licence_error",
    "dormant_privileged",
    "stale_identity",
    "unassigned_seats",
    "over_assigned",
    "renewal_due",
    "trial_expiring",
    "self_service_purchase",
]
