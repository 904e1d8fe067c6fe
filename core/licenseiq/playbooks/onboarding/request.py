"""What is asked for when somebody starts or moves, in names as a chat gives them; refused where it makes no sense."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licenseiq.errors import BadRequest

_PRINCIPAL = re.compile(r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9.\-]{1,190}\.[A-Za-z]{2,24}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class MadeBy(StrEnum):
    """Who makes a new account. HERE: this plan. ELSEWHERE: Active Directory, or provisioning from HR."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """`user` is somebody who is there already; else `display_name` and `user_principal_name` say who is to come, and an
    account of that name is taken for theirs. `manager` and `skus` are selectors. `account` None: elsewhere where the
    directory is synchronised from Active Directory. None otherwise: not said."""

    user: str | None = None
    display_name: str | None = None
    user_principal_name: str | None = None
    employee_id: str | None = None
    department: str | None = None
    job_title: str | None = None
    office: str | None = None
    usage_location: str | None = None
    employee_type: str | None = None
    manager: str | None = None
    skus: tuple[str, ...] = ()
    start: date | None = None
    account: MadeBy | None = None

    @property
    def attributes(self) -> dict[str, str]:
        """What is to be set, by the names of Microsoft Graph's user resource."""
        found = {
            "department": self.department,
            "jobTitle": self.job_title,
            "officeLocation": self.office,
            "usageLocation": self.usage_location,
            "employeeType": self.employee_type,
        }
        return {name: value for name, value in found.items() if value}


def check(request: JoinRequest) -> None:
    """Raises BadRequest for a request that contradicts itself or says too little."""
    if request.user is not None:
        if request.display_name or request.user_principal_name or request.employee_id or request.account:
            raise BadRequest(
                "user names somebody who is there; the rest describes somebody who is not.",
                "Give user alone with what changes, or display_name and user_principal_name of a newcomer.",
            )
        if not (request.attributes or request.manager or request.skus):
            raise BadRequest("Nothing is to change for this person.", "Give department, job_title, manager or skus.")
    elif not request.display_name or not request.user_principal_name:
        raise BadRequest(
            "Who is to come is not said.", "Give user, or display_name and user_principal_name of a newcomer."
        )
    if request.user_principal_name is not None and not _PRINCIPAL.fullmatch(request.user_principal_name):
        raise BadRequest("That principal name is none.", "Write it as first.last@your-domain, in plain letters.")
    if request.usage_location is not None and not _COUNTRY.fullmatch(request.usage_location):
        raise BadRequest("A usage location has two letters.", "Write it as ISO 3166 has it, such as DE.")
    if len({sku.casefold() for sku in request.skus}) != len(request.skus):
        raise BadRequest("A SKU is named twice in skus.", "Name each once.")
