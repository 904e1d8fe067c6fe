"""`POST /users/{id}/assignLicense`, with the refusals of Graph.

Everything is checked before anything is changed, as Graph does it: one call takes and gives at once.
"""

from typing import Any

from licenseiq_demo import licensing
from licenseiq_demo.catalogue import by_id
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_demo.wire import Answer, Asked, GraphError, entity

INHERITED = "User license is inherited from a group membership and it cannot be removed directly from the user."
_EXCLUSIVE = ("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_STANDARD", "EXCHANGE_S_DESKLESS")
_NEEDS = {"MCOEV": ("MCOSTANDARD", "TEAMS1")}
"""A plan, and the plans one of which has to be there with it."""


def refused(message: str) -> GraphError:
    """A business rule says no: always this code, only the message differs."""
    return GraphError(400, "Request_BadRequest", message)


def _removable(tenant: DemoTenant, someone: Person, sku_ids: list[str]) -> None:
    for sku_id in sku_ids:
        if sku_id not in tenant.lines:
            raise refused(f"License {sku_id} does not correspond to a valid company License.")
        ways = [item["assignedByGroup"] for item in someone.states if item["skuId"] == sku_id]
        if not ways:
            raise refused("User does not have a corresponding license.")
        if None not in ways:
            raise refused(INHERITED)


def _addable(tenant: DemoTenant, someone: Person, wanted: list[tuple[str, list[str]]]) -> None:
    held = licensing.held(someone)
    for sku_id, off in wanted:
        if sku_id not in tenant.lines:
            raise refused(f"License {sku_id} does not correspond to a valid company License.")
        if not someone.fields["usageLocation"]:
            raise refused("License assignment cannot be done for user with invalid usage location.")
        unknown = set(off) - {plan.plan_id for plan in by_id()[sku_id].plans}
        if unknown:
            raise refused(f"Service plan {sorted(unknown)[0]} does not belong to license {sku_id}.")
        if sku_id not in held and not licensing.has_seat(sku_id, tenant.lines, tenant.consumed):
            raise refused(f"Subscription with SKU {sku_id} does not have any available licenses.")


def _plan_names(rows: list[dict[str, Any]]) -> set[str]:
    names: set[str] = set()
    for item in rows:
        if item["state"] in licensing.HOLDS:
            names |= {p.name for p in by_id()[item["skuId"]].plans if p.plan_id not in item["disabledPlans"]}
    return names


def _fits_together(before: set[str], after: set[str]) -> None:
    """Refuses a conflict or a gap that this call would make, not one that was there already."""
    kinds = [name for name in _EXCLUSIVE if name in after]
    if len(kinds) > 1 and not set(kinds) <= before:
        raise refused(f"License assignment failed because service plans {kinds[0]}, {kinds[1]} are mutually exclusive.")
    for plan, bases in _NEEDS.items():
        was_whole = plan not in before or before.intersection(bases)
        if plan in after and not after.intersection(bases) and was_whole:
            raise refused(
                f"License assignment failed because service plan {plan} depends on the service plan(s) "
                f"{', '.join(bases)}"
            )


def _body(request: Asked) -> tuple[list[tuple[str, list[str]]], list[str]]:
    body = request.json()
    add, remove = body.get("addLicenses"), body.get("removeLicenses")
    if not isinstance(add, list) or not isinstance(remove, list):
        missing = "removeLicenses" if isinstance(add, list) else "addLicenses"
        raise refused(f"One or more parameters of the operation 'assignLicense' are missing: {missing}.")
    wanted = [(str(item.get("skuId", "")).lower(), list(item.get("disabledPlans") or [])) for item in add]
    return wanted, [str(item).lower() for item in remove]


def assign_license(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """Takes and gives direct licences; the answer is the user, shortened."""
    someone, tenant = person(state, keys), state.tenant
    wanted, unwanted = _body(request)
    if {sku_id for sku_id, _ in wanted} & set(unwanted):
        raise refused("The same license cannot be both added and removed.")
    _removable(tenant, someone, unwanted)
    _addable(tenant, someone, wanted)
    replaced = {*unwanted, *(sku_id for sku_id, _ in wanted)}
    rows = [item for item in someone.states if item["assignedByGroup"] or item["skuId"] not in replaced]
    rows += [licensing.row(sku_id, None, state.stamp(), off=tuple(off)) for sku_id, off in wanted]
    _fits_together(_plan_names(someone.states), _plan_names(rows))
    tenant.before_write(someone)
    someone.fields["licenseAssignmentStates"] = rows
    licensing.refresh(someone, tenant.consumed)
    names = (*DEFAULTS, "accountEnabled", "assignedLicenses")
    return entity(request, "users/$entity", view(names, someone.fields))
