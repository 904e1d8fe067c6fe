"""Sign-in is blocked, and the account still holds a paid seat.

Blocked accounts keep their licences until somebody takes them (resource `subscribedSku`, consumedUnits). It must not
claim rooms, shared mailboxes and resource accounts, which are blocked by design. While the kind of the mailbox is not
known, a false alarm could end a shared mailbox that a team works in, which is worse than a miss: such accounts go to
review. Whether the licence is kept for a hold is not read: a plan asks before it takes anything.
"""

from licenseiq.accounts import account_kind, mailbox_kind_known
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated, on_seats
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "disabled_holder"


def disabled_holder(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, CERTAIN once the mailbox is known to be a person's own (or there can be none)."""
    if person.account_enabled is not False or account_kind(person, context).is_thing:
        return None
    held = context.claimable_seats(person)
    if not held:
        return None
    known = mailbox_kind_known(person, context)
    mailbox, last = person.signals.mailbox, activity.last_human
    return on_seats(
        KIND,
        person.user_id,
        held,
        Confidence.CERTAIN if known else Confidence.UNKNOWN,
        (
            "Sign-in is blocked, and the account is no shared, room or equipment mailbox."
            if known
            else "Sign-in is blocked, but it is not known whether this is a shared or room mailbox."
        ),
        Evidence("account_enabled", False, Source.USERS),
        Evidence("mailbox_kind", mailbox.kind if mailbox else None, Source.MAILBOXES),
        dated("last_activity", last, activity.source),
    )
