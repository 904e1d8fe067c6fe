"""A leaver's account that still has something: a way in, licences, roles, groups, applications, rules that forward.

What is left of a leaver is a way in, or comes back with whoever unblocks the account. One finding a person, with each
question that was answered with yes as its evidence; what could not be read is named in it and claims nothing. No money:
seats are claimed by disabled_holder and departed_holder. It must not claim rooms and shared mailboxes, which are
blocked by design; while the kind of the mailbox is not known, a person has to look, and so where an account that HR
calls a leaver's is open and a human was seen at it since: a false alarm would lock somebody out who is at work.
"""

from licenseiq.accounts import has_left, mailbox_kind_known, seen_after_leaving
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.left_over import LICENCES, left_over
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "stale_identity"


def stale_identity(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding, CERTAIN once the mailbox is known to be a person's own (or there can be none); UNKNOWN where use
    contradicts HR's word, on which the finding rests."""
    if person.account_enabled is not False and person.hr is None:
        return None
    rows = left_over(person, context)
    kept = {a.sku_id for a in person.assignments} - context.policy.excluded_skus
    there = [one for one in rows or () if one.there and (one.key != LICENCES or kept)]
    if not there:
        return None
    left = has_left(person, context)
    known = mailbox_kind_known(person, context)
    state = "HR says that the person has left" if left else "Sign-in is blocked"
    reason = (
        f"{state}, and there is something left: {', '.join(one.what for one in there)}."
        if known
        else f"{state}, but it is not known whether this is a shared or room mailbox."
    )
    # That sign-in is blocked holds whatever HR says.
    open_to_use = person.account_enabled is not False
    contradiction = seen_after_leaving(person, context, activity.last_human) if open_to_use else None
    groups = {a.group_id for a in person.assignments if a.group_id is not None and a.sku_id in kept}
    facts = [Evidence(one.key, len(kept) if one.key == LICENCES else one.value, one.source) for one in there]
    if groups:
        facts.append(Evidence("licensing_groups_left", len(groups), Source.USERS))
    unread = [one.what for one in rows or () if one.there is None]
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
            *facts,
            Evidence("not_read", ", ".join(unread)),
        ),
        claims_seats=False,
    )
