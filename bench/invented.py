"""Tenants of which it is written down who needs what, for the bench of predictions.

What somebody needs comes from the department, the job title, or nothing, and at `noise` from another title altogether.
People use what they need, hold more than that, and some are gone, new, or in no report.
"""

import random
from dataclasses import dataclass, replace
from datetime import timedelta

from licenseiq.context import Context
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.readings import Reading, Source
from licenseiq.seats import SeatLine
from licenseiq.times import parse_iso
from licenseiq.usage import Activation, AppUse, Drive, LastUse, Mailbox, ProductUse, Signals, SignIn
from licenseiq_tenant.prices import load_catalogue

NOW = parse_iso("2026-11-23T12:00:00Z")
GB = 2**30
WEB, DESKTOP = "O365_BUSINESS_ESSENTIALS", "O365_BUSINESS_PREMIUM"
ADDONS = ("Microsoft_365_Copilot", "VISIOCLIENT", "PROJECTPROFESSIONAL")
DEPARTMENTS, TITLES, OFFICES = 8, 5, 4


@dataclass(frozen=True)
class Invented:
    """`needs` are the SKU ids that everybody at work needs, sorted, by user id."""

    people: tuple[Person, ...]
    context: Context
    needs: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Recipe:
    """`driver` is what decides needs: "job title", "department" or "nothing"."""

    driver: str
    noise: float
    too_much: float = 0.35
    gone: float = 0.08
    unread: float = 0.06
    new: float = 0.03


def invent(recipe: Recipe, users: int, seed: int) -> Invented:
    """The same recipe, users and seed give the same tenant."""
    dice = random.Random(f"{recipe}/{users}/{seed}")
    catalogue = load_catalogue()
    sku = {one.part_number: one.sku_id for one in catalogue.skus.values()}
    lines = {sku[p]: SeatLine(sku[p], p, users, 0, 0, 0, users // 2, True, "Enabled") for p in (WEB, DESKTOP, *ADDONS)}
    readings = {source: Reading(source, None, NOW) for source in Source}
    # What nobody can see is released, so that use alone decides: else everybody needs what is held.
    seen = {"visio_desktop", "project_desktop"}
    policy = Policy(released_capabilities=frozenset(catalogue.capabilities) - seen)
    profiles = [_profile(dice) for _ in range(DEPARTMENTS * TITLES)]
    people, needs = [], {}
    for number in range(users):
        department = min(int(dice.expovariate(0.4)), DEPARTMENTS - 1)
        title = min(int(dice.expovariate(0.7)), TITLES - 1)
        place = {"job title": department * TITLES + title, "department": department * TITLES}.get(recipe.driver)
        if place is None or dice.random() < recipe.noise:
            place = dice.randrange(len(profiles))
        needed = {part for part, share in profiles[place].items() if dice.random() < share}
        needed.add(DESKTOP if needed.intersection((DESKTOP, *ADDONS)) else WEB)
        person = _person(number, needed, recipe, dice, sku)
        person = replace(
            person,
            department=f"Department {department}",
            job_title=f"Title {department}.{title}",
            office=f"Office {dice.randrange(OFFICES)}",
            employee_type="Employee",
            manager_id=f"u{department * 7 + dice.randrange(3):05}",
        )
        people.append(person)
        if person.account_enabled and not _is_gone(person):
            needs[person.user_id] = tuple(sorted(sku[part] for part in needed))
    return Invented(tuple(people), Context("t", NOW, catalogue, policy, readings, lines), needs)


def _profile(dice: random.Random) -> dict[str, float]:
    """The share of people who need each product; a title is mostly clear about it."""
    found = {DESKTOP: dice.choice((0.03, 0.03, 0.03, 0.5, 0.97, 0.97, 0.97))}
    for addon in ADDONS if found[DESKTOP] >= 0.5 else ():
        found[addon] = dice.choice((0.02, 0.02, 0.02, 0.3, 0.95))
    return found


def _person(number: int, needed: set[str], recipe: Recipe, dice: random.Random, sku: dict[str, str]) -> Person:
    held = {DESKTOP} if DESKTOP in needed or dice.random() < recipe.too_much else {WEB}
    held |= {addon for addon in ADDONS if addon in needed or dice.random() < recipe.too_much / 3}
    days = 200 if dice.random() < recipe.gone else dice.randrange(1, 20)
    seen = (NOW - timedelta(days=days)).date()
    devices = frozenset({"word", "excel"})
    apps = AppUse(seen, devices if DESKTOP in needed else frozenset(), frozenset({"word"}))
    activated = tuple(
        (word, seen) for word, part in zip(("visio pro", "project pro"), ADDONS[1:], strict=True) if part in needed
    )
    return Person(
        user_id=f"u{number:05}",
        account_enabled=True,
        user_type="Member",
        created=NOW - timedelta(days=10 if dice.random() < recipe.new else 900),
        assignments=tuple(Assignment(sku[part]) for part in sorted(held)),
        roles=(),
        signals=Signals(
            sign_in=SignIn(*[NOW - timedelta(days=days)] * 3),
            products=ProductUse(exchange=seen, onedrive=seen, teams=seen),
            apps=None if dice.random() < recipe.unread else apps,
            mailbox=Mailbox("user", seen, dice.randrange(1, 40) * GB, 100 * GB, False),
            drive=Drive(seen, dice.randrange(1, 300) * GB, 9),
            teams=LastUse(seen),
            sharepoint=LastUse(seen),
            copilot=LastUse(seen if "Microsoft_365_Copilot" in needed else None),
            activation=Activation(seen if activated else None, activated),
        ),
    )


def _is_gone(person: Person) -> bool:
    sign_in = person.signals.sign_in
    return sign_in is not None and sign_in.successful is not None and (NOW - sign_in.successful).days > 90
