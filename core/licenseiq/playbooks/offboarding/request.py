"""What is asked for when somebody leaves, in names as a chat gives them; refused where it contradicts itself."""

from dataclasses import dataclass
from datetime import date

from licenseiq.errors import BadRequest
from licenseiq.leaving import EndState, Skip


@dataclass(frozen=True, slots=True)
class OffboardingRequest:
    """`users` and `successor` are selectors of people. None: not said, so that the tenant's default holds."""

    users: tuple[str, ...]
    last_day: date | None = None
    time_zone: str | None = None
    successor: str | None = None
    end_state: EndState | None = None
    skip: frozenset[Skip] | None = None


def check(request: OffboardingRequest) -> None:
    """Raises BadRequest for a request that contradicts itself."""
    if request.time_zone is not None and request.last_day is None:
        raise BadRequest("A time zone was named without a last day.", "Give last_day too, or leave time_zone out.")
    if request.successor is not None and Skip.SUCCESSOR_ACCESS in (request.skip or ()):
        raise BadRequest(
            "A successor was named whose access is to be left out.", "Leave out successor, or successor_access in skip."
        )
