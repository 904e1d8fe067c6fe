"""Licensed longer than the grace time, and never a signal of use.

The date comes from the "License Assign Date" columns of the active-users report. Without it the account may have
got its licence yesterday: a false alarm would take away what somebody is about to start with, so it goes to review.
"""

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Finding
from licenseiq.findings.silence import days_between, is_new, verdict
from licenseiq.people import Person

KIND = "never_used"


def never_used(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, UNKNOWN where the date of the licence is not known."""
    if person.account_enabled is False or not activity.never or activity.unclear or is_new(person, context):
        return None
    grace = context.policy.never_used_grace_days
    products = person.signals.products
    since = products.licensed_since if products else None
    starts = [d for d in (since, person.created.date() if person.created else None) if d is not None]
    if starts and days_between(max(starts), context) <= grace:
        return None
    held = context.paid_seats(person)
    if not held:
        return None
    judged = verdict(person, context, activity)
    if judged.kind.is_thing:
        return None
    confidence, reason = judged.confidence, judged.reason
    if since is None and confidence.counts:
        confidence, reason = Confidence.UNKNOWN, "No use was ever seen, but the date of the licence is not known."
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=held,
        seats=len(held),
        confidence=confidence,
        reason=reason,
        evidence={
            "licensed_since": since.isoformat() if since else None,
            "days_licensed": days_between(since, context) if since else None,
            "failed_attempts_until": (
                activity.failed_attempts_since.isoformat() if activity.failed_attempts_since else None
            ),
            "sign_in_read": activity.sign_in_read,
            "products_read": activity.products_read,
        },
    )
