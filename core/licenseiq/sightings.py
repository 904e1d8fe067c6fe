"""What was observed of one account, source by source, with what could not be."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import get_args

from licenseiq.context import Context
from licenseiq.findings.finding import Fact
from licenseiq.people import Person
from licenseiq.readings import NAMES, Source

_MOST_PRODUCTS = 4
# Which source fills which record of `Signals`.
SOURCES: dict[str, Source] = {
    "sign_in": Source.SIGN_INS,
    "products": Source.ACTIVE_USERS,
    "apps": Source.APPS,
    "mailbox": Source.MAILBOXES,
    "drive": Source.ONEDRIVE,
    "teams": Source.TEAMS,
    "sharepoint": Source.SHAREPOINT,
    "email": Source.EMAIL,
    "activation": Source.ACTIVATIONS,
    "copilot": Source.COPILOT,
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one source says of an account. `dates` are days in UTC, None where the source shows none.

    `as_of` is when the source was read. `not_read` says in a sentence why nothing is known; then `dates` and
    `facts` are empty.
    """

    source: Source
    as_of: datetime | None
    not_read: str | None
    dates: Mapping[str, date | None]
    facts: Mapping[str, Fact]


def sightings_of(person: Person, context: Context) -> tuple[Sighting, ...]:
    """One for each source that speaks about a person, in the order of `SOURCES`."""
    return tuple(_sighting(person, context, name, source) for name, source in SOURCES.items())


def _sighting(person: Person, context: Context, name: str, source: Source) -> Sighting:
    reading, record = context.reading(source), getattr(person.signals, name)
    if not reading.is_read:
        return Sighting(source, reading.as_of, reading.words(), {}, {})
    if record is None:
        said, _ = NAMES[source]
        return Sighting(source, reading.as_of, f"There is nothing on this account in {said}.", {}, {})
    dates: dict[str, date | None] = {}
    facts: dict[str, Fact] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, datetime):
            dates[field.name] = value.date()
        elif isinstance(value, date) or not {date, datetime}.isdisjoint(get_args(field.type)):
            dates[field.name] = value
        elif isinstance(value, tuple):
            # Each product with its own day: the first ones, as an answer has little room.
            facts[field.name] = "; ".join(f"{name}: {day or 'never'}" for name, day in value[:_MOST_PRODUCTS])
        elif isinstance(value, frozenset):
            facts[field.name] = " ".join(sorted(value))
        else:
            facts[field.name] = value
    return Sighting(source, reading.as_of, None, dates, facts)
