"""What the rules about subscriptions share: when one ends, and the money that is decided then."""

from datetime import date

from licenseiq.context import Context
from licenseiq.findings.finding import Evidence
from licenseiq.money import add_up, money_words
from licenseiq.prices import OwnPrice
from licenseiq.readings import Source
from licenseiq.seats import Subscription


def own_row(subscription: Subscription, context: Context) -> OwnPrice | None:
    """What the customer said of this purchase."""
    return context.prices.of_subscription(subscription.subscription_id)


def end_of(subscription: Subscription, context: Context) -> tuple[date | None, Source | None]:
    """The day on which it renews or ends, and where that was read: the customer's word (no source) comes first, unless
    it lies in the past."""
    own = own_row(subscription, context)
    if own is not None and own.renewal is not None and own.renewal >= context.today:
        return own.renewal, None
    ends = subscription.next_lifecycle
    return (ends.date(), Source.SUBSCRIPTIONS) if ends is not None else (None, None)


def in_days(day: date, context: Context) -> int:
    """Days from the evaluation to `day`; negative for one that is over."""
    return (day - context.today).days


def is_of_interest(subscription: Subscription, context: Context) -> bool:
    """False for what is over, for free SKUs, and for those that the policy excludes."""
    sku_id = subscription.sku_id
    return (
        subscription.gives_seats
        and sku_id not in context.policy.excluded_skus
        and context.catalogue.free.get(sku_id) in (None, "trial")
    )


def money_evidence(subscription: Subscription, context: Context) -> tuple[Evidence, ...]:
    """Seats, and what they cost a month: text, as it is no amount of the finding; None where it is not known."""
    own, seats = own_row(subscription, context), subscription.total
    each = own.monthly if own is not None and own.monthly is not None else context.price(subscription.sku_id)
    known = each is not None and seats is not None
    monthly = money_words(add_up([each.times(seats)])) if known and each and seats else None
    return (
        Evidence("seats", seats, Source.SUBSCRIPTIONS),
        Evidence("monthly_at_stake", monthly),
    )
