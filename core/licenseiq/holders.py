"""Who holds paid seats, and when somebody last used the account."""

from licenseiq.accounts import AccountKind
from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.evaluation import Holder
from licenseiq.findings.silence import days_inactive, verdict
from licenseiq.money import Total, add_up
from licenseiq.people import Person


def holder_of(
    person: Person, context: Context, activity: Activity, held: tuple[str, ...], monthly: Total | None
) -> Holder:
    """The row of one person who takes the paid seats `held` (at least one), which cost `monthly` together.

    Texts stay raw; answers clean them.
    """
    judged = verdict(person, context, activity)
    return Holder(
        user_id=person.user_id,
        user_principal_name=person.user_principal_name,
        display_name=person.display_name,
        department=person.department,
        account_enabled=person.account_enabled,
        is_person=judged.kind is AccountKind.PERSON or not judged.kind.is_thing,
        last_activity=activity.last_human,
        days_inactive=days_inactive(person, context, activity),
        never_active=activity.never,
        confidence=judged.confidence,
        reason=judged.reason,
        sku_ids=held,
        monthly=monthly,
    )


def monthly_cost(sku_ids: tuple[str, ...], context: Context) -> Total | None:
    """What one seat of each costs a month, or None if one of them has no price."""
    prices = [context.price(sku_id) for sku_id in sku_ids]
    known = [price for price in prices if price is not None]
    return add_up(known) if len(known) == len(prices) else None
