"""What is left of somebody who left: each way in and each thing that costs, as it was read, or as not known and why.

Field notes 2: an offboarding that says it was successful is no proof. Yes and no come from what the reader has read;
what it does not read is unknown, with the least permission that would tell.
"""

from dataclasses import dataclass

from licenseiq.accounts import has_left
from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.words import count


@dataclass(frozen=True, slots=True)
class Left:
    """One question. `there` None is unknown, and `says` then names what is missing; else what was found."""

    what: str
    there: bool | None
    says: str


# What no lane of the reader asks, with the least permission that would tell; of live sessions none does.
NOT_READ = (
    "sessions; methods (UserAuthenticationMethod.Read.All); app grants (Directory.Read.All); forwarding "
    "(Exchange.ManageAsApp); other groups (GroupMember.Read.All)"
)


def left_over(person: Person, context: Context) -> tuple[Left, ...] | None:
    """What is left of somebody whose sign-in is blocked, or who left by HR's word; None for anybody else."""
    if person.account_enabled is not False and not has_left(person, context):
        return None
    kept = {a.sku_id for a in person.assignments}
    groups = {a.group_id for a in person.assignments if a.group_id is not None}
    enabled, roles = person.account_enabled, person.roles
    known, held = person.licences_known, f"{len(kept)}, by {count(len(groups), 'group')}"
    rows = (
        Left("can sign in", enabled, "not read" if enabled is None else "allowed" if enabled else "blocked"),
        Left("licences", bool(kept) if known else None, held if known else "User.Read.All"),
        Left(
            "directory roles",
            None if roles is None else bool(roles),
            "RoleManagement.Read.Directory" if roles is None else count(len(roles), "role"),
        ),
    )
    return (*rows, Left("not read", None, NOT_READ))
