"""A blocked or departed account that still has something: roles, licences, places in groups that give licences.

What is left of a leaver is a way in, and comes back with whoever unblocks the account. No money: seats are claimed by
disabled_holder and departed_holder. Sessions, sign-in methods, app grants and other groups are not read: that nothing
is found here says nothing of them. It must not claim rooms and shared mailboxes, which are blocked by design; while
the kind of the mailbox is not known, a person has to look, and so where an account that HR calls a leaver's is open and
a human was seen at it since: a false alarm would lock somebody out who is at work.
"""

from licenseiq.accounts import account_kind, has_left, mailbox_kind_known, seen_after_leaving
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "stale_identity"


def stale_identity(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, CERTAIN once the mailbox is known to be a person's own (or there can be none); UNKNOWN where use
    contradicts HR's word, on which the finding rests."""
    if person.account_enabled is not False and person.hr is None:
        return None
    left = has_left(person, context)
    if person.account_enabled is not False and not left:
        return None
    kept = {a.sku_id for a in person.assignments} - context.policy.excluded_skus
    groups = {a.group_id for a in person.assignments if a.group_id is not None and a.sku_id in kept}
    if not (person.roles or kept) or account_kind(person, context).is_thing:
        return None
    known = mailbox_kind_known(person, context)
    state = "HR says that the person has left" if left else "Sign-in is blocked"
    reason = (
        f"{state}, and the account still has roles, licences or places in groups."
        if known
        else f"{state}, but it is not known whether this is a shared or room mailbox."
    )
    # That sign-in is blocked holds whatever HR says.
    open_to_use = person.account_enabled is not False
    contradiction = seen_after_leaving(person, context, activity.last_human) if open_to_use else None
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=(),
        seats=0,
        confidence=Confidence.CERTAIN if known and contradiction is None else Confidence.UNKNOWN,
        reason=contradiction or reason,
        evidence=(
            Evidence("account_enabled", person.account_enabled, Source.USERS),
            Evidence("left_by_hr", left, Source.HR),
            Evidence("roles_left", None if person.roles is None else len(person.roles), Source.ROLES),
            Evidence("licences_left", len(kept), Source.USERS),
            Evidence("licensing_groups_left", len(groups), Source.USERS),
            Evidence("sessions_methods_grants", "not read"),
        ),
        claims_seats=False,
    )
