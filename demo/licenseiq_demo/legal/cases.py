"""Cases, their hold policies and sources, as "ediscoveryCase", "ediscoveryHoldPolicy", "userSource" and "siteSource"
(graph, security) show them."""

import random
from dataclasses import dataclass, field

from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields, Person

BY: Fields = {"application": None, "user": {"id": "compliance@larkfield.example", "displayName": None}}
SITES = "https://larkfield-my.sharepoint.example/personal"


@dataclass(slots=True)
class Hold:
    """A hold policy; each source in its Graph form."""

    fields: Fields
    users: list[Fields] = field(default_factory=list)
    sites: list[Fields] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """How it shows in the InPlaceHolds of a mailbox."""
        return f"UniH{self.fields['id']}"


@dataclass(slots=True)
class Case:
    """A case; custodians by their id with the sources of each."""

    fields: Fields
    holds: list[Hold] = field(default_factory=list)
    custodians: list[tuple[Fields, list[Fields]]] = field(default_factory=list)


def personal_site(person: Person) -> str:
    """The address of somebody's OneDrive as a site."""
    local = person.upn.replace("@", "_").replace(".", "_")
    return f"{SITES}/{local}/"


def case(name: str, status: str, since: int, when: Calendar, rng: random.Random) -> Case:
    """A case of this name, open or closed."""
    at = when.moment(since, rng)
    return Case(
        {
            "id": new_id(rng),
            "displayName": name,
            "description": "",
            "externalId": "",
            "status": status,
            "createdDateTime": at,
            "lastModifiedDateTime": at,
            "closedDateTime": when.moment(since // 2, rng) if status == "closed" else None,
            "lastModifiedBy": BY,
            "closedBy": BY if status == "closed" else {"application": None, "user": {"id": None, "displayName": ""}},
        }
    )


def hold(name: str, at: str, rng: random.Random, *, on: bool = True) -> Hold:
    """A hold policy, in force or not."""
    return Hold(
        {
            "id": new_id(rng),
            "displayName": name,
            "description": None,
            "status": "success",
            "isEnabled": on,
            "errors": [],
            "contentQuery": "",
            "createdDateTime": at,
            "lastModifiedDateTime": at,
            "createdBy": BY,
            "lastModifiedBy": BY,
        }
    )


def user_source(person: Person, sources: str, at: str, rng: random.Random, *, email: str | None = None) -> Fields:
    """Somebody's mailbox, site or both (`mailbox,site`) as a source; `email` is what the case manager typed."""
    return {
        "id": new_id(rng),
        "displayName": person.fields["displayName"],
        "email": email or person.upn,
        "includedSources": sources,
        "holdStatus": "applied",
        "siteWebUrl": personal_site(person) if "site" in sources else None,
        "createdDateTime": at,
        "createdBy": BY,
    }


def site_source(person: Person, at: str, rng: random.Random) -> Fields:
    """The same OneDrive, but as a site among others."""
    key = new_id(rng)
    return {
        "id": key,
        "displayName": person.fields["displayName"],
        "holdStatus": "applied",
        "createdDateTime": at,
        "createdBy": BY,
        "site": {"id": key, "webUrl": personal_site(person), "createdDateTime": at},
    }


def custodian(source: Fields, at: str, rng: random.Random) -> Fields:
    """The custodian to whom such a source belongs."""
    return {
        "id": new_id(rng).replace("-", ""),
        "displayName": source["displayName"],
        "email": source["email"],
        "status": "active",
        "holdStatus": source["holdStatus"],
        "createdDateTime": at,
        "lastModifiedDateTime": at,
        "releasedDateTime": None,
        "acknowledgedDateTime": "0001-01-01T00:00:00Z",
    }
