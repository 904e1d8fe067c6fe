"""Seats that were bought, that nobody holds, and that are more than the buffer for joiners.

Nobody loses anything when such a seat goes, so a false alarm costs little; a miss costs the price of a seat every
month. Where Graph does not say how many were bought or taken, nothing is claimed (resource `subscribedSku`).
"""

from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.readings import Source
from licenseiq.seats import SeatLine

KIND = "unassigned_seats"


def unassigned_seats(line: SeatLine, context: Context) -> Finding | None:
    """The finding for one SKU: enabled − consumed − buffer, if that is more than nothing."""
    free = line.free()
    if free is None or line.enabled is None or free <= 0 or line.sku_id in context.policy.excluded_skus:
        return None
    if not line.assignable or not context.is_paid(line.sku_id) or context.is_unlimited(line):
        return None
    buffer = context.policy.buffer(line.enabled, line.sku_id)
    if free <= buffer:
        return None
    return Finding(
        kind=KIND,
        user_id=None,
        sku_ids=(line.sku_id,),
        seats=free - buffer,
        confidence=Confidence.CERTAIN,
        reason="These seats were bought, and nobody holds them; the buffer for joiners is left out.",
        evidence=(
            Evidence("enabled", line.enabled, Source.SKUS),
            Evidence("consumed", line.consumed, Source.SKUS),
            Evidence("free", free, Source.SKUS),
            Evidence("kept_for_joiners", buffer),
        ),
    )
