"""The one place where a mode of privacy takes effect: the ports that tools ask, seen through it.

Tools get people whose names are gone already, so that no tool can forget to leave them out.
"""

from licenseiq.ports import Proposals, Tenant
from licenseiq.privacy import SMALLEST_GROUP, Privacy, Pseudonyms
from licenseiq_tools import aggregate, pseudonymous
from licenseiq_tools.aggregate import AggregateProposals, AggregateTenant
from licenseiq_tools.pseudonymous import PseudonymousProposals, PseudonymousTenant

NOTES: dict[Privacy, tuple[str, ...]] = {
    Privacy.NAMES: (),
    Privacy.PSEUDONYMS: (pseudonymous.NOTE,),
    Privacy.AGGREGATE: (aggregate.NOTE,),
}

# What a client is told once, at its start.
INSTRUCTIONS: dict[Privacy, str] = {
    Privacy.NAMES: "",
    Privacy.PSEUDONYMS: (
        "LICENSEIQ_PRIVACY is pseudonyms: people are called person-…; use that wherever a tool takes a person. "
        "Names, offices and job titles are left out on purpose."
    ),
    Privacy.AGGREGATE: (
        f"LICENSEIQ_PRIVACY is aggregate: answers hold totals and groups of {SMALLEST_GROUP} people or more, and never "
        "one person. Do not try to single people out."
    ),
}


def seen_through(
    privacy: Privacy, tenant: Tenant, proposals: Proposals, pseudonyms: Pseudonyms
) -> tuple[Tenant, Proposals]:
    """The two ports as tools may see them."""
    if privacy is Privacy.PSEUDONYMS:
        seen = PseudonymousTenant(tenant, pseudonyms)
        return seen, PseudonymousProposals(proposals, seen)
    if privacy is Privacy.AGGREGATE:
        totals = AggregateTenant(tenant, pseudonyms)
        return totals, AggregateProposals(proposals, totals, tenant)
    return tenant, proposals
