"""One joiner or mover while a plan is made: who it is, what they are to have, and who said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from licenseiq.context import Context
from licenseiq.joining import GroupRule
from licenseiq.people import Person
from licenseiq.playbooks.draft import values_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind


class TierBy(StrEnum):
    """Who decided on the licences: the request, a persona of the policy, what similar people need, or nobody."""

    REQUEST = "request"
    PERSONA = "persona"
    SIMILAR_PEOPLE = "similar_people"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Tier:
    """`skus` are what the person is to hold; `instead_of` what goes for it. `because` are sentences of ours."""

    skus: tuple[str, ...]
    by: TierBy
    because: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joiner:
    """`person` is as it is today; of somebody without an account, what is known, with an empty id. `wanted` are
    attributes by Graph's names. `made_by` says who makes an account that is not there: None this plan, else the reason
    to wait (`licenseiq.steps.newcomer`). `start` is the first day's beginning; None: at once. `numbers` are the steps
    so far, by kind."""

    person: Person
    wanted: Mapping[str, str]
    tier: Tier
    context: Context
    manager: Person | None = None
    employee_id: str | None = None
    made_by: str | None = None
    start: datetime | None = None
    reference: str = "s1"
    numbers: dict[StepKind, int] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return not self.person.user_id

    @property
    def is_mastered_elsewhere(self) -> bool:
        """Whether Active Directory or a provisioning job owns the attributes, so that nothing here sets them."""
        return self.made_by is not None or self.person.synced is True

    @property
    def changed(self) -> dict[str, str]:
        """The attributes of somebody who is there that are to become others."""
        if self.is_new:
            return {}
        today = attributes_of(self.person)
        return {name: value for name, value in self.wanted.items() if today.get(name) != value}

    @property
    def usage_location(self) -> str | None:
        return self.wanted.get("usageLocation") or self.person.usage_location

    def rules(self) -> tuple[GroupRule, ...]:
        """The rules of the policy that fit from now on."""
        after = attributes_of(self.person) | dict(self.wanted)
        return _fitting(self.context, after)

    def old_rules(self) -> tuple[GroupRule, ...]:
        """Those that fitted before and do not any more."""
        kept = {rule.group_id for rule in self.rules()}
        before = () if self.is_new else _fitting(self.context, attributes_of(self.person))
        return tuple(rule for rule in before if rule.group_id not in kept)

    def values(self) -> dict[str, Json]:
        """The personal values that the plan commits to."""
        found = values_of(self.person)
        if self.is_new:
            del found["user_id"]
        found |= self.wanted
        if self.employee_id is not None:
            found["employeeId"] = self.employee_id
        if self.manager is not None:
            found["manager_id"] = self.manager.user_id
            found["manager_principal"] = self.manager.user_principal_name
        return found


def attributes_of(person: Person) -> dict[str, str | None]:
    """What can be set of a person, by Graph's names."""
    return {
        "department": person.department,
        "jobTitle": person.job_title,
        "officeLocation": person.office,
        "usageLocation": person.usage_location,
        "employeeType": person.employee_type,
    }


def _fitting(context: Context, attributes: Mapping[str, str | None]) -> tuple[GroupRule, ...]:
    places = (attributes.get("officeLocation"), attributes.get("usageLocation"))
    found = [rule for rule in context.policy.joining.groups if rule.fits(attributes.get("department"), places)]
    return tuple({rule.group_id: rule for rule in found}.values())
