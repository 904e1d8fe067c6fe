"""Who stands for which situation: each has a person of its own, so that a test of one meets no other by accident.

Nothing in an account tells it; tests ask the control API (`GET /_demo/story`).
"""

from collections.abc import Callable, Iterable

from licenseiq_demo import catalogue
from licenseiq_demo.people.person import Person

LEFT = ("left_last_month", "untold_leaver", "told_leaver")
"""Causes of people who left, those first who can still sign in."""
STAYS = "active"
"""Rare situations are given to people at work, so that enough leavers remain for the others."""

WITH_HOLDS = "EXCHANGE_S_ENTERPRISE"


class Casting:
    """Hands out people who hold no role, nobody twice.

    `story` is what was settled: the object id of the person by the name of the situation. A tenant that is too small
    has no person for the later ones.
    """

    def __init__(self, people: Iterable[Person], holders_of_roles: Iterable[str], taken: Iterable[str] = ()) -> None:
        """`taken` are ids of those who stand for something else already."""
        holders = frozenset((*holders_of_roles, *taken))
        ranks = {cause: rank for rank, cause in enumerate((*LEFT, STAYS))}
        free = [p for p in people if p.cause in ranks and p.id not in holders and holders.isdisjoint(p.groups)]
        self._left = sorted((p for p in free if p.cause != STAYS), key=lambda person: ranks[person.cause])
        self._at_work = [p for p in reversed(free) if p.cause == STAYS]
        self.story: dict[str, str] = {}

    def take(
        self, situation: str, fits: Callable[[Person], bool] | None = None, *, at_work: bool = False
    ) -> Person | None:
        """The next leaver (or somebody at work) who fits, now in the story; None when nobody is left.

        Without `fits`: an account of the cloud with a full mailbox, all by hand.
        """
        free = self._at_work if at_work else self._left
        found = next((person for person in free if (fits or by_hand)(person)), None)
        if found is not None:
            free.remove(found)
            self.story[situation] = found.id
        return found


def by_hand(person: Person) -> bool:
    """An account of the cloud that holds a full Exchange plan and nothing through a group."""
    return not person.fields["onPremisesSyncEnabled"] and has_full_mailbox(person) and not _by_group(person)


def synced(person: Person) -> bool:
    """An account that is mastered on-premises, otherwise alike."""
    return bool(person.fields["onPremisesSyncEnabled"]) and has_full_mailbox(person) and not _by_group(person)


def has_full_mailbox(person: Person) -> bool:
    """Whether a mailbox is there whose plan can hold."""
    full = catalogue.skus_with(WITH_HOLDS)
    return person.mailbox is not None and any(row["skuId"] in full for row in person.fields["assignedLicenses"])


def _by_group(person: Person) -> bool:
    return any(row["assignedByGroup"] for row in person.states)
