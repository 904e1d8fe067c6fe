"""A trial ends within a month.

Then its seats are lost, or paid for: a trial can turn into a purchase by itself (Microsoft: "What if my subscription
expires"). A date at which money is decided, and no claim on any seat; a false alarm costs a look. It must not claim
paid subscriptions and trials that are over.
"""

from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding, dated
from licenseiq.findings.purchases import end_of, in_days, is_of_interest, money_evidence
from licenseiq.readings import Source
from licenseiq.seats import Subscription

KIND = "trial_expiring"
# Trials last a month; the policy's notice for renewals would hold for every one of them.
NOTICE_DAYS = 30


def trial_expiring(subscription: Subscription, context: Context) -> Finding | None:
    """The finding: CERTAIN with its date, UNKNOWN where Graph does not tell it."""
    if not subscription.is_trial or not is_of_interest(subscription, context):
        return None
    day, source = end_of(subscription, context)
    left = in_days(day, context) if day is not None else None
    if left is not None and not 0 <= left <= min(NOTICE_DAYS, context.policy.renewal_notice_days):
        return None
    return Finding(
        kind=KIND,
        user_id=None,
        sku_ids=(subscription.sku_id,),
        seats=subscription.total or 0,
        confidence=Confidence.UNKNOWN if day is None else Confidence.CERTAIN,
        reason="A trial whose end is not told." if day is None else "A trial ends soon, and may turn into a purchase.",
        evidence=(
            dated("ends_on", day, source or Source.SUBSCRIPTIONS),
            Evidence("days_left", left),
            *money_evidence(subscription, context),
        ),
        claims_seats=False,
        subject=subscription.subscription_id,
    )
