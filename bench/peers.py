"""What is commonly done about unused licences, on the same tenant: one rule each, as scripts in use have it.

Whoever never signed in, or is in no report, is on their lists as well.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from licenseiq.people import Person

DAYS = 90
Rule = Callable[[Person, datetime], bool]


def _old(day: datetime | date | None, now: datetime) -> bool:
    seen = day.date() if isinstance(day, datetime) else day
    return seen is None or seen < now.date() - timedelta(days=DAYS)


def _any_sign_in(person: Person, now: datetime) -> bool:
    seen = person.signals.sign_in
    days = [day for day in (seen.interactive, seen.non_interactive) if day] if seen else []
    return _old(max(days, default=None), now)


def _success(person: Person, now: datetime) -> bool:
    seen = person.signals.sign_in
    return _old(seen.successful if seen else None, now)


def _report(person: Person, now: datetime) -> bool:
    seen = person.signals.products
    return _old(seen.last() if seen else None, now)


def _disabled(person: Person, _: datetime) -> bool:
    return person.account_enabled is False


PEERS: dict[str, Rule] = {
    f"newest of two sign-in fields > {DAYS} days": _any_sign_in,
    f"last successful sign-in > {DAYS} days": _success,
    f"active-users report alone > {DAYS} days": _report,
    "sign-in blocked": _disabled,
}
