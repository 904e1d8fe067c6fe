"""How sure we can be that an account's silence means that nobody needs its seats."""

from dataclasses import dataclass
from datetime import date

from licenseiq.accounts import AccountKind, account_kind, mailbox_kind_known
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence
from licenseiq.people import Person
from licenseiq.words import a_or_an


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure the silence is, and why, in one sentence without tenant text."""

    kind: AccountKind
    confidence: Confidence
    reason: str


def days_between(earlier: date, context: Context) -> int:
    """Whole days from `earlier` to the evaluation."""
    return (context.today - earlier).days


def days_inactive(person: Person, context: Context, activity: Activity) -> int | None:
    """Days since a human was seen; where none ever was, since the account exists; None where nothing was read."""
    if activity.last_human is not None:
        return max(0, days_between(activity.last_human, context))
    if not activity.is_known or person.created is None:
        return None
    return max(0, days_between(person.created.date(), context))


def is_new(person: Person, context: Context) -> bool:
    """Whether the person joined too recently for silence to mean anything."""
    limit = context.policy.new_hire_days
    if person.hired is not None and days_between(person.hired, context) < limit:
        return True
    return person.created is not None and days_between(person.created.date(), context) < limit


def verdict(person: Person, context: Context, activity: Activity) -> Verdict:
    """The confidence that the silence of this account is a person's, from every source that was read."""
    kind = account_kind(person, context)
    confidence, reason = _judge(person, context, activity, kind)
    return Verdict(kind, confidence, reason)


def _judge(person: Person, context: Context, activity: Activity, kind: AccountKind) -> tuple[Confidence, str]:
    unknown, likely = Confidence.UNKNOWN, Confidence.LIKELY
    if kind.is_thing:
        return unknown, f"This is {a_or_an(kind)}: nobody is expected to sign in."
    if not kind.can_be_claimed:
        return unknown, f"This is {a_or_an(kind)}: a person has to say whether it is needed."
    if not activity.is_known:
        return unknown, "Neither sign-in activity nor the active-users report could be read for this account."
    if person.account_enabled is None:
        return unknown, "Whether sign-in is blocked could not be read for this account."
    if is_new(person, context):
        return unknown, "The person joined too recently for silence to mean anything."
    if activity.unclear:
        return unknown, "Only sign-in attempts were seen, some of them recent, and none is known to have succeeded."
    if activity.disputed:
        return unknown, "Sign-ins and the active-users report never saw anybody here, and another report did."
    mailbox_known = mailbox_kind_known(person, context)
    both = activity.sign_in_read and activity.products_read
    if activity.never:
        if not mailbox_known:
            return unknown, "Nothing was ever seen, but it is not known whether this is a shared or room mailbox."
        if both:
            return Confidence.CERTAIN, "Sign-in activity and product reports agree: this account was never used."
        return likely, f"No use was ever seen in {_the_source(activity)}; the other source could not be read."
    if has_background_only(activity, context):
        if activity.products_read:
            return likely, "Only background sign-ins were seen lately, such as a phone that refreshes its token."
        return unknown, "Only background sign-ins were seen lately, and product use could not be read."
    if activity.lower_confidence:
        return likely, "The date rests on sign-in attempts: no success was recorded apart at that time."
    if not both:
        return likely, f"The date rests on {_the_source(activity)} alone; the other source could not be read."
    if not mailbox_known:
        return likely, "Sign-in activity and product reports agree; the kind of the mailbox is not known."
    return Confidence.CERTAIN, "Sign-in activity and product reports agree on when a human was last seen."


def has_background_only(activity: Activity, context: Context) -> bool:
    """Whether machines, and no human, used the account within the policy's days of inactivity."""
    limit = context.policy.inactive_days
    if activity.background_last is None or days_between(activity.background_last, context) >= limit:
        return False
    return activity.last_human is None or days_between(activity.last_human, context) >= limit


def _the_source(activity: Activity) -> str:
    return "sign-in activity" if activity.sign_in_read else "the product reports"
