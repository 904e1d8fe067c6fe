"""What completes an argument of a prompt: people and departments of the newest evaluation.

A tenant that hides names completes pseudonyms, or nobody: it is asked through the same port as the tools ask.
"""

from licenseiq.errors import LicenseIQError
from licenseiq.ports import HolderQuery, Tenant
from licenseiq.text import clean
from licenseiq.waste import GroupBy
from licenseiq_prompts.prompt import Completes

# The protocol allows no more in one answer.
MOST = 100


async def suggestions(tenant: Tenant, what: Completes, begun: str) -> tuple[str, ...]:
    """Values that begin with what was typed, at most 100, in order; nothing where they cannot be known."""
    if what is Completes.NOTHING:
        return ()
    try:
        head = await tenant.evaluation(_quietly)
        if what is Completes.PEOPLE:
            found = await tenant.principal_names(head.evaluation_id, begun.strip(), MOST)
        else:
            query = HolderQuery(inactive_days=30, everybody=True)
            groups = await tenant.holder_groups(head.evaluation_id, query, GroupBy.DEPARTMENT)
            found = tuple(group.key for group in groups if group.key is not None and not group.merged)
    except LicenseIQError:
        return ()
    # A value that is not as it would be shown is no suggestion: it could not be typed, or it would say something else.
    fitting = {one for one in found if clean(one).text == one and _begins(one, begun, what)}
    return tuple(sorted(fitting, key=str.casefold)[:MOST])


def _begins(value: str, begun: str, what: Completes) -> bool:
    """People are found by their display name too, which the tenant has compared already."""
    return what is Completes.PEOPLE or value.casefold().startswith(begun.strip().casefold())


async def _quietly(_: str) -> None:
    """Nobody waits for progress here."""
