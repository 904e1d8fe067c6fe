"""What ought to be said of seats and of purchases."""

from collections.abc import Iterator
from datetime import date

from bench.truth.expected import Expected, Level, Prices
from bench.truth.people import FREE
from licenseiq_demo.tenant import DemoTenant

NOTICE_DAYS = 90
KEPT_OF_EACH_HUNDRED = 2
"""Seats that stay free for joiners, at least one: the buffer that the policy has where nobody sets one."""


def of_seats(tenant: DemoTenant, prices: Prices) -> Iterator[Expected]:
    """Bought and not given out; given out and not bought, or running on after the end."""
    for sku_id, line in tenant.lines.items():
        if line.sku.part in FREE:
            continue
        spare = line.enabled - tenant.consumed[sku_id]
        waste = spare - max(1, -(-line.enabled * KEPT_OF_EACH_HUNDRED // 100))
        if waste > 0:
            money = {sku_id: waste * prices[sku_id]} if sku_id in prices else {}
            yield Expected("unassigned_seats", sku_id, Level.COUNTS, money)
        if spare < 0 or line.warning or line.suspended:
            yield Expected("over_assigned", sku_id, Level.EITHER)


def of_subscriptions(tenant: DemoTenant) -> Iterator[Expected]:
    """Dates and purchases at which money is decided."""
    for row in tenant.subscriptions:
        ends = row["nextLifecycleDateTime"]
        left = (date.fromisoformat(ends[:10]) - tenant.today).days if ends else None
        if row["ownerType"] == "User":
            yield Expected("self_service_purchase", row["id"], Level.EITHER)
        if row["isTrial"]:
            yield Expected("trial_expiring", row["id"], Level.EITHER)
        elif row["skuPartNumber"] not in FREE and left is not None and left <= NOTICE_DAYS:
            is_on = row["status"] == "Enabled"
            if row["status"] != "Suspended":
                yield Expected("renewal_due", row["id"], Level.EITHER, required=is_on)
