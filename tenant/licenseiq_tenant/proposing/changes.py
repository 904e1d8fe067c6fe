"""From a request to change licences, in names, to the changes it means: people, SKU ids, claims of findings."""

from collections.abc import Iterable, Mapping

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.findings import IMPERSONAL_KINDS
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.playbooks.change_checks import with_bases
from licenseiq.playbooks.change_request import Action, Change, ChangeRequest, FindingFilter
from licenseiq.playbooks.finding_actions import change_of, is_proposable, merged
from licenseiq.playbooks.group_paths import group_ids, inherited
from licenseiq.playbooks.prerequisites import AddOn
from licenseiq.playbooks.seat_sources import free_seats
from licenseiq.ports import Tenant
from licenseiq.proposals.plan import Plan
from licenseiq.waste import Waste, WasteQuery
from licenseiq.words import count

# Findings of a filter that are looked at; more are refused by their number alone.
_MOST_ROWS = 1_000
# Of how many of them it is looked up whether a group gives the seat.
_LOOKED_AT = 10


async def understood(
    tenant: Tenant, evaluation_id: str, context: Context, request: ChangeRequest, add_ons: tuple[AddOn, ...]
) -> list[Change]:
    """The changes that a checked request means, a person each.

    Raises BadRequest for a person named twice, a finding that does not hold any more or is for review, and a filter
    that matches another number than expected or too many; and what the tenant's port raises.
    """
    sku_id = await tenant.sku_id(evaluation_id, request.sku) if request.sku else None
    to_sku = await tenant.sku_id(evaluation_id, request.to_sku) if request.to_sku else None
    found = await _of_findings(tenant, evaluation_id, context, request, to_sku, add_ons)
    for person in await people(tenant, evaluation_id, request.users):
        asked = _asked(person, request.action, sku_id or "", to_sku)
        found.append(with_bases(asked, context, add_ons) if request.action is Action.ADD else asked)
    return merged(found)


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
    """All groups that give licences, as far as they are known, where any of what is to go comes from one."""
    by_group = any(group_ids(change.person, change.leaving) for change in changes)
    return await tenant.licence_groups(evaluation_id) if by_group else {}


def named_in(plan: Plan, groups: Mapping[str, LicenceGroup]) -> tuple[LicenceGroup, ...]:
    """Those of the groups that steps and hand-offs name."""
    steps = {str(step.arguments.get("group_id")) for step in plan.steps}
    words = " ".join(one.instructions for one in plan.hand_offs)
    return tuple(groups[one] for one in sorted(groups) if one in steps or one in words)


async def claims_on(
    tenant: Tenant, evaluation_id: str, context: Context, changes: list[Change]
) -> dict[str, tuple[str, ...]]:
    """For each added SKU with too few free seats: the findings that would free one, of people whom no change is about;
    of the dearest, those that free it without a hand-off first."""
    found: dict[str, tuple[str, ...]] = {}
    touched = {change.person.user_id for change in changes}
    for sku_id in sorted({sku_id for change in changes for sku_id in change.coming}):
        free = free_seats(sku_id, context)
        if free is None or free >= sum(sku_id in change.coming for change in changes):
            continue
        page = await tenant.waste(evaluation_id, WasteQuery(None, sku_id, None, limit=_MOST_ROWS))
        fitting = [row.finding for row in page.rows if is_proposable(row.finding, FindingFilter())]
        others = [one for one in fitting if one.user_id not in touched]
        first = others[:_LOOKED_AT]
        by_hand = {one.finding_id: await _by_group(tenant, evaluation_id, one.user_id or "", sku_id) for one in first}
        first.sort(key=lambda one: by_hand[one.finding_id])
        found[sku_id] = tuple(one.finding_id for one in (*first, *others[_LOOKED_AT:]))
    return found


async def _by_group(tenant: Tenant, evaluation_id: str, user_id: str, sku_id: str) -> bool:
    """Whether a group gives the seat, so that somebody has to take the person out of it."""
    return sku_id in inherited(await tenant.person(evaluation_id, user_id))


def _asked(person: Person, action: Action | None, sku_id: str, to_sku: str | None) -> Change:
    if action is Action.ADD:
        return Change(person, add=(sku_id,))
    if action is Action.SWAP:
        return Change(person, instead=(to_sku or "",), swapped=(sku_id,))
    return Change(person, remove=(sku_id,))


async def _of_findings(
    tenant: Tenant,
    evaluation_id: str,
    context: Context,
    request: ChangeRequest,
    to_sku: str | None,
    add_ons: tuple[AddOn, ...],
) -> list[Change]:
    """What the findings call for, in their order."""
    wanted = request.filter
    only = await tenant.sku_id(evaluation_id, wanted.sku) if wanted and wanted.sku else None
    named = request.findings
    if wanted is not None:
        named = await _matching(tenant, evaluation_id, context, wanted, only, request.expected_count)
    # The users of an addition get it whatever the findings say; those only free seats for it.
    action = None if request.users else request.action
    changes = []
    for place, finding_id in enumerate(named, start=1):
        kind, _, user_id = finding_id.partition(":")
        if kind in IMPERSONAL_KINDS or not user_id:
            raise BadRequest(
                f"Finding number {place} is about no person.",
                "Seats that nobody holds are not taken back from anybody: the quantity is reduced at renewal.",
            )
        person = await tenant.person(evaluation_id, user_id)
        changes.append(change_of(person, finding_id, place, context, add_ons, action=action, to_sku=to_sku, only=only))
    return changes


async def _matching(
    tenant: Tenant,
    evaluation_id: str,
    context: Context,
    wanted: FindingFilter,
    sku_id: str | None,
    expected: int | None,
) -> tuple[str, ...]:
    """Ids of the findings that a filter matches and that a proposal can act on, if they are as many as expected."""
    most = context.policy.people_per_plan
    query = WasteQuery(wanted.kind, sku_id, wanted.department, limit=_MOST_ROWS)
    page = await tenant.waste(evaluation_id, query)
    fitting = [row.finding for row in page.rows if is_proposable(row.finding, wanted)]
    # What counts comes first, so that where the last row does not count, none was missed.
    missed = page.total > len(page.rows) and page.rows[-1].finding.counts
    if len({one.user_id for one in fitting}) > most or missed:
        raise BadRequest(
            f"{'More than ' if missed else ''}{count(len(fitting), 'finding')} match, and a plan may touch at most "
            f"{most} people. Nothing was stored.",
            "Narrow the filter by kind, sku, department or confidence, or name findings in parts.",
        )
    if len(fitting) != expected:
        raise BadRequest(
            f"{count(len(fitting), 'finding')} match, not {expected}{_others(page.rows)}. Nothing was stored.",
            "Look at list_waste with the same filter, then propose again with the number that you mean.",
        )
    if not fitting:
        raise BadRequest("No finding matches: there is nothing to propose.", "Look at list_waste.")
    return tuple(one.finding_id for one in fitting)


def _others(rows: Iterable[Waste]) -> str:
    review = sum(not row.finding.confidence.counts and row.finding.exception is None for row in rows)
    left = sum(row.finding.exception is not None for row in rows)
    parts = [f"{review} for review"] if review else []
    parts += [f"{left} with an exception"] if left else []
    return f" (besides {' and '.join(parts)}, which are left out)" if parts else ""
