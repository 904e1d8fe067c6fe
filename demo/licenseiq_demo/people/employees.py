"""The fields of somebody who works here, or did."""

import random

from licenseiq_demo.people import names
from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields

DEPARTMENTS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("Sales", 0.18, ("Account Manager", "Sales Engineer", "Regional Sales Lead", "Bid Writer")),
    ("Engineering", 0.36, ("Firmware Engineer", "Test Engineer", "Mechanical Designer", "Architect")),
    ("Finance", 0.44, ("Accountant", "Controller", "Payroll Specialist", "Treasury Analyst")),
    ("Marketing", 0.51, ("Campaign Manager", "Designer", "Product Marketer", "Events Coordinator")),
    ("HR", 0.55, ("HR Partner", "Recruiter", "Learning Adviser")),
    ("Legal", 0.58, ("Counsel", "Contract Manager", "Paralegal")),
    ("Operations", 0.72, ("Buyer", "Logistics Planner", "Shift Supervisor", "Quality Inspector")),
    ("Customer Service", 0.84, ("Service Agent", "Team Lead", "Complaints Specialist")),
    ("Field Service", 0.94, ("Field Technician", "Calibration Technician", "Dispatcher")),
    ("IT", 1.0, ("System Administrator", "Support Engineer", "Security Analyst", "Developer")),
)
"""Department, cumulative share, job titles."""

OFFICES: tuple[tuple[str, str, str, str], ...] = (
    ("Leeds", "GB", "United Kingdom", "en-GB"),
    ("Eindhoven", "NL", "Netherlands", "nl-NL"),
    ("Kraków", "PL", "Poland", "pl-PL"),
    ("Stuttgart", "DE", "Germany", "de-DE"),
    ("Porto", "PT", "Portugal", "pt-PT"),
    ("Austin", "US", "United States", "en-US"),
    ("Nagoya", "JP", "Japan", "ja-JP"),
)
"""Office, usage location, country, language."""

DIVISIONS = {"Engineering": "Products", "Operations": "Products", "Sales": "Markets", "Marketing": "Markets"}
"""Departments by division; the others are "Services"."""

_HIRED: dict[str, tuple[int, int]] = {
    "new_hire": (2, 28),
    "never_used": (125, 400),
    "told_leaver": (1450, 3400),
    "untold_leaver": (520, 3400),
    "phone_still_fetches": (520, 3400),
    "sprayed": (520, 3400),
    "sabbatical": (900, 3400),
    "parental_leave": (500, 3400),
    "left_last_month": (400, 3400),
    "comes_each_quarter": (500, 3400),
    "copilot_handed_out": (500, 3400),
    "visio_handed_out": (500, 3400),
    "moved_to_e5": (900, 3400),
}

_GIVEN_BY_HAND = frozenset({"mail_and_web", "copilot_handed_out", "visio_handed_out", "moved_to_e5"})


def employee(cause: str, number: int, when: Calendar, rng: random.Random, names_: names.SignInNames) -> Fields:
    """A member with everything a personnel office knows; sign-ins and licences come later."""
    given, family = names.person(rng)
    luck = rng.random()
    if cause == "administrator":
        luck = 0.99
    if cause in _GIVEN_BY_HAND:
        luck *= 0.3  # of Sales or Engineering, where no dynamic group gives a main product
    department, upto, titles = next(row for row in DEPARTMENTS if luck < row[1] or row[1] == 1.0)
    office, location, country, language = OFFICES[int(rng.random() * len(OFFICES))]
    low, high = _HIRED.get(cause, (45, 3400))
    hired = low + int(rng.random() * (high - low + 1))
    upn = names_.take(f"{names.plain(given)}.{names.plain(family)}")
    created = when.moment(hired + 3, rng)
    return {
        "id": new_id(rng),
        "displayName": f"{given} {family}",
        "givenName": given,
        "surname": family,
        "userPrincipalName": upn,
        "mail": upn,
        "mailNickname": upn.partition("@")[0],
        "userType": "Member",
        "accountEnabled": cause != "told_leaver",
        "createdDateTime": created,
        "department": department,
        "employeeOrgData": {
            "costCenter": f"CC-{round(upto * 100):03}0",
            "division": DIVISIONS.get(department, "Services"),
        },
        "jobTitle": titles[int(rng.random() * len(titles))],
        "officeLocation": office,
        "usageLocation": location,
        "country": country,
        "city": office,
        "companyName": names.TENANT_NAME,
        "preferredLanguage": language,
        "employeeId": f"{100_000 + number}",
        "employeeType": "Employee",
        "employeeHireDate": f"{when.day(hired)}T00:00:00Z",
        "onPremisesSyncEnabled": True if rng.random() < 0.17 else None,
        "signInSessionsValidFromDateTime": created,
        "proxyAddresses": [f"SMTP:{upn}"],
    }
