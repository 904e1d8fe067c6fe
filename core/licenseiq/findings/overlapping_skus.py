"""A seat whose every service the person has from another seat too.

Nobody loses a service when it goes, so a false alarm costs little; but a licence can be meant for a capacity, and what
plan supersedes what is from names. So it is certain only where each service is in the other by its id and by the
tenant's own lists, else likely. Pairs of which only a person can say so are to review.
"""

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.at_work import may_be_judged
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.people import Person
from licenseiq.right_size.covering import Covered, covered

KIND = "overlapping_skus"


def overlapping_skus(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding on all seats that others cover for sure; where there is none, on those to review."""
    held = context.paid_seats(person)
    if len(held) < 2 or not may_be_judged(person, context):
        return None
    there = covered(person, context)
    if not there:
        return None
    claimable = context.claimable_seats(person)
    found = [one for one in there if one.sku_id in claimable]
    sure = [one for one in found if not one.for_review]
    chosen = sure or found
    if not chosen:
        return None
    by = sorted({context.sku(sku_id).name for one in chosen for sku_id in one.by})
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=tuple(one.sku_id for one in chosen),
        seats=len(chosen),
        confidence=_confidence(chosen),
        reason=_reason(chosen),
        evidence=(
            Evidence("names", ", ".join(context.sku(one.sku_id).name for one in chosen)),
            Evidence("covered_by", ", ".join(by)),
            Evidence("others_to_review", len(found) - len(chosen)),
        ),
    )


def _confidence(chosen: list[Covered]) -> Confidence:
    if any(one.for_review for one in chosen):
        return Confidence.UNKNOWN
    return Confidence.CERTAIN if all(one.is_exact for one in chosen) else Confidence.LIKELY


def _reason(chosen: list[Covered]) -> str:
    if any(one.for_review for one in chosen):
        return "Other seats seem to give all that is needed of it; a person has to say whether they do."
    if all(one.is_exact for one in chosen):
        return "Every service of it that is switched on is also in another seat that the person holds."
    return (
        "Every service of it that is switched on is in another seat that the person holds, or in a higher plan there."
    )
