"""A privileged role on an account that nobody signed in to for the policy's days.

Whoever takes the account over has the role, and nobody would notice. No money. Only successes count: a failed attempt
is no sign-in (resource `signInActivity`). Where no success was recorded, attempts make it likely at most, and recent
ones on an account that is older than the record of successes are for review. A role that can be activated counts as
held. It must not claim accounts for emergencies, which are unused by design, blocked ones (stale_identity), new ones.
"""

from datetime import UTC, datetime

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.activity import SUCCESS_SINCE, Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.findings.silence import days_between
from licenseiq.people import Person
from licenseiq.readings import Source

KIND = "dormant_privileged"


def dormant_privileged(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding; UNKNOWN where only attempts were seen, some of them recent."""
    sign_in, limit = person.signals.sign_in, context.policy.dormant_days
    if not person.roles or sign_in is None or person.account_enabled is False:
        return None
    attempts = [moment for moment in (sign_in.interactive, sign_in.non_interactive) if moment is not None]
    last = sign_in.successful
    if last is not None and days_between(last.date(), context) <= limit:
        return None
    if person.created is not None and days_between(person.created.date(), context) <= limit:
        return None
    if account_kind(person, context) in {AccountKind.PROTECTED, AccountKind.EMERGENCY}:
        return None
    tried = max(attempts, default=None)
    confidence = Confidence.CERTAIN
    reason = f"It holds a privileged role, and nobody has signed in for more than {limit} days."
    if last is None and tried is not None:
        recorded = person.created is not None and person.created >= SUCCESS_SINCE
        if days_between(tried.date(), context) <= limit and not recorded:
            confidence, reason = (
                Confidence.UNKNOWN,
                "Sign-ins to this privileged account were tried; none is known to succeed.",
            )
        else:
            confidence = Confidence.LIKELY
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=(),
        seats=0,
        confidence=confidence,
        reason=reason,
        evidence=(
            Evidence("roles", len(person.roles), Source.ROLES),
            Evidence("last_success", _day(last), Source.SIGN_INS),
            Evidence("last_attempt", _day(tried), Source.SIGN_INS),
            Evidence("dormant_days", limit),
        ),
        claims_seats=False,
    )


def _day(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).date().isoformat() if moment is not None else None
