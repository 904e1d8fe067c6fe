"""A step of a plan takes its seats, or is blocked where there is not one of each yet: never more than there are."""

from collections.abc import Mapping

from licenseiq.playbooks.change_money import Worth
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.seat_sources import Seats, SeatSource


def take_seats(draft: Draft, seats: Seats, worth: Worth, sources: Mapping[str, SeatSource], number: int) -> None:
    """Takes the seats where there is one of each SKU, and blocks the step where there is not yet."""
    if not {SeatSource.MISSING, SeatSource.UNKNOWN} & set(sources.values()):
        for sku_id in sources:
            seats.take(sku_id)
    for sku_id, source in sources.items():
        name = worth.context.sku(sku_id).name
        if source is SeatSource.UNKNOWN:
            draft.block("free_seats_unknown", f"Microsoft Graph does not tell the seats of {name}.", [number])
        elif source is SeatSource.AFTER_HAND_OFF:
            cure = f"A seat of {name} comes free with a hand-off: do that, then propose again."
            draft.block("waits_for_hand_off", cure, [number])
        elif source is SeatSource.MISSING:
            worth.lacks(sku_id)
            draft.block("no_free_seat", seats.cure(sku_id), [number])
