"""What stands between an approved plan and a person: limits, protected accounts, the stop file. Fails closed."""

from licenseiq.errors import NotFound, NotReadable
from licenseiq.policy import Policy
from licenseiq.ports import Protection, TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import Outcome
from licenseiq_desk.execution.step_taker import Ended
from licenseiq_desk.people import is_principal

_LISTED = "The account is on the list of protected accounts."


async def why_not(writer: TenantWriter, plan: Plan, policy: Policy, user_id: str, opening: Opening) -> Ended | None:
    """What becomes of this person's steps who may not be touched now, by a fresh reading: skipped by policy, or blocked
    where that could not be read. None when they may. Raises EffectWaits."""
    if len(plan.subjects) > policy.people_per_plan:
        words = f"The plan is about {len(plan.subjects)} people; the policy allows {policy.people_per_plan}."
        return Ended(Outcome.SKIPPED, words)
    if is_listed(policy, user_id, opening):
        return Ended(Outcome.SKIPPED, _LISTED)
    try:
        found = await protection_of(writer, user_id)
    except NotReadable as error:
        return Ended(Outcome.BLOCKED, _words(Protection(readable=False, lacks=error.permission or "")))
    if found.allows:
        return None
    return Ended(Outcome.SKIPPED if found.readable else Outcome.BLOCKED, _words(found))


async def protection_of(writer: TenantWriter, who: str) -> Protection:
    """What protects an account, by its id or by the name that it will have: one that is not there has no roles."""
    if not is_principal(who):
        try:
            return await writer.protection(who)
        except NotFound:  # deleted: what it was is the plan's to know, and a step that needs the account drifts
            return Protection(readable=True)
    try:
        account_id = (await writer.account(who)).user_id
    except NotFound:
        return Protection(readable=True)
    return Protection(readable=False) if account_id is None else await writer.protection(account_id)


def is_listed(policy: Policy, user_id: str, opening: Opening) -> bool:
    """Whether the policy protects the account by its id, or by its principal name when the plan was made. The writer
    compares the name of now: an account that was renamed in between is protected under both."""
    called = opening.values.get("user_principal_name")
    return policy.names(policy.protected_user_ids, user_id, called if isinstance(called, str) else None)


def _words(found: Protection) -> str:
    if not found.readable:
        wanted = f": the desk lacks {found.lacks}" if found.lacks else ""
        return f"What protects the account could not be read{wanted}."
    if found.listed:
        return _LISTED
    count = len(found.roles)
    return f"The account holds {count} directory role{'' if count == 1 else 's'}."
