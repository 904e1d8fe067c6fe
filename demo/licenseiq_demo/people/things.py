"""The accounts that no employee sits behind: rooms, scanners, services, guests, mailboxes for many."""

import random

from licenseiq_demo.people import names
from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields

_SHARED = (
    "Accounts Payable",
    "Careers",
    "Customer Returns",
    "Info",
    "Press",
    "Warranty",
    "Travel Desk",
    "Facilities",
)
_EQUIPMENT = ("Beamer", "Pool Car", "Camera Kit", "Thermal Imager")
_SERVICES = ("backup", "crm-sync", "monitoring", "erp-connector", "build-agent", "badge-reader", "reporting")
_ROOMS = ("Aurora", "Baltic", "Cedar", "Dune", "Ember", "Fjord", "Grove", "Harbour")


def _account(
    rng: random.Random, when: Calendar, upn: str, display: str | None, *, enabled: bool, mail: bool = True
) -> Fields:
    created = when.moment(200 + int(rng.random() * 2600), rng)
    return {
        "id": new_id(rng),
        "displayName": display,
        "givenName": None,
        "surname": None,
        "userPrincipalName": upn,
        "mail": upn if mail else None,
        "mailNickname": upn.partition("@")[0],
        "userType": "Member",
        "accountEnabled": enabled,
        "createdDateTime": created,
        "department": None,
        "employeeOrgData": None,
        "jobTitle": None,
        "officeLocation": None,
        "usageLocation": "GB",
        "country": None,
        "city": None,
        "companyName": None,
        "preferredLanguage": None,
        "employeeId": None,
        "employeeType": None,
        "employeeHireDate": None,
        "onPremisesSyncEnabled": None,
        "signInSessionsValidFromDateTime": created,
        "proxyAddresses": [f"SMTP:{upn}"] if mail else [],
    }


def _guest(when: Calendar, rng: random.Random, taken: names.SignInNames) -> Fields:
    given, family = names.person(rng)
    local = f"{names.plain(given)}.{names.plain(family)}"
    upn = taken.take(f"{local}_partner.example#EXT#", names.GUEST_DOMAIN)
    fields = _account(rng, when, upn, f"{given} {family}", enabled=True)
    fields |= {
        "userType": "Guest",
        "mail": f"{local}@partner.example",
        "givenName": given,
        "surname": family,
        "usageLocation": None,
        "companyName": "Partner",
        "creationType": "Invitation",
        "externalUserState": "Accepted",
        "proxyAddresses": [f"SMTP:{local}@partner.example"],
    }
    return fields


def thing(cause: str, number: int, when: Calendar, rng: random.Random, taken: names.SignInNames) -> Fields:
    """The fields of an account with this cause."""
    if cause == "guest":
        return _guest(when, rng, taken)
    if cause in ("shared_mailbox", "full_shared_mailbox"):
        label = _SHARED[number % len(_SHARED)]
        return _account(rng, when, taken.take(label.lower().replace(" ", ".")), label, enabled=False)
    if cause == "room":
        label = f"Room {_ROOMS[number % len(_ROOMS)]} {number}"
        return _account(rng, when, taken.take(f"room.{number}"), label, enabled=number % 2 == 0)
    if cause == "equipment":
        label = f"{_EQUIPMENT[number % len(_EQUIPMENT)]} {number}"
        return _account(rng, when, taken.take(f"equipment.{number}"), label, enabled=False)
    if cause == "scanner":
        return _account(rng, when, taken.take(f"scan.floor{number}"), f"Copier floor {number}", enabled=True)
    if cause == "service":
        label = _SERVICES[number % len(_SERVICES)]
        upn = taken.take(f"svc-{label}")
        return _account(rng, when, upn, upn.partition("@")[0], enabled=True, mail=False)
    if cause == "admin_of_before":
        given, family = names.person(rng)
        upn = taken.take(f"adm.{names.plain(family)}")
        return _account(rng, when, upn, f"{given} {family} (administration)", enabled=True, mail=False)
    if cause == "break_glass":
        upn = taken.take("emergency.access", names.GUEST_DOMAIN)
        return _account(rng, when, upn, "Emergency Access", enabled=True, mail=False)
    fields = _account(rng, when, taken.take("x"), None, enabled=True, mail=False)
    return fields | {"usageLocation": None, "mailNickname": None}
