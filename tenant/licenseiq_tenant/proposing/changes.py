"""From a request to change licences, in names, to the changes it means: people, SKU ids, claims of findings."""

from collections.abc import Mapping

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.evaluate import claim_seats, findings_of
from licenseiq.findings import SEAT_KINDS, Claim
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Action, Change, ChangeRequest
from licenseiq.playbooks.group_paths import group_ids
from licenseiq.ports import LicenceGroup, Tenant
from licenseiq.waste import WasteQuery
from licenseiq.words import count


async def understood(tenant: Tenant, evaluation_id: str, context: Context, request: ChangeRequest) -> list[Change]:
    """The changes that a checked request means, a person each.

    Raises BadRequest for a person named twice, a finding that does not hold any more or is for review, and a filter
    that matches another number than expected; and what the tenant's port raises.
    """
    sku_id = await tenant.sku_id(evaluation_id, request.sku) if request.sku else None
    to_sku = await tenant.sku_id(evaluation_id, request.to_sku) if request.to_sku else None
    chosen: list[tuple[Person, tuple[str, ...]]]
    if request.users:
        chosen = [(person, ()) for person in await people(tenant, evaluation_id, request.users)]
    else:
        chosen = await _claimed(tenant, evaluation_id, context, request, sku_id)
    if request.action is Action.RECLAIM:
        return [Change(person, remove=skus) for person, skus in chosen]
    given = to_sku if request.action is Action.SWAP else sku_id if request.action is Action.ADD else None
    taken = () if request.action is Action.ADD or sku_id is None else (sku_id,)
    return [Change(person, given, taken) for person, _ in chosen]


async def people(tenant: Tenant, evaluation_id: str, users: tuple[str, ...]) -> list[Person]:
    """Everybody who is named, in that order. Raises BadRequest for somebody who is named twice."""
    found: dict[str, Person] = {}
    for who in users:
        person = await tenant.person(evaluation_id, who)
        if person.user_id in found:
            raise BadRequest("A person is named twice.", "Name each person once, by principal name or id.")
        found[person.user_id] = person
    return list(found.values())


async def groups_of(tenant: Tenant, evaluation_id: str, changes: list[Change]) -> Mapping[str, LicenceGroup]:
    """The groups that give any of what is to go, as far as they are known."""
    found = sorted({group_id for change in changes for group_id in group_ids(change.person, change.remove)})
    return await tenant.licence_groups(evaluation_id, tuple(found)) if found else {}


async def _claimed(
    tenant: Tenant, evaluation_id: str, context: Context, request: ChangeRequest, sku_id: str | None
) -> list[tuple[Person, tuple[str, ...]]]:
    """The people whom the findings are about, each with the SKUs that these findings claim."""
    named = request.findings or await _matching(tenant, evaluation_id, context, request, sku_id)
    by_person: dict[str, tuple[Person, set[str]]] = {}
    for place, finding_id in enumerate(named, start=1):
        kind, _, user_id = finding_id.partition(":")
        if kind in SEAT_KINDS or not user_id:
            raise BadRequest(
                f"Finding number {place} is about no person.",
                "Seats that nobody holds are not taken back from anybody: the quantity is reduced at renewal.",
            )
        person = await tenant.person(evaluation_id, user_id)
        skus = _claims(person, context, finding_id, place)
        if sku_id is not None and request.action is Action.RECLAIM:
            skus &= {sku_id}
        by_person.setdefault(person.user_id, (person, set()))[1].update(skus)
    return [(person, tuple(sorted(skus))) for person, skus in by_person.values()]


def _claims(person: Person, context: Context, finding_id: str, place: int) -> set[str]:
    """The SKUs that a finding claims before any other does. It has to hold in this evaluation, and to count."""
    mine = list(findings_of(person, context))
    finding = next((one for one in mine if one.finding_id == finding_id), None)
    if finding is None:
        raise BadRequest(
            f"Finding number {place} does not hold by the newest data.", "Call list_waste for those of now."
        )
    if not finding.confidence.counts:
        raise BadRequest(
            f"Finding number {place} is for review: it is not known whether the seat is needed.",
            "When a person has decided, use remove with users and sku.",
        )
    claims: list[Claim] = []
    claim_seats(mine, context, claims)
    skus = {claim.sku_id for claim in claims if claim.finding_id == finding_id}
    if not skus:
        raise BadRequest(
            f"Finding number {place} claims no seat of its own: another finding of that person counts it.",
            "Name that one; list_waste shows it.",
        )
    return skus


async def _matching(
    tenant: Tenant, evaluation_id: str, context: Context, request: ChangeRequest, sku_id: str | None
) -> tuple[str, ...]:
    """Ids of the findings that a filter matches and that count, if they are as many as expected."""
    most = context.policy.people_per_plan
    query = WasteQuery(request.kind, sku_id, request.department, limit=most + 1)
    page = await tenant.waste(evaluation_id, query)
    counting = [row.finding.finding_id for row in page.rows if row.finding.confidence.counts]
    if len(counting) > most:
        raise BadRequest(
            f"{count(page.total, 'finding')} match, and a plan may touch at most {most} people.",
            "Narrow the filter by sku or department, or name findings.",
        )
    if len(counting) != request.expected_count:
        review = page.total - len(counting)
        others = f" (besides {review} for review, which are left out)" if review else ""
        raise BadRequest(
            f"{count(len(counting), 'finding')} match, not {request.expected_count}{others}. Nothing was stored.",
            "Look at list_waste with the same filter, then propose again with the number that you mean.",
        )
    if not counting:
        raise BadRequest("No finding matches: there is nothing to propose.", "Look at list_waste.")
    return tuple(counting)
