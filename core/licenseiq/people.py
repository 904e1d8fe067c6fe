"""People: the accounts of a tenant and the licences that they hold."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from licenseiq.left_seen import LeftSeen
from licenseiq.usage import Signals

# States in which an assignment takes a seat; 'Error' takes none (Graph, resource licenseAssignmentState).
SEATED = frozenset({"Active", "ActiveWithError"})


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """One way in which a person holds a SKU: directly (`group_id` is None) or by a group.

    Several rows for one SKU take one seat. `error` is None where all is well. `changed` is the day of the row's
    last change: the person has the SKU in this way since then, or longer.
    """

    sku_id: str
    group_id: str | None = None
    state: str | None = "Active"
    error: str | None = None
    disabled_plans: tuple[str, ...] = ()
    changed: date | None = field(default=None, compare=False)

    @property
    def is_direct(self) -> bool:
        return self.group_id is None


class Employment(StrEnum):
    """What HR says of a person. Why somebody is on leave is never kept."""

    ACTIVE = "active"
    ON_LEAVE = "on leave"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class HrRecord:
    """HR's word on one person: since when it holds, and until when where that is known."""

    status: Employment
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One account. Every field but the id can be None: Graph did not say, and nothing is concluded from that.

    Texts are raw here; answers clean them (`licenseiq.text`). `synced` means mastered on premises. `roles` are
    names of directory roles held, or None where roles could not be read. `licences_known` is False where Graph gave
    null for the licences: no `assignments` then do not mean that the person holds none. `name_marks` are the words of
    the names that say what an account is for (`licenseiq.accounts`), kept where the names themselves were taken out; so
    are `listed_protected` and `listed_service`, by which the policy then knows the account (None: it looks for itself).
    `hr` is None where HR is not connected or does not know the person. `in_excluded_group` is None where a group that
    the policy excludes could not be read. `country` is a code or name as Graph has it, of the person;
    `usage_location` is where licences are used. `manager_id` is None where nobody is named, and where managers were
    not read. `left` holds what was read of leavers alone, one for each source that was asked about this one.
    """

    user_id: str
    user_principal_name: str | None = None
    display_name: str | None = None
    department: str | None = None
    job_title: str | None = None
    office: str | None = None
    usage_location: str | None = None
    user_type: str | None = None
    account_enabled: bool | None = None
    created: datetime | None = None
    hired: date | None = None
    employee_type: str | None = None
    synced: bool | None = None
    assignments: tuple[Assignment, ...] = ()
    licences_known: bool = True
    roles: tuple[str, ...] | None = None
    signals: Signals = field(default_factory=Signals)
    name_marks: frozenset[str] | None = None
    country: str | None = None
    cost_center: str | None = None
    division: str | None = None
    employee_id: str | None = None
    manager_id: str | None = None
    hr: HrRecord | None = None
    in_excluded_group: bool | None = False
    listed_protected: bool | None = None
    listed_service: bool | None = None
    left: tuple[LeftSeen, ...] = ()

    def seats(self) -> tuple[str, ...]:
        """The SKUs that this person takes a seat of, each once, sorted."""
        return tuple(sorted({a.sku_id for a in self.assignments if a.state in SEATED}))
