"""HR says that the person has left, and the account still holds a paid seat.

HR's word is about the person, whatever the account does; a false alarm would take the tools away from somebody at work.
So it is for review where a human was seen after the day of leaving, or in the last week where HR gives no day (a
return, a mistake, somebody else at the account), and certain only where the mailbox is known to be the person's own. It
must not claim what has become a shared mailbox (licensed_shared_mailbox), nor who leaves on a later day.
"""

from licenseiq.accounts import account_kind, has_left, mailbox_kind_known, seen_after_leaving
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated, on_seats
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "departed_holder"


def departed_holder(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding: CERTAIN or, while the kind of the mailbox is not known, LIKELY; UNKNOWN for who was seen since."""
    hr = person.hr
    if hr is None or not has_left(person, context) or account_kind(person, context).is_thing:
        return None
    held = context.claimable_seats(person)
    if not held:
        return None
    last = activity.last_human
    known = mailbox_kind_known(person, context)
    if contradiction := seen_after_leaving(person, context, last):
        confidence, reason = Confidence.UNKNOWN, contradiction
    elif known:
        confidence, reason = Confidence.CERTAIN, "HR says that the person has left, and the mailbox is not shared."
    else:
        confidence, reason = (
            Confidence.LIKELY,
            "HR says that the person has left; the kind of the mailbox is not known.",
        )
    return on_seats(
        KIND,
        person.user_id,
        held,
        confidence,
        reason,
        Evidence("hr_status", hr.status.value, Source.HR),
        dated("left_on", hr.since, Source.HR),
        Evidence("account_enabled", person.account_enabled, Source.USERS),
        dated("last_activity", last, activity.source),
    )
