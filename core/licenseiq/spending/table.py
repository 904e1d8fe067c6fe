"""The shapes of spend: what a SKU costs, and what a group of seats costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.money import Money, Total, add_up

MOST_MONTHS = 24


class SpendBy(StrEnum):
    """By what paid seats are grouped. MANAGER is the organisation below somebody, however deep."""

    DEPARTMENT = "department"
    COUNTRY = "country"
    COST_CENTER = "cost_center"
    MANAGER = "manager"
    SKU = "sku"


class Per(StrEnum):
    """Over what the months of a forecast are added up."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Role(StrEnum):
    """What a row stands for. GROUP has a key; NONE are holders without one; OUTSIDE those outside of the organisation
    that was asked for; OTHER what is left of groups too small to be shown.

    UNASSIGNED are the seats that nobody holds, with what the rounding of an averaged price leaves. NOT_SPLIT is money
    of SKUs whose seats have no one price, so that no holder's part of it is known.
    """

    GROUP = "group"
    NONE = "none"
    OUTSIDE = "outside"
    OTHER = "other"
    UNASSIGNED = "unassigned"
    NOT_SPLIT = "not_split"

    # As equality has it; an enumeration's own is written in Python, and everybody's row is looked up by it.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class SkuSpend:
    """One paid SKU: `paid` seats are max(bought, taken, held), and `spend` what the priced ones cost a month;
    `unpriced` have no price. `price` is what each seat costs, None where that is not one known amount. `enabled`
    (bought) and `consumed` (taken) are None where Graph did not say."""

    sku_id: str
    enabled: int | None
    consumed: int | None
    held: int
    paid: int
    price: Money | None
    spend: Total
    unpriced: int


@dataclass(frozen=True, slots=True)
class SpendRow:
    """Paid seats that have something in common, and their money a month.

    `key` is a department, country or cost centre folded, a SKU id, or a manager's user id; `label` is what to show, raw
    text of the tenant (None: the key says it). `people` hold the seats. `spend` leaves out the `unpriced` seats, and
    `exposure` the `exposed_unpriced` ones. Spend and exposure are each the sum over the rows of a grouping.
    """

    role: Role
    key: str | None = None
    label: str | None = None
    people: int = 0
    seats: int = 0
    spend: Total = ()
    unpriced: int = 0
    exposure: Total = ()
    exposed_seats: int = 0
    exposed_unpriced: int = 0

    @property
    def name(self) -> tuple[str, str | None]:
        """What tells a row from the others, over days."""
        return self.role.value, self.key


@dataclass(frozen=True, slots=True)
class Spending:
    """Every paid seat in exactly one row. `holders` are the people who take a paid seat (None: not known)."""

    by: SpendBy
    rows: tuple[SpendRow, ...]
    skus: tuple[SkuSpend, ...]
    holders: int | None


def by_worth(row: SpendRow) -> tuple[int, int, str, str]:
    """How rows are sorted: by money, then seats. Currencies are compared, never added, by the largest amount."""
    most = max((money.micros for money in row.spend), default=0)
    return (-most, -row.seats, row.role.value, row.key or "")


def sum_of(rows: Sequence[SpendRow]) -> SpendRow:
    """The rows together, as a row without a key."""
    return SpendRow(
        Role.GROUP,
        people=sum(row.people for row in rows),
        seats=sum(row.seats for row in rows),
        spend=add_up(money for row in rows for money in row.spend),
        unpriced=sum(row.unpriced for row in rows),
        exposure=add_up(money for row in rows for money in row.exposure),
        exposed_seats=sum(row.exposed_seats for row in rows),
        exposed_unpriced=sum(row.exposed_unpriced for row in rows),
    )
