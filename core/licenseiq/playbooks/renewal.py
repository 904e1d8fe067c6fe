"""When a change may wait for: the next renewal of the purchases behind a SKU."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from licenseiq.context import Context
from licenseiq.errors import BadRequest


def next_date(sku_ids: Sequence[str], context: Context, now: datetime) -> datetime:
    """The day from which all of these SKUs have passed a renewal, or a lifecycle date, of a purchase of theirs.

    The customer's own renewal dates come first. Graph's next lifecycle date promises no renewal. Raises BadRequest
    where neither is known.
    """
    return max(_one(sku_id, context, now) for sku_id in sku_ids)


def own_date(sku_id: str, context: Context, now: datetime) -> datetime | None:
    """The next renewal by the customer's own prices, at the start of that day in UTC."""
    days = [row.renewal for row in context.own_rows(sku_id) if row.renewal is not None]
    dates = [datetime.combine(day, time(), UTC) for day in days]
    return min((date for date in dates if date > now), default=None)


def _one(sku_id: str, context: Context, now: datetime) -> datetime:
    own = own_date(sku_id, context, now)
    if own is not None:
        return own
    dates = [
        s.next_lifecycle
        for s in context.purchases(sku_id)
        if not s.is_trial and s.next_lifecycle is not None and s.next_lifecycle > now
    ]
    if not dates:
        raise BadRequest(
            f"The next renewal of {context.sku(sku_id).name} is not known.",
            "Propose it for now, or import the renewal date with 'licenseiq prices import FILE' and propose it then.",
        )
    return min(dates)
