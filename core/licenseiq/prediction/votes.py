"""What the people of one group need, counted: the suite first, then what most of those who need it need beside it.

People need many different sets, because few need the same products beside a suite. Whole sets would hardly ever agree
where nine of ten need one suite.

How far a share can be trusted is Wilson's interval (Wilson 1927; Brown, Cai and DasGupta 2001, "Interval estimation
for a binomial proportion"), each side with 95 %.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from math import sqrt
from typing import TypeVar

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.prediction.traits import Traits
from licenseiq.privacy import SMALLEST_GROUP
from licenseiq.right_sizing import sure_need
from licenseiq.skus import Tier

# Per mille of the group that must need the same suite: so many at least, by the lower end of the interval.
LEAST_AGREEMENT = 600
# Of a wider group no more people are looked at than this, near enough, so it would prove no more, and is less alike.
ENOUGH = 50
_Z = 1.645

Seats = tuple[str, ...]
T = TypeVar("T", str, Seats)


class Gap(Enum):
    """Why somebody of a group is no example."""

    NO_PERSON = "belongs to no person, or is blocked"
    IDLE = "needs no seat: nobody uses the account"
    UNKNOWN = "is not known to need or not to need what is held"


def need_of(person: Person, context: Context) -> Seats | Gap:
    """The seats that somebody at work needs for sure, sorted."""
    if person.account_enabled is False or account_kind(person, context) is not AccountKind.PERSON:
        return Gap.NO_PERSON
    need = sure_need(person, context)
    if need is None:
        return Gap.UNKNOWN
    return need or Gap.IDLE


@dataclass(frozen=True, slots=True)
class Vote:
    """A group with `traits` in common: `size` people whose need is known, and `unknown` more at work whose is not.

    `suites` counts who needs which suite, by its SKU ids (empty: none), the most first; `beside` counts per SKU who
    needs it beside the first of them.
    """

    traits: Traits
    size: int
    unknown: int
    suites: tuple[tuple[Seats, int], ...] = ()
    beside: tuple[tuple[str, int], ...] = field(default=())

    @property
    def is_thin(self) -> bool:
        """Too few to go by, or to be told about."""
        return self.size < SMALLEST_GROUP

    @property
    def first(self) -> tuple[Seats, int]:
        """The suite that most need, and how many."""
        return self.suites[0] if self.suites else ((), 0)

    @property
    def agreement(self) -> int:
        """Per mille of the group who need the first suite."""
        return 1000 * self.first[1] // self.size if self.size else 0

    @property
    def winner(self) -> Seats:
        """The first suite and what more than half of those who need it need beside it, sorted."""
        suite, votes = self.first
        return tuple(sorted((*suite, *(sku_id for sku_id, count in self.beside if 2 * count > votes))))

    @property
    def agrees(self) -> bool:
        """Whether enough of such people need the first suite, by what this group proves."""
        return not self.is_thin and interval(self.first[1], self.size)[0] >= LEAST_AGREEMENT and bool(self.winner)

    @property
    def settles(self) -> bool:
        """Whether no wider group need be asked: this one agrees, or shows that it does not, or is as large as any."""
        return self.agrees or self.size >= ENOUGH or not self.leaves_open(self.first[0])

    def leaves_open(self, suite: Seats) -> bool:
        """Whether enough of such people could need this suite, by what this group proves."""
        return self.is_thin or interval(dict(self.suites).get(suite, 0), self.size)[1] >= LEAST_AGREEMENT


def count(traits: Traits, needs: Iterable[Seats | Gap], context: Context) -> Vote:
    """The vote of people with these needs, in any order."""
    every = list(needs)
    known = [need for need in every if not isinstance(need, Gap)]
    split = [(tuple(s for s in need if _is_suite(s, context)), need) for need in known]
    suites = _most(Counter(suite for suite, _ in split))
    first = suites[0][0] if suites else ()
    beside = _most(Counter(s for suite, need in split if suite == first for s in need if s not in suite))
    return Vote(traits, len(known), every.count(Gap.UNKNOWN), suites, beside)


def vote_of(traits: Traits, people: Iterable[Person], context: Context, without: str | None = None) -> Vote:
    """The vote of `people`, who have `traits` in common; `without` is the id of somebody who is not asked."""
    return count(traits, (need_of(one, context) for one in people if one.user_id != without), context)


def interval(votes: int, size: int) -> tuple[int, int]:
    """Wilson's interval of a share, per mille, widened to whole numbers; everything for nobody."""
    if not size:
        return (0, 1000)
    share, square = votes / size, _Z * _Z
    middle = share + square / (2 * size)
    half = _Z * sqrt(share * (1 - share) / size + square / (4 * size * size))
    scale = 1000 / (1 + square / size)
    return (max(0, int((middle - half) * scale)), min(1000, -int(-(middle + half) * scale // 1)))


def _is_suite(sku_id: str, context: Context) -> bool:
    return isinstance(context.catalogue.contents(sku_id), Tier)


def _most(found: Counter[T]) -> tuple[tuple[T, int], ...]:
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))
