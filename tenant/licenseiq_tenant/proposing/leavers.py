"""Who leaves and who takes over, from the names of a request."""

from collections.abc import Mapping, Sequence

from licenseiq.errors import NotFound
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.playbooks.offboarding.choices import SetBy, Successor
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.ports import Tenant
from licenseiq_tenant.proposing.changes import people


async def leavers(
    tenant: Tenant, evaluation_id: str, request: OffboardingRequest
) -> list[tuple[Person, Successor | None]]:
    """Everybody who is named, each with the successor of the request, else with the manager in the directory where
    there is one who can take over. Raises BadRequest for somebody who is named twice, and what the port raises."""
    chosen = await people(tenant, evaluation_id, request.users)
    named = None
    if request.successor is not None:
        named = Successor(await tenant.person(evaluation_id, request.successor), SetBy.REQUEST)
    leaving = {person.user_id for person in chosen}
    return [(person, named or await _manager(tenant, evaluation_id, person, leaving)) for person in chosen]


async def groups_of_people(tenant: Tenant, evaluation_id: str, chosen: Sequence[Person]) -> Mapping[str, LicenceGroup]:
    """The groups that give them licences, as far as they are known."""
    found = sorted({a.group_id for person in chosen for a in person.assignments if a.group_id is not None})
    return await tenant.licence_groups(evaluation_id, tuple(found)) if found else {}


async def _manager(tenant: Tenant, evaluation_id: str, person: Person, leaving: set[str]) -> Successor | None:
    """The manager, unless that one leaves too, is blocked, or is in the directory no more."""
    if person.manager_id is None or person.manager_id in leaving:
        return None
    try:
        found = await tenant.person(evaluation_id, person.manager_id)
    except NotFound:
        return None
    return Successor(found, SetBy.MANAGER) if found.account_enabled else None
