"""What holds for a plan: the request first, then the tenant's defaults; and who decided each."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from licenseiq.errors import BadRequest
from licenseiq.leaving import (
    NAME,
    REPLY,
    REPLY_WITH_SUCCESSOR,
    SUCCESSOR,
    EndState,
    Forwarding,
    LeavingDefaults,
    Skip,
)
from licenseiq.leaving_file import zone
from licenseiq.people import Person
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.text import clean

FURTHEST = timedelta(days=366)


class SetBy(StrEnum):
    """Who decided that a step is in the plan: the playbook as it always is, the tenant's policy, the request, or the
    directory (the manager as successor)."""

    PLAYBOOK = "playbook"
    POLICY = "policy"
    REQUEST = "request"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Choices:
    """`not_before` is when the last day is over, in UTC; None is at once. `skip` are what is left out."""

    end_state: EndState
    end_state_by: SetBy
    skip: frozenset[Skip]
    defaults: LeavingDefaults
    not_before: datetime | None = None

    def keeps(self, part: Skip | None) -> bool:
        """Whether a part stays in the plan."""
        return part is None or part not in self.skip

    @property
    def forwards(self) -> bool:
        return self.defaults.forwarding is Forwarding.SUCCESSOR


@dataclass(frozen=True, slots=True)
class Successor:
    """Who takes over, and who said so."""

    person: Person
    by: SetBy


def choices_of(request: OffboardingRequest, defaults: LeavingDefaults, now: datetime) -> Choices:
    """Raises BadRequest where the last day makes no sense."""
    named = request.end_state
    by = SetBy.REQUEST if named is not None else SetBy.POLICY
    if named is None and defaults.end_state is LeavingDefaults().end_state:
        by = SetBy.PLAYBOOK
    return Choices(
        end_state=named or defaults.end_state,
        end_state_by=by,
        skip=defaults.skip if request.skip is None else request.skip,
        defaults=defaults,
        not_before=_end_of(request.last_day, request.time_zone or defaults.time_zone, now),
    )


def _end_of(day: date | None, zone_name: str | None, now: datetime) -> datetime | None:
    """The end of a day in a time zone; None for no day, and for one that is over."""
    if day is None:
        return None
    if zone_name is None:
        raise BadRequest(
            "A last day ends at midnight somewhere, and no time zone is known.",
            "Give time_zone, such as Europe/Berlin; or set time_zone in [offboarding] of licenseiq.toml.",
        )
    where = zone(zone_name)
    if where is None:
        raise BadRequest("That time zone is not known.", "Give an IANA name in time_zone, such as Europe/Berlin.")
    try:
        end = datetime.combine(day + timedelta(days=1), time(), where).astimezone(now.tzinfo)
    except (OverflowError, ValueError):
        raise BadRequest("That last day is out of range.", "Give one within a year.") from None
    if end - now > FURTHEST:
        raise BadRequest("The last day is more than a year away.", "Propose it nearer to the day.")
    return end if end > now else None


def refuse_successors(leavers: tuple[tuple[Person, Successor | None], ...]) -> None:
    """Raises BadRequest where somebody who leaves would take over, or somebody who cannot."""
    leaving = {person.user_id for person, _ in leavers}
    for _, successor in leavers:
        if successor is None or successor.by is not SetBy.REQUEST:
            continue
        if successor.person.user_id in leaving:
            raise BadRequest("The successor is among those who leave.", "Name somebody else in successor.")
        if successor.person.account_enabled is False:
            raise BadRequest("The successor's account is blocked.", "Name somebody else in successor.")


def reply_to(person: Person, successor: Successor | None, defaults: LeavingDefaults) -> str:
    """The automatic reply of a leaver. Names are cleaned: they are texts of the tenant."""
    principal = successor.person.user_principal_name if successor is not None else None
    words = defaults.reply or (REPLY_WITH_SUCCESSOR if principal else REPLY)
    name = clean(person.display_name or "").text or "The person whom you wrote to"
    return words.replace(SUCCESSOR, clean(principal or "").text or "somebody else").replace(NAME, name)
