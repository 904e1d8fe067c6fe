"""When a change may wait for: the next date of the subscriptions behind a SKU."""

from collections.abc import Sequence
from datetime import datetime

from licenseiq.context import Context
from licenseiq.errors import BadRequest


def next_date(sku_ids: Sequence[str], context: Context, now: datetime) -> datetime:
    """The day from which all of these SKUs have passed a lifecycle date of a purchase of theirs.

    Graph calls it the next lifecycle date and promises no renewal. Raises BadRequest where it is not known.
    """
    return max(_one(sku_id, context, now) for sku_id in sku_ids)


def _one(sku_id: str, context: Context, now: datetime) -> datetime:
    line = context.lines.get(sku_id)
    mine = frozenset(line.subscription_ids if line else ())
    dates = [
        s.next_lifecycle
        for s in context.subscriptions
        if (s.sku_id == sku_id or s.subscription_id in mine)
        and not s.is_trial
        and s.next_lifecycle is not None
        and s.next_lifecycle > now
    ]
    if not dates:
        raise BadRequest(
            f"The next date of a subscription of {context.sku(sku_id).name} is not known.",
            "Propose it for now, or read the date in the admin centre and propose it then.",
        )
    return min(dates)
