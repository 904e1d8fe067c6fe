"""Who signed in, and who did what: "List signIns", "List directoryAudits" (graph, api), of the last 30 days.

Sign-ins are the few that `signInActivity` names; what was done is the account's creation and each change so far.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection

KEPT = timedelta(days=30)
_BY = re.compile(r"initiatedBy/user/id eq '([^']+)'", re.IGNORECASE)
_ON = re.compile(r"targetResources/any\((\w+):\s*\1/id eq '([^']+)'\)", re.IGNORECASE)
_KINDS = (("lastSignIn", "interactiveUser"), ("lastNonInteractiveSignIn", "nonInteractiveUser"))


def sign_ins(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /auditLogs/signIns`, of one person by a filter, or of all."""
    rows = [row for someone in state.tenant.people for row in _sign_ins(state, someone)]
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, 1000, 1000))
    return collection(request, "auditLogs/signIns", found, **extra)


def _sign_ins(state: DemoState, someone: Person) -> Iterator[Fields]:
    activity, since = someone.fields.get("signInActivity") or {}, _since(state)
    for name, kind in _KINDS:
        at = activity.get(f"{name}DateTime")
        if at is not None and at >= since:
            yield {
                "id": activity[f"{name}RequestId"],
                "createdDateTime": at,
                "userId": someone.id,
                "userPrincipalName": someone.upn,
                "userDisplayName": someone.fields["displayName"],
                "appDisplayName": "Office 365 Exchange Online",
                "clientAppUsed": "Browser" if kind == "interactiveUser" else "Mobile Apps and Desktop clients",
                "ipAddress": "192.0.2.17",
                "isInteractive": kind == "interactiveUser",
                "location": {"city": someone.fields["city"], "countryOrRegion": someone.fields["usageLocation"]},
                "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": None},
            }


def directory_audits(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /auditLogs/directoryAudits`: what somebody did, or what was done to somebody."""
    asked = request.query.get("$filter", "")
    by, on = _BY.fullmatch(asked), _ON.fullmatch(asked)
    if asked and not by and not on:
        raise GraphError(400, "BadRequest", "Invalid filter clause.")
    # Nothing here is done by a person: other administrators and the desk come as applications.
    rows = [] if by else list(_done_to(state, on[2].lower() if on else None))
    size, start = odata.top(request, 1000, 1000), odata.start(request)
    extra = {"nextLink": odata.link(request, start + size)} if start + size < len(rows) else {}
    return collection(request, "auditLogs/directoryAudits", rows[start : start + size], **extra)


def _done_to(state: DemoState, key: str | None) -> Iterator[Fields]:
    since = _since(state)
    for someone in state.tenant.people:
        if key in (None, someone.id) and someone.fields["createdDateTime"] >= since:
            yield _audit(f"added {someone.id}", "Add user", someone.fields["createdDateTime"], someone.id)
    for entry in state.recorder.entries:
        found = re.match(r"^/users/([^/]+)", entry["path"])
        if entry["took_effect"] and found and key in (None, found[1].lower()):
            yield _audit(f"request {entry['n']}", "Update user", entry["time"], found[1].lower())


def _audit(key: str, activity: str, at: str, target: str) -> Fields:
    return {
        "id": f"Directory_{key.replace(' ', '_')}",
        "category": "UserManagement",
        "activityDisplayName": activity,
        "activityDateTime": at,
        "result": "success",
        "initiatedBy": {"user": None, "app": {"displayName": "LicenseIQ Desk"}},
        "targetResources": [{"id": target, "type": "User", "displayName": None}],
    }


def _since(state: DemoState) -> str:
    return (state.now() - KEPT).strftime("%Y-%m-%dT%H:%M:%SZ")
