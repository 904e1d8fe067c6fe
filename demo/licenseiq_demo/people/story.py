"""Who stands for which situation of mail and law: each has a person of its own, so that no test meets two by accident.

Nothing in an account tells it; tests ask the control API (`GET /_demo/story`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from licenseiq_demo import catalogue
from licenseiq_demo.people.person import Person

LEFT = ("left_last_month", "untold_leaver", "told_leaver")
"""Causes of people who left, those first who can still sign in."""
STAYS = ("active", "mail_and_web", "moved_to_e5", "copilot_handed_out", "visio_handed_out", "comes_each_quarter")

Fits = Callable[[Person], bool]


def in_cloud(person: Person) -> bool:
    """An account of the cloud with a mailbox whose plan can hold."""
    return not person.fields["onPremisesSyncEnabled"] and _has_full_mailbox(person)


def by_hand(person: Person) -> bool:
    """The same, and nothing came through a group."""
    return in_cloud(person) and not _by_group(person)


def with_files(person: Person) -> bool:
    """The same, and there is a OneDrive."""
    return by_hand(person) and person.drive_bytes is not None


def synced(person: Person) -> bool:
    """An account that is mastered on-premises, otherwise like one by hand."""
    return bool(person.fields["onPremisesSyncEnabled"]) and _has_full_mailbox(person) and not _by_group(person)


def _has_full_mailbox(person: Person) -> bool:
    full = catalogue.skus_with("EXCHANGE_S_ENTERPRISE")
    return person.mailbox is not None and any(row["skuId"] in full for row in person.fields["assignedLicenses"])


def _by_group(person: Person) -> bool:
    return any(row["assignedByGroup"] for row in person.states)


@dataclass(frozen=True, slots=True)
class Part:
    """A situation and who may stand for it; rare ones are for people at work, so that enough leavers remain."""

    name: str
    fits: Fits = by_hand
    rare: bool = False


PARTS: tuple[Part, ...] = (
    Part("plain_leaver"),
    Part("litigation_hold"),
    Part("ediscovery_site", with_files),
    Part("mailbox_over_50_gb"),
    Part("ediscovery_mailbox"),
    Part("mailbox_with_archive"),
    Part("hybrid_mailbox", synced),
    Part("retention_policy"),
    Part("forwards_outside"),
    Part("delegate_elsewhere"),
    Part("future_meetings"),
    Part("excluded_from_retention", rare=True),
    Part("rule_that_forwards_outside", rare=True),
    Part("delay_hold", rare=True),
    Part("retention_label", rare=True),
    Part("ediscovery_custodian", rare=True),
    Part("litigation_hold_for_a_time", rare=True),
    Part("retention_that_only_deletes", rare=True),
    Part("in_place_hold", rare=True),
    Part("ediscovery_released", rare=True),
    Part("ediscovery_site_among_others", with_files, rare=True),
)
"""The first ones are there in a small tenant too."""


def cast(people: Iterable[Person], holders: Iterable[str]) -> dict[str, Person]:
    """The person of each situation. Nobody who holds a role, by one of the ids in `holders`, and nobody twice."""
    privileged = frozenset(holders)
    free = [p for p in people if p.id not in privileged and privileged.isdisjoint(p.groups)]
    gone = [person for cause in LEFT for person in free if person.cause == cause]
    at_work = [person for cause in STAYS for person in reversed(free) if person.cause == cause]
    found: dict[str, Person] = {}
    for part in PARTS:
        order = at_work if part.rare else chain(gone, at_work)
        second_best = (person for person in at_work if part.fits is by_hand and in_cloud(person))
        fitting = chain(filter(part.fits, order), second_best)
        taken = {person.id for person in found.values()}
        person = next((person for person in fitting if person.id not in taken), None)
        if person is not None:
            found[part.name] = person
    return found
