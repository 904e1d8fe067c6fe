"""Everybody who has an account here, and a few who had one."""

import random
from collections import Counter

from licenseiq_demo import licensing
from licenseiq_demo.catalogue import by_part
from licenseiq_demo.groups import Group, found
from licenseiq_demo.people import names, oddities
from licenseiq_demo.people.calendar import Calendar
from licenseiq_demo.people.causes import EMPLOYEES, cast
from licenseiq_demo.people.employees import employee
from licenseiq_demo.people.habits import HABITS
from licenseiq_demo.people.person import Fields, Mailbox, MailboxKind, Person, Usage
from licenseiq_demo.people.signins import activity
from licenseiq_demo.people.things import thing
from licenseiq_demo.people.wardrobe import by_hand

_KINDS: dict[str, MailboxKind] = {
    "shared_mailbox": "shared",
    "full_shared_mailbox": "shared",
    "room": "room",
    "equipment": "equipment",
}
_NO_MAILBOX = frozenset({"guest", "service", "break_glass", "almost_empty", "admin_of_before"})
GIB = 1024**3


def _mailbox(cause: str, rng: random.Random) -> Mailbox | None:
    if cause in _NO_MAILBOX:
        return None
    kind, luck = _KINDS.get(cause, "user"), rng.random()
    archive = rng.random() < 0.06 and kind == "user"
    size = int(luck**3 * (62 if kind == "user" else 42) * GIB) + 2_000_000
    if cause == "full_shared_mailbox":
        size, archive = (int((55 + 35 * luck) * GIB), False) if luck < 0.6 else (size, True)
    return Mailbox(kind, size, size // 90_000, archive)


def _meet(cause: str, number: int, when: Calendar, rng: random.Random, taken: names.SignInNames) -> Person:
    make = employee if cause in EMPLOYEES else thing
    fields = make(cause, number, when, rng, taken)
    usage: Usage = HABITS[cause](rng)
    signed_in = activity(usage, when, rng)
    if signed_in is not None:
        fields["signInActivity"] = signed_in
    drive = None
    if cause in EMPLOYEES and usage.onedrive is not None:
        drive = int(rng.random() ** 3 * 400 * GIB)
    fields["assignedLicenses"] = []
    assigned = fields["createdDateTime"]
    fields["licenseAssignmentStates"] = [
        _given(part, assigned, rng) for part in by_hand(cause, fields["department"], rng)
    ]
    return Person(cause, fields, usage, _mailbox(cause, rng), drive, [])


def _given(part: str, at: str, rng: random.Random) -> Fields:
    """A direct assignment; Graph says "None" for some rows and null for others when there is no error."""
    sku = by_part()[part]
    error = "None" if rng.random() < 0.7 else None
    off = [plan.plan_id for plan in sku.plans if plan.name == "YAMMER_ENTERPRISE"] if rng.random() < 0.06 else []
    return licensing.row(sku.sku_id, None, at, error=error, off=tuple(off))


def _join(people: list[Person], when: Calendar, rng: random.Random) -> list[Group]:
    made = found(when, rng)
    for person in people:
        if person.cause in EMPLOYEES:
            for recipe, group in made:
                if recipe.joins(person.fields["department"], rng.random()):
                    person.groups.append(group.id)
                    at = person.fields["createdDateTime"]
                    person.states.extend(licensing.row(sku, group.id, at) for sku in group.sku_ids)
    return [group for _, group in made]


def _rename(person: Person, given: str, family: str, taken: names.SignInNames) -> None:
    local = f"{names.plain(given)}.{names.plain(family)}"
    upn = taken.take(local)
    person.fields |= {
        "displayName": f"{given} {family}",
        "givenName": given,
        "surname": family,
        "userPrincipalName": upn,
        "mail": upn,
        "mailNickname": upn.partition("@")[0],
        "proxyAddresses": [f"SMTP:{upn}"],
    }


def _oddities(people: list[Person], taken: names.SignInNames, rng: random.Random) -> None:
    staff = [p for p in people if p.cause in EMPLOYEES]
    gone = [p for p in staff if p.cause in ("told_leaver", "untold_leaver", "never_used", "sprayed")]
    rng.shuffle(gone)
    for person, name in zip(gone, oddities.HOSTILE_NAMES, strict=False):
        person.fields["displayName"] = name
    rest = [p for p in staff if p not in gone[: len(oddities.HOSTILE_NAMES)]]
    busy = [p for p in rest if p.cause == "active"]
    idle = [p for p in rest if p.cause == "untold_leaver"] or busy[1:]
    for person in (*busy[:1], *idle[:1]):
        _rename(person, *oddities.TWINS, taken)
    for person in busy[2:3]:
        _rename(person, *oddities.APOSTROPHE, taken)
    for person in busy[3:6] + idle[1:2]:
        person.fields["usageLocation"] = None
    for person in busy[6:8]:
        person.fields["createdDateTime"] = None


def _managers(people: list[Person], rng: random.Random) -> None:
    leads: dict[str, list[Person]] = {}
    for person in people:
        if person.cause == "active":
            leads.setdefault(person.fields["department"], []).append(person)
    for person in people:
        if person.cause in EMPLOYEES:
            choice = leads.get(person.fields["department"], [])[: 1 + len(people) // 60]
            boss = choice[int(rng.random() * len(choice))] if choice else None
            person.manager = boss.id if boss and boss is not person else None


def _no_seat(people: list[Person], groups: list[Group], when: Calendar, consumed: Counter[str]) -> None:
    """A few members whom the group could not give its product, because no seat was left."""
    visio = next(g for g in groups if g.sku_ids == [by_part()["VISIOCLIENT"].sku_id])
    for person in [p for p in people if visio.id in p.groups and p.cause == "active"][:3]:
        for item in person.states:
            if item["assignedByGroup"] == visio.id:
                item |= {
                    "state": "Error",
                    "error": "CountViolation",
                    "lastUpdatedDateTime": f"{when.day(53)}T00:00:00Z",
                }
        licensing.refresh(person, consumed)


def settle(
    users: int, when: Calendar, rng: random.Random
) -> tuple[list[Person], list[Group], Counter[str], list[Person]]:
    """All people, all groups, seats taken by `skuId`, and former people whom only reports still know."""
    taken = names.SignInNames()
    people = [_meet(cause, n, when, rng, taken) for n, cause in enumerate(cast(users, rng))]
    groups = _join(people, when, rng)
    _oddities(people, taken, rng)
    _managers(people, rng)
    consumed: Counter[str] = Counter()
    for person in people:
        licensing.refresh(person, consumed)
    _no_seat(people, groups, when, consumed)
    former = [_meet("told_leaver", users + n, when, rng, taken) for n in range(1 + users // 80)]
    for person in former:
        licensing.refresh(person, Counter())
    return people, groups, consumed, former
