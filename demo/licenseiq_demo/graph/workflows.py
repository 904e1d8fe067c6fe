"""Reading Lifecycle Workflows: refused with 403 while the tenant is not licensed for Entra ID Governance.

"List workflows", "Get workflow" (graph, identityGovernance). The words of the refusal are not documented.
"""

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity, not_found

_ROOT = "identityGovernance/lifecycleWorkflows/workflows"
_OF_ONE = ("executionConditions", "tasks", "deletedDateTime", "nextScheduleRunDateTime")


def _known(state: DemoState) -> list[Fields]:
    if not state.tenant.legal.governed:
        message = "The tenant does not have the license that this feature needs."
        raise GraphError(403, "Forbidden", message)
    return state.tenant.legal.workflows


def _one(state: DemoState, keys: Keys) -> Fields:
    for row in _known(state):
        if row["id"] == keys["workflow"]:
            return row
    raise not_found(keys["workflow"])


def workflows(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /identityGovernance/lifecycleWorkflows/workflows`: without tasks and conditions unless they are selected."""
    found, extra = odata.page(request, _known(state), lambda row: row, odata.top(request, 100, 100))
    names = odata.select(request)
    rows = [
        odata.only(row, ("id", *names)) if names else {k: v for k, v in row.items() if k not in _OF_ONE}
        for row in found
    ]
    return collection(request, _ROOT, rows, **extra)


def workflow(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{workflow}`: with its tasks."""
    return entity(request, f"{_ROOT}/$entity", _one(state, keys))


def tasks(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{workflow}/tasks`."""
    return collection(request, f"{_ROOT}('{keys['workflow']}')/tasks", _one(state, keys)["tasks"])
