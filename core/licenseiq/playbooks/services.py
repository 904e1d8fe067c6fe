"""Which service plans a person has, and would have after a change of licences."""

from collections.abc import Iterable

from licenseiq.accounts import MAILBOX_PLANS
from licenseiq.context import Context
from licenseiq.people import SEATED, Person

# Exchange plans from the weakest: a step down can lose archive, hold and size.
_MAILBOX_RANK = {
    "4a82b400-a79f-41a4-b4e2-e94f5787b113": 1,
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": 2,
    "efb87545-963c-4e0d-99df-69c6916d9eb0": 3,
}


def plans_of(sku_id: str, context: Context) -> frozenset[str] | None:
    """The service plan ids of a SKU: the tenant's own list first, then the catalogue's; None where neither has one."""
    line = context.lines.get(sku_id)
    return (line.service_plans if line else None) or context.catalogue.plans.get(sku_id) or None


def enabled(person: Person, context: Context, without_direct: Iterable[str] = ()) -> frozenset[str] | None:
    """The service plans that are switched on, by every path; None where those of a SKU are not known.

    `without_direct` are SKUs whose direct assignment is not looked at.
    """
    found: set[str] = set()
    gone = frozenset(without_direct)
    for one in person.assignments:
        if one.state not in SEATED or (one.is_direct and one.sku_id in gone):
            continue
        plans = plans_of(one.sku_id, context)
        if plans is None:
            return None
        found |= plans - set(one.disabled_plans)
    return frozenset(found)


def keeps_data(before: frozenset[str] | None, after: frozenset[str] | None, context: Context) -> bool:
    """Whether a mailbox at least as good and OneDrive remain, as far as they were there; False where unknown."""
    if before is None or after is None:
        return False
    drive = context.catalogue.capabilities.get("onedrive")
    if drive is None:
        return False
    return _mailbox(after) >= _mailbox(before) and bool(after & drive.service_plan_ids) >= bool(
        before & drive.service_plan_ids
    )


def _mailbox(plans: frozenset[str]) -> int:
    return max((_MAILBOX_RANK[plan] for plan in plans & MAILBOX_PLANS), default=0)


def named(plans: Iterable[str], context: Context) -> tuple[list[str], int]:
    """What the plans are called, and how many have no name: capabilities first, then plans that are none of these."""
    catalogue, wanted = context.catalogue, set(plans)
    capabilities = {c.name: c.service_plan_ids & wanted for c in catalogue.capabilities.values()}
    others = wanted.difference(*capabilities.values())
    names = sorted(name for name, ids in capabilities.items() if ids)
    names += sorted({catalogue.plan_names[plan] for plan in others if plan in catalogue.plan_names})
    return names, sum(plan not in catalogue.plan_names for plan in others)
