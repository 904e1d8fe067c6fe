"""What somebody may ask for in a change of licences, as asked and as understood."""

from dataclasses import dataclass
from enum import StrEnum

from licenseiq.errors import BadRequest
from licenseiq.findings.finding import Confidence, Finding
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
class FindingFilter:
    """Which findings that count are meant; SKU and department by name. None leaves all of it in."""

    kind: str | None = None
    sku: str | None = None
    department: str | None = None
    confidence: Confidence | None = None

    @property
    def means_everybody(self) -> bool:
        return self.kind is None and self.sku is None and self.department is None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A request in the words of whoever asked: people and SKUs by name.

    Exactly one of `users`, `findings` (ids) and `filter` (with `expected_count`) says whose licences; beside `users`
    who get something, findings or a filter say whose seats are freed for it. For findings `action` None takes what each
    of them calls for. `sku` is what users get or lose; `to_sku` what a swap gives.
    """

    action: Action | None
    users: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    filter: FindingFilter | None = None
    expected_count: int | None = None
    sku: str | None = None
    to_sku: str | None = None
    when: When = When.NOW


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one person's licences, in SKU ids.

    `add` comes and `remove` goes in any case; `instead` comes for `swapped`. Of `mend`, which a group gives too, the
    direct assignment alone goes. `because` are the findings that call for it; none where somebody named the person.
    """

    person: Person
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()
    because: tuple[Finding, ...] = ()

    @property
    def coming(self) -> tuple[str, ...]:
        """What the person is to get, sorted."""
        return tuple(sorted({*self.add, *self.instead}))

    @property
    def leaving(self) -> tuple[str, ...]:
        """What the person is to hold no more by any path, sorted."""
        return tuple(sorted({*self.remove, *self.swapped}))


def check(request: ChangeRequest) -> None:
    """Raises BadRequest for a request that contradicts itself, or that selects nobody in particular."""
    _check_selectors(request)
    if len(set(request.findings)) != len(request.findings):
        raise BadRequest("A finding is named twice.", "Name each finding once.")
    if request.users:
        _check_users(request)
        return
    if request.action in (Action.ADD, Action.REMOVE):
        raise BadRequest(
            "Findings say themselves what goes.", f"Leave action out, or name people in users to {request.action}."
        )
    if request.sku is not None:
        raise BadRequest("sku goes with users.", "Leave it out; a filter has a sku of its own.")
    if request.to_sku is not None and request.action is not Action.SWAP:
        raise BadRequest("to_sku goes with swap.", "Leave it out, or give action swap.")


def _check_selectors(request: ChangeRequest) -> None:
    named, wanted = bool(request.findings) + (request.filter is not None), bool(request.users)
    beside = wanted and request.action is Action.ADD
    if named > 1 or (named and wanted and not beside) or not (named or wanted):
        raise BadRequest(
            "Exactly one of users, findings and filter is needed.",
            "Name people, name findings by id, or filter findings with expected_count; add takes users, and with them "
            "findings or filter for the seats to free.",
        )
    if request.filter is not None and request.filter.means_everybody:
        raise BadRequest("The filter means nobody in particular.", "Give its kind, sku or department.")
    if request.filter is not None and request.expected_count is None:
        raise BadRequest("A filter needs expected_count.", "Give the number of findings that you expect.")
    if request.filter is None and request.expected_count is not None:
        raise BadRequest("expected_count goes with filter.", "Leave it out, or give filter.")


def _check_users(request: ChangeRequest) -> None:
    if request.action is None:
        raise BadRequest("What is to happen to users is not said.", "Give action: add, remove or swap.")
    if request.action is Action.RECLAIM:
        raise BadRequest(
            "A reclaim goes by findings.", "Give findings or filter; to go by people, use remove with sku."
        )
    if request.sku is None:
        raise BadRequest(f"To {request.action} needs sku.", "Name the SKU.")
    if (request.action is Action.SWAP) != (request.to_sku is not None):
        raise BadRequest("to_sku goes with swap, and with swap alone.", "Give sku and to_sku for a swap.")
