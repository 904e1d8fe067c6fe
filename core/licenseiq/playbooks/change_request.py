"""What somebody may ask for in a change of licences, as asked and as understood."""

from dataclasses import dataclass
from enum import StrEnum

from licenseiq.errors import BadRequest
from licenseiq.people import Person


class Action(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    SWAP = "swap"
    RECLAIM = "reclaim"


class When(StrEnum):
    NOW = "now"
    AT_RENEWAL = "at_renewal"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A request in the words of whoever asked: people and SKUs by name.

    Exactly one of `users`, `findings` (ids of findings) and `kind` (of findings, with `expected_count` and at will
    `department`) says whose licences. `sku` is what is added or removed; a reclaim takes it as a filter.
    """

    action: Action
    users: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    kind: str | None = None
    department: str | None = None
    expected_count: int | None = None
    sku: str | None = None
    to_sku: str | None = None
    when: When = When.NOW


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one person's licences, in SKU ids."""

    person: Person
    add: str | None = None
    remove: tuple[str, ...] = ()


def check(request: ChangeRequest) -> None:
    """Raises BadRequest for a request that contradicts itself, or that selects nobody in particular."""
    selectors = (bool(request.users), bool(request.findings), request.kind is not None)
    if sum(selectors) != 1:
        raise BadRequest(
            "Exactly one of users, findings and kind is needed.",
            "Name people, name findings by id, or give the kind of findings with expected_count.",
        )
    if request.kind is not None and request.expected_count is None:
        raise BadRequest("A kind of findings is a filter.", "Give expected_count, the number of findings you expect.")
    if request.kind is None and (request.expected_count is not None or request.department is not None):
        raise BadRequest("department and expected_count go with kind.", "Leave them out, or give kind.")
    if len(set(request.findings)) != len(request.findings):
        raise BadRequest("A finding is named twice.", "Name each finding once.")
    if request.action is Action.RECLAIM and request.users:
        raise BadRequest("A reclaim goes by findings.", "Give findings or kind; to go by people, use remove with sku.")
    if request.action is Action.ADD and not request.users:
        raise BadRequest("Findings say what to take away.", "Name the people who get a licence in users.")
    if request.action is not Action.RECLAIM and request.sku is None:
        raise BadRequest(f"To {request.action} needs sku.", "Name the SKU.")
    if request.action is Action.RECLAIM and request.findings and request.sku is not None:
        raise BadRequest("A reclaim takes what the findings claim.", "Leave sku out, or use remove.")
    if (request.action is Action.SWAP) != (request.to_sku is not None):
        raise BadRequest("to_sku goes with swap, and with swap alone.", "Give sku and to_sku for a swap.")
