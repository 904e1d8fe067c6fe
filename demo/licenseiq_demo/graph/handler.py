"""The shape of everything that answers a Graph request."""

from collections.abc import Callable, Mapping

from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, not_found

Keys = Mapping[str, str]
"""The variable parts of the path."""

Handler = Callable[[DemoState, Asked, Keys], Answer]


def person(state: DemoState, keys: Keys) -> Person:
    """The person that the path names, as stored; 404 when there is none."""
    found = None if state.faults.on("nobody") else state.tenant.find(keys["id"])
    if found is None:
        raise not_found(keys["id"])
    return found
