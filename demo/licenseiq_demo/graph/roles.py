"""Who holds which directory role."""

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.people.person import Fields
from licenseiq_demo.roles import DEFINITIONS, definition
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection


def assignments(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /roleManagement/directory/roleAssignments`, filtered by principal."""
    return _held(state, request, state.tenant.role_assignments)


def eligibilities(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /roleManagement/directory/roleEligibilityScheduleInstances`, in the same way."""
    return _held(state, request, state.tenant.role_eligibility)


def _held(state: DemoState, request: Asked, rows: list[Fields]) -> Answer:
    """With definitions or with principals: one of the two can be expanded."""
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, 100, 999))
    expand = request.query.get("$expand", "").partition("(")[0]
    if "," in expand:
        raise GraphError(400, "Request_BadRequest", "Only one property can be expanded in a single query.")
    if expand == "roleDefinition":
        by_id = {row[0]: definition(row) for row in DEFINITIONS}
        found = [row | {"roleDefinition": by_id[row["roleDefinitionId"]]} for row in found]
    elif expand == "principal":
        found = [row | {"principal": _principal(state, row["principalId"])} for row in found]
    return collection(request, request.path.strip("/"), found, **extra)


def _principal(state: DemoState, key: str) -> Fields | None:
    someone, group = state.tenant.by_id.get(key), state.tenant.groups.get(key)
    if someone is not None:
        return {"@odata.type": "#microsoft.graph.user", **view(DEFAULTS, someone.fields)}
    return None if group is None else {"@odata.type": "#microsoft.graph.group", **group.fields}


def definitions(_: DemoState, request: Asked, __: Keys) -> Answer:
    """`GET /roleManagement/directory/roleDefinitions`."""
    return collection(request, "roleManagement/directory/roleDefinitions", [definition(row) for row in DEFINITIONS])
