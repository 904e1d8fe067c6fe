"""Licensed longer than the grace time, and never a signal of use.

The date comes from the "License Assign Date" columns of the active-users report. Without it the account may have
got its licence yesterday: a false alarm would take away what somebody is about to start with, so it goes to review.
It must not claim new people, people on leave or who have left, nor guests and service accounts.
"""

from licenseiq.accounts import has_left, is_on_leave
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Evidence, Finding, dated
from licenseiq.findings.silence import days_between, is_new, silent_holder, verdict
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "never_used"


def never_used(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, UNKNOWN where the date of the licence is not known."""
    if person.account_enabled is False or not activity.never or activity.unclear or is_new(person, context):
        return None
    if has_left(person, context) or is_on_leave(person, context):
        return None
    grace = context.policy.never_used_grace_days
    products = person.signals.products
    since = products.licensed_since if products else None
    starts = [d for d in (since, person.created.date() if person.created else None) if d is not None]
    if starts and days_between(max(starts), context) <= grace:
        return None
    judged = verdict(person, context, activity)
    if since is None and judged.confidence.counts:
        judged = judged.for_review("No use was ever seen, but the date of the licence is not known.")
    evidence = (
        dated("licensed_since", since, Source.ACTIVE_USERS),
        Evidence("days_licensed", days_between(since, context) if since else None, Source.ACTIVE_USERS),
        Evidence("grace_days", grace),
    )
    return silent_holder(KIND, person, context, activity, judged, evidence)
