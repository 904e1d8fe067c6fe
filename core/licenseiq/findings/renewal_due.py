"""A paid subscription renews within the policy's days of notice.

At a renewal seats can be given back, and often only then: a date at which money is decided, shown with the money, and
no claim on any seat. A false alarm costs a look, a miss a whole term. It must not claim purchases from month to
month, which can be changed at any time, and what is over. Source: resource `companySubscription`,
nextLifecycleDateTime, which is when its status changes if nobody renews; the customer's own renewal date comes first.
"""

from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.findings.purchases import end_of, in_days, is_of_interest, money_evidence, own_row
from licenseiq.prices import Term
from licenseiq.seats import Subscription

KIND = "renewal_due"


def renewal_due(subscription: Subscription, context: Context) -> Finding | None:
    """The finding: CERTAIN by the customer's own date, LIKELY by Graph's, UNKNOWN where it may be a trial."""
    if subscription.is_trial or not is_of_interest(subscription, context) or not context.is_paid(subscription.sku_id):
        return None
    day, source = end_of(subscription, context)
    if day is None or not 0 <= in_days(day, context) <= context.policy.renewal_notice_days:
        return None
    own = own_row(subscription, context)
    if own is not None and own.term is Term.MONTH:
        return None
    confidence, reason = Confidence.LIKELY, "It renews soon, by Microsoft Graph's next lifecycle date."
    if source is None:
        confidence, reason = Confidence.CERTAIN, "It renews soon, by the renewal date that you imported."
    if subscription.is_trial is None:
        confidence, reason = Confidence.UNKNOWN, "It renews or ends soon; whether it is a trial is not told."
    return Finding(
        kind=KIND,
        user_id=None,
        sku_ids=(subscription.sku_id,),
        seats=subscription.total or 0,
        confidence=confidence,
        reason=reason,
        evidence=(
            Evidence("renews_on", day.isoformat(), source),
            Evidence("days_left", in_days(day, context)),
            *money_evidence(subscription, context),
            Evidence("reducible_until", own.reducible_until.isoformat() if own and own.reducible_until else None),
        ),
        claims_seats=False,
        subject=subscription.subscription_id,
    )
