"""What the findings of an evaluation claim, as lists and groups. Each seat is counted once, for its first finding."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.evaluation import KindTotal
from licenseiq.findings.finding import Finding
from licenseiq.money import Total, add_up


class GroupBy(StrEnum):
    """By what claimed seats are grouped; the groups of each add up to the same money."""

    KIND = "kind"
    SKU = "sku"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class WasteQuery:
    """Which claimed seats to look at. `department` is compared without case, and leaves out seats that nobody holds.

    `skip` are the findings of the pages before: an evaluation never changes, so a number is a place in it. A `limit`
    of 0 asks for the totals alone.
    """

    kind: str | None = None
    sku_id: str | None = None
    department: str | None = None
    limit: int = 20
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Waste:
    """One finding with the seats that it claims, as far as the query asked for them.

    `monthly` is what the priced ones among the `seats` cost, without the `unpriced_seats`. Texts are raw.
    """

    finding: Finding
    user_principal_name: str | None
    sku_ids: tuple[str, ...]
    seats: int
    monthly: Total
    unpriced_seats: int


@dataclass(frozen=True, slots=True)
class WastePage:
    """`total` findings match; `rows` are those that count first, then those to review, each by money, seats and id.

    Those of which a person has decided to leave the seats come last. All matches by kind are in one of `counted`,
    `to_review`, `without_money` (findings that free no seat) and `excepted`; `people` is how many they are about.
    """

    total: int
    rows: tuple[Waste, ...]
    counted: tuple[KindTotal, ...]
    to_review: tuple[KindTotal, ...]
    people: int = 0
    without_money: tuple[KindTotal, ...] = ()
    excepted: tuple[KindTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class WasteGroup:
    """Claimed seats that have something in common: `key` is a kind, a SKU id or a department (raw text).

    `key` is None for people without a department and, where `held` is False, for seats that nobody holds. `seats`,
    `monthly` and `unpriced_seats` count as exposure; `review_seats` do not. `people` is how many hold them; `merged` is
    True for what is left of groups that are too small to be shown by themselves. `findings` counts all of them, also
    those that free no seat.
    """

    key: str | None
    held: bool
    seats: int
    monthly: Total
    unpriced_seats: int
    review_seats: int
    people: int = 0
    merged: bool = False
    findings: int = 0


def matched(totals: Iterable[KindTotal]) -> KindTotal:
    """All of `totals` in one."""
    every = tuple(totals)
    return KindTotal(
        "all",
        sum(t.seats for t in every),
        add_up(money for t in every for money in t.monthly),
        sum(t.unpriced_seats for t in every),
        sum(t.findings for t in every),
    )


def known_money(seats: int, monthly: Total, unpriced_seats: int) -> Total | None:
    """The money of seats; None where none of them has a price."""
    return None if seats and seats == unpriced_seats else monthly


def by_worth(group: WasteGroup) -> tuple[int, int, int, bool, str]:
    """How groups are sorted: by money, then seats. Currencies are compared, never added, by the largest amount."""
    most = max((money.micros for money in group.monthly), default=0)
    return (-most, -group.seats, -group.review_seats, group.key is None, group.key or "")
