"""Directory roles and who holds them."""

import random

from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields, Person

DEFINITIONS: tuple[tuple[str, str, bool], ...] = (
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator", True),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", True),
    ("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator", True),
    ("4d6ac14f-3453-41d0-bef9-a3e0c569773a", "License Administrator", False),
    ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", True),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", True),
)
"""Role template id, name, and whether Microsoft marks it as privileged (entra permissions-reference)."""


def definition(template: tuple[str, str, bool]) -> Fields:
    """A unifiedRoleDefinition."""
    role_id, name, privileged = template
    return {
        "id": role_id,
        "templateId": role_id,
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "isPrivileged": privileged,
    }


HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


def row(principal_id: str, role_id: str, rng: random.Random) -> Fields:
    """A unifiedRoleAssignment for the whole tenant."""
    return {
        "id": new_id(rng).replace("-", "")[:22],
        "principalId": principal_id,
        "roleDefinitionId": role_id,
        "directoryScopeId": "/",
    }


def eligible(people: list[Person], when: Calendar, rng: random.Random) -> list[Fields]:
    """The first two administrators may activate a further role: unifiedRoleEligibilityScheduleInstance."""
    admins = [person for person in people if person.cause == "administrator"]
    return [
        row(person.id, READER, rng)
        | {"appScopeId": None, "startDateTime": when.moment(200, rng), "endDateTime": None, "memberType": "Direct"}
        for person in admins[:2]
    ]


def assign(people: list[Person], rng: random.Random) -> list[Fields]:
    """Role assignments: break-glass accounts, the administrators in turn, administrators of before, one who left
    unnoticed, and one whose account was blocked and nothing else."""
    holders = [(person, 0) for person in people if person.cause == "break_glass"]
    admins = [person for person in people if person.cause == "administrator"]
    holders += [(person, n % len(DEFINITIONS)) for n, person in enumerate(admins)]
    forgotten = [person for person in people if person.cause == "untold_leaver"]
    holders += [(person, 1) for person in forgotten[-1:]]
    holders += [(person, 2) for person in people if person.cause == "admin_of_before"]
    blocked = [person for person in people if person.cause == "told_leaver"]
    holders += [(person, 3) for person in blocked[-1:]]
    return [row(person.id, DEFINITIONS[role][0], rng) for person, role in holders]
