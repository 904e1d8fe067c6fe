"""Sign-in is blocked, and the account still holds a paid seat.

Blocked accounts keep their licences until somebody takes them (resource `subscribedSku`, consumedUnits). Rooms,
shared mailboxes and resource accounts are blocked by design. While the kind of the mailbox is not known, a false
alarm could end a shared mailbox that a team works in, which is worse than a miss: such accounts go to review.
"""

from licenseiq.accounts import AccountKind, account_kind, mailbox_kind_known
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Finding
from licenseiq.people import Person

KIND = "disabled_holder"


def disabled_holder(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, CERTAIN once the mailbox is known to be a person's own (or there can be none)."""
    if person.account_enabled is not False:
        return None
    kind = account_kind(person, context)
    if kind.is_thing or kind is AccountKind.PROTECTED:
        return None
    held = context.paid_seats(person)
    if not held:
        return None
    known = mailbox_kind_known(person, context)
    mailbox = person.signals.mailbox
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=held,
        seats=len(held),
        confidence=Confidence.CERTAIN if known else Confidence.UNKNOWN,
        reason=(
            "Sign-in is blocked, and the account is no shared, room or equipment mailbox."
            if known
            else "Sign-in is blocked, but it is not known whether this is a shared or room mailbox."
        ),
        evidence={
            "account_enabled": False,
            "mailbox_kind": mailbox.kind if mailbox else None,
            "last_activity": activity.last_human.isoformat() if activity.last_human else None,
        },
    )
