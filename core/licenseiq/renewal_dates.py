"""When the quantity of a purchase can fall, and by when somebody has to ask for it."""

from dataclasses import dataclass
from datetime import date, timedelta

from licenseiq.prices import OwnPrice, Term


@dataclass(frozen=True, slots=True)
class Deadline:
    """`day` is the last day on which the quantity can be changed for the next term, or in this one where `in_window`;
    None where no date is known, or only past ones.

    `start_by` is when to begin, by the policy's days of notice; it can lie in the past. `realisable_from` is the first
    day on which a smaller quantity costs less. `sure` where the customer's own price list says the day; Graph's next
    lifecycle date promises no renewal. `missed` is the end of a window that is closed, `stale` a renewal date of the
    price list that is over.
    """

    day: date | None
    start_by: date | None
    realisable_from: date | None
    in_window: bool = False
    sure: bool = False
    missed: date | None = None
    stale: date | None = None

    def days_left(self, today: date) -> int | None:
        return None if self.day is None else (self.day - today).days

    def is_late(self, today: date) -> bool:
        """Whether the day to begin is over."""
        return self.start_by is not None and self.start_by < today


def deadline_of(row: OwnPrice, lifecycle: date | None, today: date, notice_days: int) -> Deadline:
    """By what the customer said of a purchase, and else by `lifecycle`, Graph's next lifecycle date of it."""
    window = row.reducible_until
    stale = row.renewal if row.renewal is not None and row.renewal < today else None
    if window is not None and window >= today:
        return Deadline(window, _start(row, window, today, notice_days), today, in_window=True, sure=True, stale=stale)
    sure = row.renewal is not None and stale is None
    day = row.renewal if sure else lifecycle if lifecycle is not None and lifecycle >= today else None
    start = None if day is None else _start(row, day, today, notice_days)
    return Deadline(day, start, day, sure=sure, missed=window, stale=stale)


def _start(row: OwnPrice, day: date, today: date, notice_days: int) -> date:
    """What is bought by the month needs no notice of a term."""
    return today if row.term is Term.MONTH else day - timedelta(days=notice_days)
