"""Devices of people, and switching one off: "List registeredDevices", "Update device", "List managedDevices"."""

from licenseiq_demo import odata
from licenseiq_demo.estate.devices import managed
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity, not_found

_KIND = {"@odata.type": "#microsoft.graph.device"}
_CHANGEABLE: dict[str, type] = {"accountEnabled": bool}


def of_person(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/registeredDevices` and `/ownedDevices`."""
    names = odata.select(request)
    mine = state.estate.devices.of(person(state, keys))
    rows = [_KIND | (odata.only(device, names) if names else device) for device in mine]
    return collection(request, "directoryObjects", rows)


def _device(state: DemoState, keys: Keys) -> Fields:
    found = state.estate.devices.by_id.get(keys["device"].lower())
    if found is None:
        raise not_found(keys["device"])
    return found


def one(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /devices/{id}`."""
    names = odata.select(request)
    device = _device(state, keys)
    return entity(request, "devices/$entity", odata.only(device, names) if names else device)


def patch(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`PATCH /devices/{id}`: accountEnabled."""
    device, changes = _device(state, keys), request.json()
    for name, value in changes.items():
        if not isinstance(value, _CHANGEABLE.get(name, str)) or name not in _CHANGEABLE:
            message = f"Invalid value specified for property '{name}' of resource 'Device'."
            raise GraphError(400, "Request_BadRequest", message)
    device |= changes
    return Answer(204)


def managed_of_person(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/managedDevices`: what Intune manages."""
    someone = person(state, keys)
    return collection(request, f"users('{someone.id}')/managedDevices", _managed(state, someone))


def all_managed(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /deviceManagement/managedDevices`, filtered by `userId`."""
    rows = [row for someone in state.tenant.people for row in _managed(state, someone)]
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, 100, 1000))
    return collection(request, "deviceManagement/managedDevices", found, **extra)


def _managed(state: DemoState, someone: Person) -> list[Fields]:
    return [managed(device, someone) for device in state.estate.devices.of(someone) if device["isManaged"]]
