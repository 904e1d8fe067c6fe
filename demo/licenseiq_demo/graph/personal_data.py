"""What Microsoft holds of a person, exported on request: "user: exportPersonalData" and "dataPolicyOperation"."""

from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.calendar import new_id
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, entity, not_found

_STEPS = ("notStarted", "running", "complete")
MOST_A_DAY = 100


def export(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/exportPersonalData`: 202 with the address of the operation."""
    someone, where = person(state, keys), request.json().get("storageLocation")
    if not isinstance(where, str) or not where.startswith("https://"):
        raise GraphError(400, "BadRequest", "The storageLocation must be a shared access signature URL.")
    operations = state.estate.exports
    if sum(row["userId"] == someone.id for row in operations.values()) >= MOST_A_DAY:
        raise GraphError(429, "TooManyRequests", "Too many requests.")
    key = new_id(state.estate.rng)
    operations[key] = {
        "id": key,
        "completedDateTime": None,
        "status": _STEPS[0],
        "progress": 0,
        "storageLocation": where,
        "submittedDateTime": state.stamp(),
        "userId": someone.id,
    }
    address = f"{request.base}/v1.0/dataPolicyOperations/{key}"
    return Answer(202, None, {"Location": address, "Retry-After": "60"})


def operation(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /dataPolicyOperations/{id}`: each look moves it on."""
    found = state.estate.exports.get(keys["operation"].lower())
    if found is None:
        raise not_found(keys["operation"])
    shown = dict(found)
    if found["status"] != _STEPS[-1]:
        found["status"] = _STEPS[_STEPS.index(found["status"]) + 1]
        found["progress"] = 100 if found["status"] == _STEPS[-1] else 50
        found["completedDateTime"] = state.stamp() if found["status"] == _STEPS[-1] else None
    return entity(request, "dataPolicyOperations/$entity", shown)
