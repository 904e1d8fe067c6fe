"""What is told beside a proposal of licence changes: the findings behind it, and where the seats come from."""

from collections.abc import Iterable, Mapping

from licenseiq.context import Context
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.seat_sources import SeatSource, price_words, sources_of
from licenseiq.ports import Because, SeatsNeeded
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.stored import ProposalRecord

_MOST_FINDINGS = 3


def because_of(record: ProposalRecord, changes: Iterable[Change]) -> tuple[Because, ...]:
    """The findings of each person in the order of the plan. A proposal that was found again can name people by other
    references than a new one would."""
    findings = {change.person.user_id: change.because for change in changes}
    people = [(subject.reference, record.names.get(subject.reference)) for subject in record.plan.subjects]
    return tuple(
        Because(reference, one.kind, one.confidence.value, one.reason)
        for reference, known in people
        for one in findings.get(known[0] if known else "", ())
    )


def seats_needed(plan: Plan, claims: Mapping[str, tuple[str, ...]], context: Context) -> tuple[SeatsNeeded, ...]:
    """By SKU, those without enough seats first. Nothing of it is in the plan but for the numbers."""
    found = []
    for sku_id, sources in sources_of(plan).items():
        claimed = claims.get(sku_id, ())
        found.append(
            SeatsNeeded(
                context.sku(sku_id),
                free=sources.get(SeatSource.FREE, 0),
                freed_here=sources.get(SeatSource.FREED_HERE, 0),
                after_hand_off=sources.get(SeatSource.AFTER_HAND_OFF, 0),
                missing=sources.get(SeatSource.MISSING, 0),
                unknown=sources.get(SeatSource.UNKNOWN, 0),
                findings=claimed[:_MOST_FINDINGS],
                claimed=len(claimed),
                price=price_words(sku_id, context),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.missing, one.sku.sku_id)))
