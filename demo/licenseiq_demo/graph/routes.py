"""Every Graph operation of this tenant, in one list."""

import re

from licenseiq_demo.exchange.invoke import invoke
from licenseiq_demo.graph import (
    accounts,
    assign,
    audit_logs,
    calendar,
    copilot,
    delta,
    directory,
    ediscovery,
    groups,
    mailbox,
    post,
    reports,
    roles,
    users,
    workflows,
)
from licenseiq_demo.graph.estate_routes import ESTATE
from licenseiq_demo.graph.handler import Handler, Keys
from licenseiq_demo.wire import Asked, GraphError

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/organization", directory.organization),
    ("GET", "/subscribedSkus", directory.subscribed_skus),
    ("GET", "/directory/subscriptions", directory.subscriptions),
    ("GET", "/admin/reportSettings", directory.report_settings),
    ("PATCH", "/admin/reportSettings", accounts.not_granted),
    ("GET", "/users", users.list_users),
    ("GET", "/users/$count", users.count_users),
    ("GET", "/users/delta", delta.users),
    ("GET", "/users/{id}", users.one_user),
    ("PATCH", "/users/{id}", accounts.patch_user),
    ("POST", "/users/{id}/revokeSignInSessions", accounts.revoke),
    ("POST", "/users/{id}/assignLicense", assign.assign_license),
    ("GET", "/users/{id}/licenseDetails", users.license_details),
    ("GET", "/users/{id}/manager", users.manager),
    ("GET", "/users/{id}/photo", users.photo),
    ("GET", "/users/{id}/photo/$value", users.photo),
    ("GET", "/users/{id}/memberOf", groups.groups_of),
    ("GET", "/users/{id}/transitiveMemberOf", groups.groups_of),
    ("GET", "/users/{id}/memberOf/microsoft.graph.group", groups.groups_of),
    ("GET", "/users/{id}/transitiveMemberOf/microsoft.graph.group", groups.groups_of),
    ("GET", "/users/{id}/transitiveMemberOf/graph.group", groups.groups_of),
    ("GET", "/users/{id}/mailboxSettings", mailbox.settings),
    ("PATCH", "/users/{id}/mailboxSettings", mailbox.change_settings),
    ("GET", "/users/{id}/mailboxSettings/userPurpose", mailbox.purpose),
    ("GET", "/users/{id}/mailFolders/inbox/messageRules", post.rules),
    ("DELETE", "/users/{id}/mailFolders/inbox/messageRules/{rule}", post.remove_rule),
    ("POST", "/users/{id}/sendMail", post.send),
    ("GET", "/users/{id}/events", calendar.events),
    ("GET", "/users/{id}/calendar/events", calendar.events),
    ("GET", "/users/{id}/calendarView", calendar.view),
    ("GET", "/users/{id}/calendar/calendarView", calendar.view),
    ("GET", "/users/{id}/events/{event}", calendar.event),
    ("DELETE", "/users/{id}/events/{event}", calendar.remove),
    ("POST", "/users/{id}/events/{event}/cancel", calendar.cancel),
    ("POST", "/users/{id}/calendar/events/{event}/cancel", calendar.cancel),
    ("GET", "/groups", groups.list_groups),
    ("GET", "/groups/delta", delta.groups),
    ("GET", "/groups/{group}", groups.one_group),
    ("DELETE", "/groups/{group}", accounts.not_granted),
    ("GET", "/groups/{group}/members", groups.members),
    ("POST", "/groups/{group}/members/$ref", groups.add_member),
    ("DELETE", "/groups/{group}/members/{id}/$ref", groups.remove_member),
    ("GET", "/auditLogs/signIns", audit_logs.sign_ins),
    ("GET", "/auditLogs/directoryAudits", audit_logs.directory_audits),
    ("GET", "/roleManagement/directory/roleAssignments", roles.assignments),
    ("GET", "/roleManagement/directory/roleEligibilityScheduleInstances", roles.eligibilities),
    ("GET", "/roleManagement/directory/roleDefinitions", roles.definitions),
    ("POST", "/directoryObjects/getByIds", users.by_ids),
    ("GET", "/reports/{function}", reports.report),
    ("GET", "/copilot/reports/{function}", copilot.usage),
    ("GET", "/security/cases/ediscoveryCases", ediscovery.cases),
    ("GET", "/security/cases/ediscoveryCases/{case}", ediscovery.one_case),
    ("GET", "/security/cases/ediscoveryCases/{case}/legalHolds", ediscovery.holds),
    ("GET", "/security/cases/ediscoveryCases/{case}/legalHolds/{hold}", ediscovery.one_hold),
    ("GET", "/security/cases/ediscoveryCases/{case}/legalHolds/{hold}/userSources", ediscovery.user_sources),
    ("GET", "/security/cases/ediscoveryCases/{case}/legalHolds/{hold}/siteSources", ediscovery.site_sources),
    ("GET", "/security/cases/ediscoveryCases/{case}/custodians", ediscovery.custodians),
    (
        "GET",
        "/security/cases/ediscoveryCases/{case}/custodians/{custodian}/userSources",
        ediscovery.custodian_sources,
    ),
    ("GET", "/identityGovernance/lifecycleWorkflows/workflows", workflows.workflows),
    ("GET", "/identityGovernance/lifecycleWorkflows/workflows/{workflow}", workflows.workflow),
    ("GET", "/identityGovernance/lifecycleWorkflows/workflows/{workflow}/tasks", workflows.tasks),
    ("POST", "/adminapi/beta/{tenant}/InvokeCommand", invoke),
)


def _pattern(path: str) -> re.Pattern[str]:
    parts = [f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in path.split("/")]
    return re.compile("/".join(parts) + "/?", re.IGNORECASE)


ROUTES = tuple((method, _pattern(path), handler) for method, path, handler in (*_ROUTES, *ESTATE))


def find(request: Asked) -> tuple[Handler, Keys]:
    """Who answers this request; the GraphError of an unknown path or a wrong method otherwise."""
    known = False
    for method, pattern, handler in ROUTES:
        found = pattern.fullmatch(request.path)
        if found and method == request.method:
            return handler, found.groupdict()
        known = known or found is not None
    if known:
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    segment = request.path.strip("/").partition("/")[0]
    raise GraphError(404, "BadRequest", f"Resource not found for the segment '{segment}'.")
