"""The same SKU directly and by a group.

Both together take one seat, so to remove the direct one frees none and saves nothing; but who then leaves the group
keeps the licence (Entra: "What is group-based licensing"). A fault to mend without money, so a false alarm costs
little. It must not claim a licence that comes from several groups, nor a path that is in error.
"""

from licenseiq.activity import Activity
from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.people import SEATED, Person
from licenseiq.readings import Source

KIND = "duplicate_assignment"


def duplicate_assignment(person: Person, context: Context, activity: Activity) -> Finding | None:
    """The finding on all SKUs that the person holds in both ways; it claims no seat."""
    if len(person.assignments) < 2 or all(a.group_id is None for a in person.assignments):
        return None
    direct = {a.sku_id for a in person.assignments if a.group_id is None and a.state in SEATED}
    grouped = [a for a in person.assignments if a.group_id is not None and a.state in SEATED and a.sku_id in direct]
    if not grouped:
        return None
    twice = {a.sku_id for a in grouped}
    held = tuple(sku_id for sku_id in context.claimable_seats(person) if sku_id in twice)
    if not held:
        return None
    return Finding(
        kind=KIND,
        user_id=person.user_id,
        sku_ids=held,
        seats=0,
        confidence=Confidence.CERTAIN,
        reason="The same product is held directly and by a group: one seat, which stays when the group is left.",
        evidence=(
            Evidence("twice", len(held), Source.USERS),
            Evidence("groups", len({a.group_id for a in grouped if a.sku_id in held}), Source.USERS),
        ),
        claims_seats=False,
    )
