"""No human signal for the policy's days of inactivity, on an account that is older than that.

A false alarm takes the tools away from somebody at work, so it is worse than a miss: where only machines were
seen, or the dates cannot be read for sure, the finding says so and goes to review. Blocked accounts belong to
disabled_holder, accounts without any signal to never_used.
"""

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Finding
from licenseiq.findings.silence import days_between, has_background_only, is_new, verdict
from licenseiq.people import Person

KIND = "inactive_holder"


def inactive_holder(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, or None where a human was seen, nothing was read, or another rule has the word."""
    limit = context.policy.inactive_days
    if person.account_enabled is False or not activity.is_known or (activity.never and not activity.unclear):
        return None
    if activity.last_human is not None and days_between(activity.last_human, context) < limit:
        return None
    age = days_between(person.created.date(), context) if person.created else None
    if (age is not None and age < limit) or is_new(person, context):
        return None
    held = context.paid_seats(person)
    if not held:
        return None
    judged = verdict(person, context, activity)
    if judged.kind.is_thing:
        return None
    confidence, reason = judged.confidence, judged.reason
    if activity.last_human is None and age is None:
        confidence, reason = Confidence.UNKNOWN, "No human was seen, and the age of the account is not known."
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=held,
        seats=len(held),
        confidence=confidence,
        reason=reason,
        evidence={
            "last_activity": activity.last_human.isoformat() if activity.last_human else None,
            "basis": str(activity.basis) if activity.basis else None,
            "days_inactive": days_between(activity.last_human, context) if activity.last_human else age,
            "background_only": has_background_only(activity, context),
            "background_last": activity.background_last.isoformat() if activity.background_last else None,
            "failed_attempts_until": (
                activity.failed_attempts_since.isoformat() if activity.failed_attempts_since else None
            ),
            "sign_in_read": activity.sign_in_read,
            "products_read": activity.products_read,
        },
    )
