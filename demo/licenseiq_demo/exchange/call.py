"""One call of a cmdlet: its parameters as PowerShell would bind them, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from licenseiq_demo.exchange.errors import not_found, wrong_parameter
from licenseiq_demo.mail.box import Box, Status
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.state import DemoState


@dataclass(frozen=True, slots=True)
class Result:
    """Rows and warnings; a cmdlet that only sets something returns no rows."""

    rows: list[Fields] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """The parameters by their name in lower case."""

    state: DemoState
    parameters: Mapping[str, Any]

    @property
    def today(self) -> date:
        """The day on the tenant's clock."""
        return self.state.now().date()

    def text(self, name: str) -> str | None:
        """A parameter as text; None when it was left out or empty (`$null`)."""
        value = self.parameters.get(name.lower())
        return None if value is None or value == "" else str(value)

    def needed(self, name: str) -> str:
        """A parameter that has to be there."""
        found = self.text(name)
        if found is None:
            raise wrong_parameter(
                f"Cannot process command because of one or more missing mandatory parameters: {name}."
            )
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        """A switch, or a Boolean."""
        value = self.parameters.get(name.lower(), default)
        if isinstance(value, str) and value.lower().lstrip("$") in ("true", "false"):
            return value.lower().lstrip("$") == "true"
        if not isinstance(value, bool):
            raise wrong_parameter(f'Cannot convert value "{value}" of parameter \'{name}\' to type "System.Boolean".')
        return value

    def has(self, name: str) -> bool:
        """Whether it was given at all, `$null` included."""
        return name.lower() in self.parameters

    def person(self, identity: str) -> tuple[Person, bool]:
        """Who is meant, and whether that account is deleted: by id, sign-in name, address, alias or ExchangeGuid."""
        tenant = self.state.tenant
        found = tenant.find(identity)
        if found is not None:
            return found, False
        wanted = identity.lower().removeprefix("smtp:")
        for people, deleted in ((tenant.people, False), (tenant.removed.values(), True)):
            for person in people:
                if wanted in self._names(person):
                    return person, deleted
        raise not_found(identity)

    def _names(self, person: Person) -> set[str]:
        fields = person.fields
        names = [person.id, person.upn, fields["mail"], fields["mailNickname"], *fields["proxyAddresses"]]
        box = self.state.tenant.mail.boxes.get(person.id)
        return {str(name).lower().removeprefix("smtp:") for name in (*names, box.guid if box else None) if name}

    def seen(self, identity: str) -> tuple[Person, Box, Status]:
        """A mailbox as a reader sees it, in whatever state; 404 when it is gone or was never there."""
        person, deleted = self.person(identity)
        found = self.state.tenant.mail.read(person, self.today, deleted=deleted)
        if found is None or found[1] in ("gone", "coming"):
            raise not_found(identity)
        return person, *found

    def live(self, identity: str) -> tuple[Person, Box]:
        """A mailbox that can be written to, or that can be read without a switch."""
        person, deleted = self.person(identity)
        found = self.state.tenant.mail.look(person, self.today, deleted=deleted)
        if found is None or found[1] != "live":
            raise not_found(identity)
        return person, found[0]

    def writing(self, identity: str) -> tuple[Person, Box]:
        """The same, at the beginning of a write."""
        person, box = self.live(identity)
        self.state.tenant.mail.before_write(person, self.state.tenant.lag)
        return person, box

    def named(self, ids: list[str]) -> list[Person]:
        """The people with these ids who are still there."""
        found = [self.state.tenant.by_id.get(key) for key in ids]
        return [person for person in found if person is not None]


Cmdlet = Callable[[Call], Result]
