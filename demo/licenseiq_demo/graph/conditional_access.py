"""Policies of conditional access: "List policies" (graph, api), v1.0. There are three, and nobody can change them."""

import uuid

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_demo.wire import Answer, Asked, collection

_SALES = "Licences - Sales E3"


def policies(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /identity/conditionalAccess/policies`."""
    sales = [key for key, group in state.tenant.groups.items() if group.fields["displayName"] == _SALES]
    known = [
        _policy(state.tenant, "Multifactor authentication for everybody", "enabled", users=["All"]),
        _policy(state.tenant, "Sales works on managed devices", "enabled", groups=sales),
        _policy(state.tenant, "No legacy sign-in", "enabledForReportingButNotEnforced", groups=sales),
    ]
    found, extra = odata.page(request, known, lambda row: row, odata.top(request, 100, 999))
    names = odata.select(request)
    rows = [odata.only(row, names) if names else row for row in found]
    return collection(request, "identity/conditionalAccess/policies", rows, **extra)


def _policy(
    tenant: DemoTenant, name: str, mode: str, users: list[str] | None = None, groups: list[str] | None = None
) -> Fields:
    at = tenant.calendar.day(700)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant.tenant_id}/{name}")),
        "displayName": name,
        "createdDateTime": f"{at}T09:00:00Z",
        "modifiedDateTime": None,
        "state": mode,
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeApplications": ["All"], "excludeApplications": []},
            "users": {
                "includeUsers": users or [],
                "excludeUsers": [],
                "includeGroups": groups or [],
                "excludeGroups": [],
                "includeRoles": [],
                "excludeRoles": [],
            },
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa" if users else "compliantDevice"]},
        "sessionControls": None,
    }
