"""Making applications with accounts of their own follow at once, instead of at their next cycle of 20 to 40 minutes.

"synchronizationJob: provisionOnDemand" brings one person there to what is true in Entra, so a second time changes
nothing more. Nothing else reads back: its answer tells what was done there, and is kept. What it could not do, and
applications without such a job, are for a person (graph-facts 1.4, throttled at 5 calls in 10 seconds).
"""

import json
from collections.abc import Iterable, Mapping
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import ACCOUNT_THERE, ANSWERED, APPLICATION, Facts, Kind, Told, fact

_GOAL: dict[str, Json] = {"apps_provisioned": True}
_ENTERPRISE = "WindowsAzureActiveDirectoryIntegratedApp"
_ENTRA = "Azure Active Directory"
_WELL = frozenset({"Success", "Skipped"})
_ENDED = frozenset({"Disable", "Delete"})
_SAME = "RedundantExport"
SAME, SKIPPED = "nothing had to change there", "skipped"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


async def _read(ask: Asking, _: Target, __: Mapping[str, Json]) -> Json:
    """Application, its name, job and rule of each job that writes people of Entra somewhere else."""
    answer = await ask(Ask("/servicePrincipals?$select=id,displayName,tags&$top=999", pages=True))
    found = list[Json]()
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        if _ENTERPRISE not in cast("list[str]", row.get("tags") or []):
            continue
        base = f"/servicePrincipals/{row['id']}/synchronization/jobs"
        for job in await _jobs(ask, base):
            schema = await ask(Ask(f"{base}/{job['id']}/schema"))
            found += [
                [str(row["id"]), str(row["displayName"] or ""), str(job["id"]), str(rule["id"])]
                for rule in cast("list[Mapping[str, Json]]", schema["synchronizationRules"])
                if rule["sourceDirectoryName"] == _ENTRA and _is_about_people(rule)
            ]
    return found


async def _jobs(ask: Asking, base: str) -> list[Mapping[str, Json]]:
    """The jobs of one application; none where it has no provisioning at all."""
    try:
        found = await ask(Ask(base, pages=True))
    except NotFound:
        return []
    return cast("list[Mapping[str, Json]]", found["value"])


def _is_about_people(rule: Mapping[str, Json]) -> bool:
    mappings = cast("list[Mapping[str, Json]]", rule["objectMappings"])
    return any(one["sourceObjectName"] == "User" and one["enabled"] is not False for one in mappings)


JOBS = Reading(
    "provisioning_jobs",
    "which applications are provisioned",
    "Synchronization.Read.All",
    _read,
    paths=(
        "/servicePrincipals",
        "/servicePrincipals/{id}/synchronization/jobs",
        "/servicePrincipals/{id}/synchronization/jobs/{key}/schema",
    ),
)


def _path(app: str, job: str) -> str:
    return f"/servicePrincipals/{app}/synchronization/jobs/{job}/provisionOnDemand"


def _provisioned(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    jobs, answered = facts.get(JOBS.name), facts.get(ANSWERED)
    if value is not True or not isinstance(jobs, list) or not isinstance(answered, Mapping):
        return False
    return all(_result(answered, app, job) in _WELL for app, _, job, _ in cast("list[list[str]]", jobs))


def _result(answered: Mapping[str, Json], app: str, job: str) -> str:
    found = answered.get(_path(app, job))
    return str(found["result"]) if isinstance(found, Mapping) else ""


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    answered = cast("Mapping[str, Json]", fact(account, ANSWERED) or {})
    subject: Json = {"objectId": target.text("user_id"), "objectTypeName": "User"}
    calls = dict[str, Call]()
    for app, _name, job, rule in cast("list[list[str]]", fact(account, JOBS.name) or []):
        path = _path(app, job)
        if path not in answered and path not in calls:
            calls[path] = Call("POST", path, {"parameters": [{"ruleId": rule, "subjects": [subject]}]})
    return tuple(calls.values())


def _shape(body: Json) -> bool:
    """One rule and one person."""
    if not isinstance(body, Mapping) or body.keys() != {"parameters"}:
        return False
    one = body["parameters"]
    if not isinstance(one, list) or len(one) != 1 or not isinstance(one[0], Mapping):
        return False
    subjects = one[0].get("subjects")
    if one[0].keys() != {"ruleId", "subjects"} or not isinstance(subjects, list) or len(subjects) != 1:
        return False
    who = subjects[0]
    return isinstance(who, Mapping) and who.keys() == {"objectId", "objectTypeName"} and who["objectTypeName"] == "User"


def _answer(_: Call, answer: Json) -> Json:
    """`result`, `action` and `code` of the answer, whose two halves are texts of JSON; '' for what is not there."""
    pair = answer if isinstance(answer, Mapping) else {}
    key, value = _opened(pair.get("key")), _opened(pair.get("value"))
    details = key.get("details")
    code = details.get("errorCode") if isinstance(details, Mapping) else None
    return {"result": _word(key.get("result")), "action": _word(value.get("action")), "code": _word(code)}


def _opened(text: Json) -> Mapping[str, Json]:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _word(found: Json) -> str:
    return found if isinstance(found, str) and len(found) <= 60 and _LETTERS.issuperset(found) else ""


def _told(_: Step, __: Account | None, account: Account) -> tuple[Told, ...]:
    answered = cast("Mapping[str, Mapping[str, str]]", fact(account, ANSWERED) or {})
    jobs = cast("list[list[str]]", fact(account, JOBS.name) or [])
    told = {app: _line(app, name, answered.get(_path(app, job))) for app, name, job, _ in jobs}
    return tuple(told.values())


def _line(app: str, name: str, found: Mapping[str, str] | None) -> Told:
    if found is None:
        return Told(ACCOUNT_THERE, app, name, "not provisioned: end the account there", by_hand=True)
    result, action, code = found["result"], found["action"], found["code"]
    if result == "Success" and action in _ENDED:
        words = "the account there was deleted" if action == "Delete" else "the account there was disabled"
        return Told(ACCOUNT_THERE, app, name, words)
    if result == "Skipped" and code == _SAME:
        return Told(ACCOUNT_THERE, app, name, SAME)
    why = " ".join(word for word in (result.lower() or "not understood", action.lower(), code) if word)
    return Told(ACCOUNT_THERE, app, name, f"{why}: look whether the account there has ended", by_hand=True)


def applications_cut_off(told: Iterable[Told]) -> tuple[Told, ...]:
    """One line for each application that a person was cut off from, out of the lines of all steps about them: what was
    taken away, and what became of an account there. One that no job provisions is for a person to look at. Where
    nothing was taken away and nothing had to change, there was nothing to be cut off from."""
    lines = [one for one in told if one.what in (APPLICATION, ACCOUNT_THERE)]
    found = list[Told]()
    for key in dict.fromkeys(one.key for one in lines):
        mine = [one for one in lines if one.key == key]
        words = list(dict.fromkeys(one.how for one in mine))
        provisioned, used = (any(one.what == what for one in mine) for what in (ACCOUNT_THERE, APPLICATION))
        if not used and words == [SAME]:
            continue
        if not provisioned:
            words.append("an account of its own there, if it has any, is ended by hand")
        out_of_scope = not used and all(word.startswith(SKIPPED) for word in words)
        by_hand = not provisioned or (any(one.by_hand for one in mine) and not out_of_scope)
        name = next((one.name for one in mine if one.name), "")
        found.append(Told(APPLICATION, key, name, "; ".join(words), by_hand))
    return tuple(found)


PROVISION_APPS = Kind(
    name=StepKind.PROVISION_APPS,
    words="end accounts in applications that are provisioned",
    effect_class=EffectClass.SET_VALUED,
    permissions=("Synchronization.ReadWrite.All",),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(Shape("POST", "/servicePrincipals/{id}/synchronization/jobs/{key}/provisionOnDemand", _shape),),
    readings=(JOBS,),
    clauses={"apps_provisioned": _provisioned},
    answers=_answer,
    hand_over=lambda _, target: (
        f"In the Entra admin center, under Enterprise applications > Provisioning, provision {target.principal} on "
        "demand in each application that has it; in the others, end the account by hand."
    ),
    told=_told,
    summary=lambda _: "End accounts in applications that are provisioned, and say of each what became of it.",
)
