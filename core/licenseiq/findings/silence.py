"""How sure we can be that an account's silence means that nobody needs its seats, and the finding that says so."""

from datetime import date
from typing import NamedTuple

from licenseiq.accounts import AccountKind, account_kind, is_on_leave, mailbox_kind_known
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated, on_seats
from licenseiq.people import Person
from licenseiq.readings import Reason, Source
from licenseiq.usage import REPORT_DAYS
from licenseiq.words import a_or_an


class Verdict(NamedTuple):
    """How sure the silence is, and why, in one sentence without tenant text."""

    kind: AccountKind
    confidence: Confidence
    reason: str

    def for_review(self, reason: str) -> "Verdict":
        """The same account, with a reason why a person has to look."""
        return self._replace(confidence=Confidence.UNKNOWN, reason=reason)


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


def silent_holder(
    kind: str,
    person: Person,
    context: Context,
    activity: Activity,
    judged: Verdict,
    evidence: tuple[Evidence, ...],
) -> Finding | None:
    """The finding of this kind on every paid seat of a silent account; None without one, and for accounts that have a
    rule of their own: rooms and devices, guests, service accounts.

    What was read of the account's use is added to `evidence`.
    """
    if judged.kind.is_thing or judged.kind in _HAVE_A_RULE:
        return None
    held = context.claimable_seats(person)
    if not held:
        return None
    failed = activity.failed_attempts_since
    return on_seats(
        kind,
        person.user_id,
        held,
        judged.confidence,
        judged.reason,
        *evidence,
        dated("failed_attempts_until", failed, Source.SIGN_INS),
        Evidence("sign_in_read", activity.sign_in_read),
        Evidence("products_read", activity.products_read),
    )


# licensed_guest and licensed_service_account speak of these, whether they are silent or not.
_HAVE_A_RULE = frozenset({AccountKind.GUEST, AccountKind.SERVICE, AccountKind.LISTED_SERVICE})


def _judge(person: Person, context: Context, activity: Activity, kind: AccountKind) -> tuple[Confidence, str]:
    unknown, likely = Confidence.UNKNOWN, Confidence.LIKELY
    if kind is not AccountKind.PERSON and kind.is_thing:
        return unknown, f"This is {a_or_an(kind)}: nobody is expected to sign in."
    if kind is not AccountKind.PERSON:
        return unknown, f"This is {a_or_an(kind)}: a person has to say whether it is needed."
    if is_on_leave(person, context):
        return unknown, "The person is on leave by what HR says: silence is to be expected."
    if not activity.is_known:
        return (
            unknown,
            f"Neither sign-in activity nor the active-users report could be read. {what_would_help(context)}",
        )
    if person.account_enabled is None:
        return unknown, "Whether sign-in is blocked could not be read for this account."
    if is_new(person, context):
        return unknown, "The person joined too recently for silence to mean anything."
    if activity.unclear:
        return unknown, "Only sign-in attempts were seen, some of them recent, and none is known to have succeeded."
    if activity.disputed:
        return unknown, "Sign-ins and the active-users report never saw anybody here, and another report did."
    if activity.met:
        return unknown, f"Meetings were created or answered within {REPORT_DAYS} days; on which day is not told."
    mailbox_known = mailbox_kind_known(person, context)
    both = activity.sign_in_read and activity.products_read
    if activity.never:
        if not mailbox_known:
            return unknown, "Nothing was ever seen, but it is not known whether this is a shared or room mailbox."
        if both and activity.failed_attempts_since is not None:
            return likely, "Sign-ins were tried and none has succeeded; the product reports show no use."
        if both:
            return Confidence.CERTAIN, "Sign-in activity and product reports agree: this account was never used."
        return likely, f"No use was ever seen in {_the_source(activity)}; the other source could not be read."
    mailbox_only = has_mailbox_only(person, activity, context)
    if mailbox_only and activity.last_human is None:
        # Such a mailbox may be read by other people, or by a program that needs it.
        return unknown, "No human was ever seen, but the mailbox is touched: others or a program may use it."
    if mailbox_only and not activity.sign_in_read:
        return unknown, "Lately only the mailbox was touched, and whether somebody signed in could not be read."
    if has_background_only(person, activity, context):
        if activity.products_read:
            return likely, "Only background sign-ins were seen lately, such as a phone that refreshes its token."
        return unknown, "Only background sign-ins were seen lately, and product use could not be read."
    if mailbox_only:
        return likely, "Lately only the mailbox was touched; by the email activity report, nobody sent or read mail."
    if activity.lower_confidence:
        return likely, "The date rests on sign-in attempts: no success was recorded apart at that time."
    if not both:
        return likely, f"The date rests on {_the_source(activity)} alone; the other source could not be read."
    if not mailbox_known:
        return likely, "Sign-in activity and product reports agree; the kind of the mailbox is not known."
    return Confidence.CERTAIN, "Sign-in activity and product reports agree on when a human was last seen."


def has_background_only(person: Person, activity: Activity, context: Context) -> bool:
    """Whether machines, and no human, used the account within the days of inactivity that hold for the person."""
    return _is_alone(activity.background_last, person, activity, context)


def has_mailbox_only(person: Person, activity: Activity, context: Context) -> bool:
    """The same of a mailbox whose date moves while nobody sends or reads mail."""
    return _is_alone(activity.mailbox_touched, person, activity, context)


def _is_alone(moved: date | None, person: Person, activity: Activity, context: Context) -> bool:
    limit = context.inactive_days(person)
    if moved is None or days_between(moved, context) >= limit:
        return False
    return activity.last_human is None or days_between(activity.last_human, context) >= limit


def what_would_help(context: Context) -> str:
    """Which switch makes use known where neither sign-in activity nor the active-users report is; each is enough."""
    if context.reading(Source.ACTIVE_USERS).reason is Reason.CONCEALED:
        return "An administrator can show names in reports: Settings > Org settings > Reports."
    for source, permission in ((Source.ACTIVE_USERS, "Reports.Read.All"), (Source.SIGN_INS, "AuditLog.Read.All")):
        if context.reading(source).reason is Reason.NO_PERMISSION:
            return f"Grant {permission}."
    if any(context.reading(s).reason is Reason.NOT_YET for s in (Source.ACTIVE_USERS, Source.SIGN_INS)):
        return "The scan has not come to them yet."
    return "See what is unknown."


def _the_source(activity: Activity) -> str:
    return "sign-in activity" if activity.sign_in_read else "the product reports"
