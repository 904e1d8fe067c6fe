"""What the personnel office would write of its people: a status and its days, and never a reason."""

import csv
import io
from collections.abc import Iterable

from licenseiq_demo.people.calendar import Calendar
from licenseiq_demo.people.causes import EMPLOYEES
from licenseiq_demo.people.person import Person

FILE = "personnel.csv"
"""Where a running demo leaves it, in its home, for whoever wants to import it."""

COLUMNS = ("user", "status", "since", "until")
AWAY = 150
"""Days until somebody who is on leave is expected back."""


def status(person: Person) -> tuple[str, int | None, int | None]:
    """Active, on leave or left; since how many days, and in how many days it ends."""
    stopped = person.usage.success
    if person.cause in ("sabbatical", "parental_leave"):
        return "on leave", stopped, AWAY
    if person.cause in ("told_leaver", "left_last_month"):
        return "left", stopped, None
    if person.cause == "left_on_paper":
        return "left", 20, None
    return "active", None, None


def written(people: Iterable[Person], when: Calendar) -> str:
    """A CSV of everybody on the payroll of the last years. Of `untold_leaver` the office has forgotten to write."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person in people:
        if person.cause in EMPLOYEES:
            word, since, until = status(person)
            days = ("" if since is None else when.day(since), "" if until is None else when.day(-until))
            writer.writerow((person.fields["employeeId"], word, *days))
    return out.getvalue()
