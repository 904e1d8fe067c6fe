"""No human signal for the policy's days of inactivity (of the SKUs held), on an account that is older than that.

A false alarm takes the tools away from somebody at work, so it is worse than a miss: where only machines were seen, or
the dates cannot be read for sure, the finding says so and goes to review. A failed attempt is no activity, and neither
is an old phone that refreshes its token (resource `signInActivity`), nor a mailbox whose date moves while nobody sends
or reads (`licenseiq.activity`): with these it is likely at most. It must not claim people on leave or who have left,
blocked accounts, guests and service accounts, which have rules of their own, nor accounts without any signal, which are
never_used.
"""

from licenseiq.accounts import has_left, is_on_leave
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Evidence, Finding, dated
from licenseiq.findings.silence import days_between, has_background_only, is_new, silent_holder, verdict
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "inactive_holder"


def inactive_holder(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, or None where a human was seen, nothing was read, or another rule has the word."""
    if person.account_enabled is False or not activity.is_known or (activity.never and not activity.unclear):
        return None
    limit = context.inactive_days(person)
    if activity.last_human is not None and days_between(activity.last_human, context) < limit:
        return None
    age = days_between(person.created.date(), context) if person.created else None
    if (age is not None and age < limit) or is_new(person, context):
        return None
    if has_left(person, context) or is_on_leave(person, context):
        return None
    judged = verdict(person, context, activity)
    if activity.last_human is None and age is None:
        judged = judged.for_review("No human was seen, and the age of the account is not known.")
    basis = activity.basis
    seen = basis.source if basis else None
    background, touched = activity.background_last, activity.mailbox_touched
    touched_in = Source.ACTIVE_USERS if activity.products_read else Source.MAILBOXES
    evidence = (
        dated("last_activity", activity.last_human, seen),
        Evidence("basis", str(basis) if basis else None, seen),
        Evidence("days_inactive", days_between(activity.last_human, context) if activity.last_human else age, seen),
        Evidence("threshold_days", limit),
        Evidence("background_only", has_background_only(person, activity, context), Source.SIGN_INS),
        dated("background_last", background, Source.SIGN_INS),
        dated("background_mailbox", touched, touched_in),
    )
    return silent_holder(KIND, person, context, activity, judged, evidence)
