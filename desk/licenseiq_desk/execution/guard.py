"""What stands between an approved plan and a person: limits, protected accounts, the stop file. Fails closed."""

from licenseiq.errors import NotReadable
from licenseiq.policy import Policy
from licenseiq.ports import Protection, TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan

_LISTED = "The account is on the list of protected accounts."


async def why_not(writer: TenantWriter, plan: Plan, policy: Policy, user_id: str, opening: Opening) -> str | None:
    """Why this person may not be touched now, by a fresh reading; None when he may. Raises EffectWaits."""
    if len(plan.subjects) > policy.people_per_plan:
        return f"The plan is about {len(plan.subjects)} people; the policy allows {policy.people_per_plan}."
    if is_listed(policy, user_id, opening):
        return _LISTED
    try:
        found = await writer.protection(user_id)
    except NotReadable as error:
        wanted = f": the desk lacks {error.permission}" if error.permission else ""
        return f"What protects the account could not be read{wanted}."
    return None if found.allows else _words(found)


def is_listed(policy: Policy, user_id: str, opening: Opening) -> bool:
    """Whether the policy protects the account by its id, or by its principal name when the plan was made. The writer
    compares the name of now: an account that was renamed in between is protected under both."""
    called = opening.values.get("user_principal_name")
    return policy.names(policy.protected_user_ids, user_id, called if isinstance(called, str) else None)


def _words(found: Protection) -> str:
    if not found.readable:
        return "What protects the account could not be read."
    if found.listed:
        return _LISTED
    count = len(found.roles)
    return f"The account holds {count} directory role{'' if count == 1 else 's'}."
