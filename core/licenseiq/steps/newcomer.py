"""Making the account of somebody who starts, or waiting for it where another system makes it.

An account of that principal name counts only if it is this person's: the same employee id, or, without one, the same
display name. A creation is never sent twice: whether it happened is read by the name. Its password is random, made as
it is sent, and kept nowhere; on the first day somebody gives the person a way in (`licenseiq.steps.first_day`).
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.policy_names import fold
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target, password
from licenseiq.steps.kind import Check, Facts, Held, Kind, Now, fact, sends_nothing

GOAL: dict[str, Json] = {"exists": True, "account_is_theirs": True}
ABSENT: dict[str, Json] = {"exists": False}
ACTIVE_DIRECTORY, PROVISIONING = "active_directory", "inbound_provisioning"
# The names of Graph's user resource that a creation may set beside those that it needs; the values are committed.
OPTIONAL = ("department", "jobTitle", "officeLocation", "usageLocation", "employeeId", "employeeType", "companyName")
_NEEDED = frozenset({"accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"})
_READ = "User.Read.All"


def named(target: Target) -> str:
    """How a path names the account: by its id where it was there when the plan was made, else by its principal name."""
    return target.user_id or target.principal.replace("%", "%25")


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`theirs`: whether the account of that name is this person's; null where there is none."""
    employee_id = target.values.get("employeeId")
    try:
        found = await ask(Ask(f"/users/{named(target)}?$select=id,employeeId,displayName"))
    except NotFound:
        return {"theirs": None}
    if employee_id:
        return {"theirs": found["employeeId"] == employee_id}
    return {"theirs": fold(str(found["displayName"])) == fold(target.text("display_name"))}


THEIRS = Reading("newcomer", "whose account it is", _READ, _read, paths=("/users/{upn}", "/users/{id}"))


def _is_theirs(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(THEIRS.name)
    return value is True and isinstance(found, Mapping) and found["theirs"] is True


async def _inbound(ask: Asking, _: Target, __: Mapping[str, Json]) -> Json:
    """How many jobs write people into this directory now."""
    answer, count = await ask(Ask("/servicePrincipals?$select=id,tags&$top=999", pages=True)), 0
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        jobs = await ask(Ask(f"/servicePrincipals/{row['id']}/synchronization/jobs", pages=True))
        for job in cast("list[Mapping[str, Json]]", jobs["value"]):
            schedule = cast("Mapping[str, Json]", job["schedule"])
            count += str(job["templateId"]).upper().endswith("2AAD") and schedule["state"] == "Active"
    return count


INBOUND = Reading(
    "inbound_jobs",
    "which jobs create accounts here",
    "Synchronization.Read.All",
    _inbound,
    paths=("/servicePrincipals", "/servicePrincipals/{id}/synchronization/jobs"),
)


async def _workflows(ask: Asking, _: Target, __: Mapping[str, Json]) -> Json:
    """How many Lifecycle Workflows for joiners are switched on."""
    answer = await ask(Ask("/identityGovernance/lifecycleWorkflows/workflows", pages=True))
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    return sum(row["category"] == "joiner" and row["isEnabled"] is True for row in rows)


WORKFLOWS = Reading(
    "joiner_workflows",
    "the Lifecycle Workflows",
    "LifecycleWorkflows.Read.All",
    _workflows,
    paths=("/identityGovernance/lifecycleWorkflows/workflows",),
)


def _left_to_others(_: Step, __: Target, account: Account, ___: Now) -> Held | None:
    """What creates accounts by itself keeps its work. Workflows that cannot be read are none: a tenant without their
    licence refuses to say."""
    jobs = fact(account, INBOUND.name)
    again = "Propose again with account 'elsewhere', or waive it with a reason."
    if jobs is None:
        words = f"Grant {INBOUND.permission}: whether a job creates accounts here could not be read. {again}"
        return Held("provisioning_unread", words, waivable=True)
    if jobs:
        return Held("inbound_provisioning", f"A provisioning job creates accounts here. {again}", waivable=True)
    if fact(account, WORKFLOWS.name):
        words = "A Lifecycle Workflow for joiners is on and may do the same: look at it, then waive it with a reason."
        return Held("joiner_workflow", words, waivable=True)
    return None


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    if account.exists is not False:
        return ()
    body: dict[str, Json] = {
        "accountEnabled": True,
        "displayName": target.text("display_name"),
        "mailNickname": target.principal.partition("@")[0],
        "userPrincipalName": target.principal,
    }
    body |= {name: target.values[name] for name in OPTIONAL if target.values.get(name)}
    return (Call("POST", "/users", body, fresh_profile="passwordProfile"),)


def _shape(body: Json) -> bool:
    if not isinstance(body, Mapping) or not _NEEDED <= body.keys() <= _NEEDED | set(OPTIONAL):
        return False
    texts = [value for name, value in body.items() if name not in ("accountEnabled", "passwordProfile")]
    return password(body["passwordProfile"]) and all(isinstance(one, str) and one for one in texts)


def _hand_over(step: Step, target: Target) -> str:
    who, why = target.principal, step.arguments.get("because")
    if why == ACTIVE_DIRECTORY:
        return f"Create {who} in Active Directory and let it sync. The rest goes on by itself once it is there."
    if why == PROVISIONING:
        return f"The provisioning from HR creates {who}. The rest goes on by itself when the account is there."
    return f"Create {who} in the Entra admin center, with the same employee id. The rest goes on by itself then."


CREATE_ACCOUNT = Kind(
    name=StepKind.CREATE_ACCOUNT,
    words="create the account",
    effect_class=EffectClass.NOT_REPEATABLE,
    permissions=("User.ReadWrite.All",),
    fits=lambda step: step.goal == GOAL and step.precondition == ABSENT,
    calls=_calls,
    shapes=(Shape("POST", "/users", _shape),),
    readings=(THEIRS,),
    clauses={"account_is_theirs": _is_theirs},
    checks=(Check("left_to_others", (INBOUND, WORKFLOWS), _left_to_others),),
    hand_over=_hand_over,
    summary=lambda _: "Create the account, with a password that nobody knows.",
    stops_person=True,
    needs_account=False,
)
AWAIT_ACCOUNT = Kind(
    name=StepKind.AWAIT_ACCOUNT,
    words="wait for the account",
    effect_class=EffectClass.SET_VALUED,
    permissions=(),
    fits=lambda step: step.goal == GOAL and step.arguments.get("because") in (ACTIVE_DIRECTORY, PROVISIONING),
    calls=sends_nothing,
    readings=(THEIRS,),
    hand_over=_hand_over,
    by_hand=True,
    summary=lambda _: "Wait until the account is there: another system makes it.",
    stops_person=True,
    needs_account=False,
)
