"""More seats of a SKU are taken than were bought, or seats are past their end.

Warning units are past their end and still usable; suspended ones are not (resource `licenseUnitsDetail`). Who takes a
seat that is not paid for loses it, or it has to be bought: a date and a decision, and no seat to take back, so no
money. A false alarm costs a look. It must not claim free SKUs and trials.
"""

from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.readings import Source
from licenseiq.seats import SeatLine

KIND = "over_assigned"


def over_assigned(line: SeatLine, context: Context) -> Finding | None:
    """The finding: CERTAIN for seats taken beyond those bought, LIKELY for seats past their end that nobody lacks;
    None where Graph does not say how many there are."""
    if line.enabled is None or line.consumed is None:
        return None
    beyond = line.consumed - line.enabled
    ended = (line.warning or 0) + (line.suspended or 0)
    if (beyond <= 0 and ended <= 0) or not line.assignable:
        return None
    if line.sku_id in context.policy.excluded_skus or not context.is_paid(line.sku_id):
        return None
    confidence = Confidence.CERTAIN
    if beyond > 0 and line.warning is None:
        confidence, reason = (
            Confidence.UNKNOWN,
            "More seats are taken than bought; whether more are in their last days is not told.",
        )
    elif beyond > (line.warning or 0):
        reason = "More seats are taken than were bought."
    elif beyond > 0:
        reason = "More seats are taken than were bought: the others are past their end, and stop working soon."
    elif line.warning:
        confidence, reason = Confidence.LIKELY, "Seats are past their end and still there; the others are enough."
    else:
        confidence, reason = Confidence.LIKELY, "Seats are suspended and cannot be used; the others are enough."
    return Finding(
        kind=KIND,
        user_id=None,
        sku_ids=(line.sku_id,),
        seats=max(beyond, 0) or ended,
        confidence=confidence,
        reason=reason,
        evidence=(
            Evidence("enabled", line.enabled, Source.SKUS),
            Evidence("consumed", line.consumed, Source.SKUS),
            Evidence("warning", line.warning, Source.SKUS),
            Evidence("suspended", line.suspended, Source.SKUS),
        ),
        claims_seats=False,
    )
