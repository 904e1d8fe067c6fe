"""Devices that people registered: a laptop mostly, a phone sometimes; Intune manages the laptops."""

import random
from dataclasses import dataclass, field

from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.causes import EMPLOYEES
from licenseiq_demo.people.person import Fields, Person


@dataclass(slots=True)
class Devices:
    """All devices by object id, and whose they are: made when the first is asked for."""

    by_id: dict[str, Fields] = field(default_factory=dict)
    of_person: dict[str, list[str]] = field(default_factory=dict)

    def of(self, person: Person) -> list[Fields]:
        """The devices that somebody registered, which here are those that they own."""
        return [self.by_id[key] for key in self.of_person.get(person.id, ())]


def register(people: list[Person], when: Calendar) -> Devices:
    """Gives each employee who ever worked a laptop, and every second one a phone."""
    found = Devices()
    for person in people:
        if person.cause not in EMPLOYEES or person.usage.success is None:
            continue
        rng = random.Random(f"{person.id}/devices")
        made = [_device(person, "Windows", rng, when)]
        if rng.random() < 0.5:
            made.append(_device(person, "iOS", rng, when))
        found.by_id |= {device["id"]: device for device in made}
        found.of_person[person.id] = [device["id"] for device in made]
    return found


def _device(person: Person, system: str, rng: random.Random, when: Calendar) -> Fields:
    laptop = system == "Windows"
    return {
        "id": new_id(rng),
        "deviceId": new_id(rng),
        "displayName": f"LT-{rng.randrange(10_000):04}" if laptop else f"{person.fields['givenName'] or 'A'}'s iPhone",
        "accountEnabled": True,
        "operatingSystem": system,
        "operatingSystemVersion": "10.0.26100" if laptop else "19.1",
        "trustType": "AzureAd" if laptop else "Workplace",
        "isManaged": laptop,
        "isCompliant": laptop,
        "onPremisesSyncEnabled": None,
        "registrationDateTime": when.moment(300, rng),
        "approximateLastSignInDateTime": when.moment(person.usage.success or 0, rng),
    }


def managed(device: Fields, person: Person) -> Fields:
    """The same laptop as Intune sees it: a managedDevice."""
    return {
        "id": f"{device['deviceId'][:8]}-0000-4000-8000-{device['deviceId'][-12:]}",
        "azureADDeviceId": device["deviceId"],
        "deviceName": device["displayName"],
        "userId": person.id,
        "userPrincipalName": person.upn,
        "operatingSystem": device["operatingSystem"],
        "osVersion": device["operatingSystemVersion"],
        "managedDeviceOwnerType": "company",
        "complianceState": "compliant" if device["isCompliant"] else "unknown",
        "managementAgent": "mdm",
        "enrolledDateTime": device["registrationDateTime"],
        "lastSyncDateTime": device["approximateLastSignInDateTime"],
    }
