"""Provisioning of accounts in other systems: jobs, their rules, and one person on demand.

"List synchronization jobs" and "synchronizationJob: provisionOnDemand" (graph, api): the answer is a pair of texts that
hold JSON each.
"""

import uuid
from typing import Any

import msgspec

from licenseiq_demo.graph.apps import find_principal
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity


def _jobs(state: DemoState, keys: Keys) -> list[Fields]:
    job = state.estate.apps.jobs.get(find_principal(state, keys)["id"])
    if job is None:
        return []
    if job["templateId"] == "API2AAD" and state.faults.on("inbound_provisioning"):
        job = job | {
            "schedule": job["schedule"] | {"state": "Active"},
            "status": job["status"] | {"code": "Active"},
        }
    return [job]


def _job(state: DemoState, keys: Keys) -> Fields:
    for job in _jobs(state, keys):
        if job["id"].lower() == keys["job"].lower():
            return job
    raise GraphError(404, "ResourceNotFound", "The synchronization job was not found.")


def jobs(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /servicePrincipals/{id}/synchronization/jobs`: empty where nothing is provisioned."""
    context = f"servicePrincipals('{keys['principal']}')/synchronization/jobs"
    return collection(request, context, _jobs(state, keys))


def job(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /servicePrincipals/{id}/synchronization/jobs/{job}`."""
    return entity(request, "synchronizationJobs/$entity", _job(state, keys))


def schema(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/jobs/{job}/schema`: the rules, whose id `provisionOnDemand` needs."""
    found = _job(state, keys)
    inbound = found["templateId"] == "API2AAD"
    outside, entra = "API" if inbound else "customappsso", "Azure Active Directory"
    rule = {
        "id": state.estate.apps.rules[keys["principal"].lower()],
        "name": "USER_INBOUND_PASSTHROUGH" if inbound else "USER_OUTBOUND_USER",
        "sourceDirectoryName": outside if inbound else entra,
        "targetDirectoryName": entra if inbound else outside,
        "priority": 1,
        "editable": True,
        "objectMappings": [{"enabled": True, "sourceObjectName": "User", "targetObjectName": "User"}],
    }
    fields = {"id": found["id"], "version": "v1", "synchronizationRules": [rule]}
    return entity(request, "synchronizationSchema/$entity", fields)


def _subject(state: DemoState, request: Asked, rule: str) -> Person:
    try:
        [parameters] = request.json()["parameters"]
        [subject] = parameters["subjects"]
        rule_id, key = parameters["ruleId"], subject["objectId"]
    except (KeyError, TypeError, ValueError):
        raise GraphError(400, "BadRequest", "Exactly one subject and its ruleId are needed.") from None
    if rule_id != rule:
        raise GraphError(400, "BadRequest", "The synchronization rule was not found in the schema.")
    found = state.tenant.by_id.get(str(key).lower())
    if found is None:
        raise GraphError(400, "BadRequest", "The subject could not be found in the source system.")
    return found


def provision(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST …/jobs/{job}/provisionOnDemand`: the account elsewhere follows what somebody may use now."""
    _job(state, keys)
    principal, apps = find_principal(state, keys)["id"], state.estate.apps
    someone = _subject(state, request, apps.rules[principal])
    accounts = apps.active.setdefault(principal, {})
    wanted = bool(apps.assigned(someone, principal)) and someone.fields["accountEnabled"]
    before = accounts.get(someone.id)
    same = before == wanted or (before is None and not wanted)
    if not same:
        accounts[someone.id] = wanted
    action = "Other" if same else ("Disable" if not wanted else ("Create" if before is None else "Update"))
    details: dict[str, Any] = {}
    if same:
        details = {
            "errorCode": "RedundantExport",
            "errorMessage": "The state of the user in both the source and target systems already match.",
        }
    return entity(
        request,
        "microsoft.graph.stringKeyStringValuePair",
        {
            "key": _text({"result": "Skipped" if same else "Success", "details": details}),
            "value": _text(_told(state, someone, action, wanted, same)),
        },
    )


def _told(state: DemoState, someone: Person, action: str, active: bool, same: bool) -> dict[str, Any]:
    """What was done, as the provisioning log would tell it."""
    at, status = state.stamp(), "Skipped" if same else "Success"
    step = {"name": "EntryExport", "type": "Export", "status": status, "description": "", "timestamp": at}
    return {
        "action": action,
        "changeId": str(uuid.uuid4()),
        "startTime": at,
        "endTime": at,
        "modifiedProperties": [{"displayName": "active", "oldValue": None, "newValue": str(active)}],
        "provisioningSteps": [step | {"details": {"active": str(active), "userName": someone.upn}}],
        "reportableIdentifier": someone.upn,
        "statusInfo": {"status": status, "errorCode": None, "reason": None},
        "sourceIdentity": {"id": someone.id, "type": "User", "displayName": None, "details": None},
        "targetSystem": {"id": None, "name": "customappsso", "details": None},
    }


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
