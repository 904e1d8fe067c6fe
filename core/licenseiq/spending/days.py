"""History: what an evaluation leaves of a day, and which day to compare with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from licenseiq.context import TenantView
from licenseiq.errors import BadRequest
from licenseiq.evaluation import Evaluation, KindTotal
from licenseiq.money import Total, add_up
from licenseiq.price_list import months_before
from licenseiq.readings import Source
from licenseiq.spending.groups import exposed_of, holding_of, rows_by
from licenseiq.spending.managers import Organisation
from licenseiq.spending.skus import sku_spends
from licenseiq.spending.table import SkuSpend, SpendBy, Spending, SpendRow

KEPT_DAYS = 800
# How far from the day that was asked for another one may be.
NEAR_DAYS = 7
LAST_MONTH, LAST_YEAR = "last_month", "last_year"


@dataclass(frozen=True, slots=True)
class Day:
    """What one day was like, by its last evaluation, made at `as_of`; seats were read at `seats_as_of`. `groups` have
    every grouping that was known."""

    as_of: datetime
    seats_as_of: datetime
    skus: tuple[SkuSpend, ...]
    groups: Mapping[SpendBy, tuple[SpendRow, ...]]
    kinds: tuple[KindTotal, ...]

    @property
    def day(self) -> date:
        return self.as_of.date()

    @property
    def spend(self) -> Total:
        return add_up(money for one in self.skus for money in one.spend)

    @property
    def exposure(self) -> Total:
        return add_up(money for one in self.kinds for money in one.monthly)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found to compare with: `wanted` is the day that was meant, `found` the nearest that is kept, None where
    none is near enough. `first` is the oldest day that is kept, None for no history at all."""

    wanted: date
    found: date | None
    first: date | None

    def words(self) -> str:
        """A sentence on what is compared, or why nothing is."""
        wanted = self.wanted.isoformat()
        if self.found == self.wanted:
            return f"Compared with {wanted}."
        if self.found is not None:
            return f"Compared with {self.found.isoformat()}, the nearest day to {wanted} that is kept."
        if self.first is None:
            return "Nothing to compare with: there is no history yet. Each day on which the tenant is read is kept."
        if self.wanted < self.first:
            return f"Nothing to compare with: there is no history before {self.first.isoformat()}."
        return f"Nothing to compare with: no day within {NEAR_DAYS} days of {wanted} is kept."


def day_of(view: TenantView, evaluation: Evaluation) -> Day | None:
    """What an evaluation leaves of its day; None where users or SKUs were not read, for half a day would look like a
    change. Names of people are not in it."""
    context = view.context
    if not (context.is_read(Source.USERS) and context.is_read(Source.SKUS)):
        return None
    people = {person.user_id: person for person in view.people}
    holdings = [holding_of(people[one.user_id], one.sku_ids) for one in evaluation.holders]
    held: dict[str, int] = {}
    for holding in holdings:
        for sku_id in holding.sku_ids:
            held[sku_id] = held.get(sku_id, 0) + 1
    skus, exposed = sku_spends(context, held), exposed_of(evaluation)
    groups = {}
    for by in SpendBy:
        if by is SpendBy.MANAGER and not context.is_read(Source.MANAGERS):
            continue
        organisation = None
        if by is SpendBy.MANAGER:
            organisation = Organisation({person.user_id: person.manager_id for person in view.people})
        groups[by] = rows_by(by, holdings, exposed, skus, organisation)
    seats_as_of = context.reading(Source.SKUS).as_of or evaluation.as_of
    return Day(evaluation.as_of, seats_as_of, skus, groups, evaluation.summary.by_kind)


def compared(compare: str, today: date, kept: Sequence[date]) -> Compared:
    """The day to compare with: 'last_month', 'last_year', or a day before today as ISO text. Raises BadRequest."""
    wanted = _wanted(compare, today)
    before = sorted(day for day in kept if day < today)
    near = [day for day in before if abs((day - wanted).days) <= NEAR_DAYS]
    found = min(near, key=lambda day: (abs((day - wanted).days), day), default=None)
    return Compared(wanted, found, before[0] if before else None)


def past(day: Day, by: SpendBy) -> Spending | None:
    """That day in one grouping; None where it is not known of that day."""
    if by not in day.groups:
        return None
    return Spending(by, day.groups[by], day.skus, None)


def _wanted(compare: str, today: date) -> date:
    if compare == LAST_MONTH:
        return months_before(today, 1)
    if compare == LAST_YEAR:
        return months_before(today, 12)
    try:
        wanted = date.fromisoformat(compare)
    except ValueError:
        wanted = today
    if wanted >= today:
        raise BadRequest(
            "A comparison is with a day before that of the data.", "Give last_month, last_year, or a day as 2026-10-31."
        )
    return wanted
