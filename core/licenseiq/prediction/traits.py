"""By what people are alike, and which groups are looked at, the closest first."""

from dataclasses import dataclass, fields, replace

from licenseiq.people import Person
from licenseiq.policy import fold

_WORDS = {
    "department": "department",
    "job_title": "job title",
    "manager_id": "manager",
    "employee_type": "employee type",
    "location": "location",
}
# What is left out for a wider group, in this order: where somebody sits says least of what the work needs.
_DROPPED = ("location", "manager_id", "job_title", "employee_type")
# A group that shares none of these, where one was named, is no longer alike: "all employees" is the whole tenant.
_ANCHORS = ("department", "job_title", "manager_id")


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of somebody, or what a group has in common; None: nothing of it. `location` is an office or a usage
    location, `manager_id` a user id."""

    department: str | None = None
    job_title: str | None = None
    location: str | None = None
    employee_type: str | None = None
    manager_id: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The fields that say something."""
        return tuple(field.name for field in fields(self) if fold(getattr(self, field.name)))

    @property
    def words(self) -> str:
        """What is compared, without the values, which are the tenant's text: 'department and job title'."""
        said = [words for name, words in _WORDS.items() if name in self.named]
        return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))

    def fits(self, person: Person) -> bool:
        """Whether the person has all that is named, compared as the policy compares names."""
        theirs = {
            "department": (person.department,),
            "job_title": (person.job_title,),
            "location": (person.office, person.usage_location),
            "employee_type": (person.employee_type,),
            "manager_id": (person.manager_id,),
        }
        return all(fold(getattr(self, name)) in map(fold, theirs[name]) for name in self.named)


def traits_of(person: Person) -> Traits:
    """What is known of somebody who is there already."""
    return Traits(
        department=person.department,
        job_title=person.job_title,
        location=person.office or person.usage_location,
        employee_type=person.employee_type,
        manager_id=person.manager_id,
    )


def ladder(asked: Traits) -> tuple[Traits, ...]:
    """The groups to look at, from those who share everything that was asked to wider ones; none for nothing asked."""
    named = asked.named
    if not named:
        return ()
    rungs = [replace(asked, **{field.name: None for field in fields(asked) if field.name not in named})]
    for name in _DROPPED:
        kept = [one for one in rungs[-1].named if one != name]
        if name in rungs[-1].named and any(one in _ANCHORS for one in kept):
            rungs.append(replace(rungs[-1], **{name: None}))
    return tuple(rungs)
