"""Who holds which directory role."""

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.roles import DEFINITIONS, definition
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, collection


def assignments(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /roleManagement/directory/roleAssignments`, filtered by principal, with definitions."""
    by_id = {row[0]: definition(row) for row in DEFINITIONS}
    rows = state.tenant.role_assignments
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, 100, 999))
    if request.query.get("$expand", "").startswith("roleDefinition"):
        found = [row | {"roleDefinition": by_id[row["roleDefinitionId"]]} for row in found]
    return collection(request, "roleManagement/directory/roleAssignments", found, **extra)


def definitions(_: DemoState, request: Asked, __: Keys) -> Answer:
    """`GET /roleManagement/directory/roleDefinitions`."""
    return collection(request, "roleManagement/directory/roleDefinitions", [definition(row) for row in DEFINITIONS])
