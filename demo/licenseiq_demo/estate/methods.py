"""The ways in which somebody can sign in: authenticationMethod resources, made when they are first asked for.

Ids of a mobile phone, mail and password are the same for everybody: "phoneAuthenticationMethod",
"emailAuthenticationMethod" and "passwordAuthenticationMethod" (graph, resources).
"""

import random
from dataclasses import dataclass, field

from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.causes import EMPLOYEES
from licenseiq_demo.people.person import Fields, Person

IDS = {
    "passwordMethods": "28c10230-6103-485e-b985-444c60001490",
    "phoneMethods": "3179e48a-750b-4051-897c-87b9720928f7",
    "emailMethods": "3ddfcfc8-9383-446f-83cc-3ab9be4be18f",
}

TYPES = {
    "phoneMethods": "phoneAuthenticationMethod",
    "microsoftAuthenticatorMethods": "microsoftAuthenticatorAuthenticationMethod",
    "fido2Methods": "fido2AuthenticationMethod",
    "softwareOathMethods": "softwareOathAuthenticationMethod",
    "emailMethods": "emailAuthenticationMethod",
    "windowsHelloForBusinessMethods": "windowsHelloForBusinessAuthenticationMethod",
    "temporaryAccessPassMethods": "temporaryAccessPassAuthenticationMethod",
    "passwordMethods": "passwordAuthenticationMethod",
}
"""The collection below `/authentication/` by which each type is read and deleted."""

SECOND_FACTORS = ("microsoftAuthenticatorMethods", "phoneMethods", "softwareOathMethods")
"""Those that can be the default, in the order in which they become it."""


def of_type(segment: str, **fields: object) -> Fields:
    """A method as Graph writes it in a collection of all types."""
    return {"@odata.type": f"#microsoft.graph.{TYPES[segment]}", **fields}


@dataclass(slots=True)
class Methods:
    """Everybody's methods; a person's are made on first sight, always the same ones."""

    calendar: Calendar
    _made: dict[str, list[Fields]] = field(default_factory=dict)

    def of(self, person: Person) -> list[Fields]:
        """The methods, the password first; writes change this list."""
        if person.id not in self._made:
            self._made[person.id] = self._make(person)
        return self._made[person.id]

    def default(self, person: Person) -> str | None:
        """The id of the default second factor; None when there is none."""
        for segment in SECOND_FACTORS:
            for method in self.of(person):
                if method["@odata.type"].endswith(TYPES[segment]):
                    return str(method["id"])
        return None

    def _make(self, person: Person) -> list[Fields]:
        rng = random.Random(f"{person.id}/methods")
        changed = person.fields["createdDateTime"] or self.calendar.moment(400, rng)
        made = [of_type("passwordMethods", id=IDS["passwordMethods"], password=None, createdDateTime=changed)]
        if person.cause not in EMPLOYEES or person.cause == "new_hire":
            return made
        name = person.fields["givenName"] or "Phone"
        at = self.calendar.moment(200, rng)
        number = f"+44 7{rng.randrange(10**9):09}"
        made.append(
            of_type(
                "phoneMethods",
                id=IDS["phoneMethods"],
                phoneNumber=number,
                phoneType="mobile",
                smsSignInState="notAllowedByPolicy",
            )
        )
        if rng.random() < 0.75:
            made.append(
                of_type(
                    "microsoftAuthenticatorMethods",
                    id=new_id(rng),
                    displayName=f"{name}'s phone",
                    deviceTag="SoftwareTokenActivated",
                    phoneAppVersion="6.2411.7912",
                    createdDateTime=at,
                )
            )
        if rng.random() < 0.45:
            made.append(
                of_type(
                    "windowsHelloForBusinessMethods",
                    id=new_id(rng),
                    displayName=f"LT-{rng.randrange(10_000):04}",
                    keyStrength="normal",
                    createdDateTime=at,
                )
            )
        if rng.random() < 0.12:
            made.append(
                of_type(
                    "fido2Methods",
                    id=new_id(rng).replace("-", "")[:24],
                    displayName="Security key",
                    model="Field key 5",
                    attestationLevel="attested",
                    attestationCertificates=[],
                    aaGuid=new_id(rng),
                    createdDateTime=at,
                )
            )
        if rng.random() < 0.1:
            made.append(of_type("softwareOathMethods", id=new_id(rng), secretKey=None))
        if rng.random() < 0.4:
            local = f"{person.id[:8]}@personal.example"
            made.append(of_type("emailMethods", id=IDS["emailMethods"], emailAddress=local))
        return made
