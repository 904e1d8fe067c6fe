"""Meetings of somebody who left: some alone, some with others, one every week, one that somebody else called."""

import random
from datetime import date, datetime, timedelta

from licenseiq_demo.people.calendar import new_id
from licenseiq_demo.people.person import Fields, Person


def _address(person: Person) -> Fields:
    return {"emailAddress": {"name": person.fields["displayName"], "address": person.fields["mail"]}}


def _moment(day: date, hour: int) -> Fields:
    return {"dateTime": f"{day.isoformat()}T{hour:02}:00:00.0000000", "timeZone": "UTC"}


def _event(
    subject: str, organizer: Person, guests: list[Person], day: date, hour: int, rng: random.Random, *, weekly: bool
) -> Fields:
    ical = new_id(rng).replace("-", "")
    return {
        "iCalUId": ical,
        "subject": subject,
        "start": _moment(day, hour),
        "end": _moment(day, hour + 1),
        "organizer": _address(organizer),
        "attendees": [
            {"type": "required", "status": {"response": "none", "time": "0001-01-01T00:00:00Z"}} | _address(person)
            for person in guests
        ],
        "isCancelled": False,
        "isAllDay": False,
        "isOnlineMeeting": bool(guests),
        "type": "seriesMaster" if weekly else "singleInstance",
        "seriesMasterId": None,
        "recurrence": _weekly(day) if weekly else None,
    }


def _weekly(day: date) -> Fields:
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [day.strftime("%A").lower()]},
        "range": {
            "type": "endDate",
            "startDate": day.isoformat(),
            "endDate": (day + timedelta(weeks=12)).isoformat(),
            "recurrenceTimeZone": "UTC",
        },
    }


def meetings(host: Person, guests: list[Person], first: date, rng: random.Random) -> dict[str, list[Fields]]:
    """Events by the object id of the calendar in which they stand, each with an id of its own there."""
    made = [
        (_event("Quarterly figures", host, guests, first, 9, rng, weekly=False), [host, *guests]),
        (
            _event("Weekly status", host, guests[:2], first + timedelta(days=1), 13, rng, weekly=True),
            [host, *guests[:2]],
        ),
        (_event("Dentist", host, [], first + timedelta(days=2), 8, rng, weekly=False), [host]),
    ]
    if guests:
        away = [host, *guests[1:]]
        made.append((_event("Town hall", guests[0], away, first + timedelta(days=5), 15, rng, weekly=False), [host]))
    found: dict[str, list[Fields]] = {}
    for event, calendars in made:
        for person in calendars:
            mine = event | {
                "id": f"AAMkA{new_id(rng).replace('-', '')}",
                "isOrganizer": event["organizer"]["emailAddress"]["address"] == person.fields["mail"],
            }
            found.setdefault(person.id, []).append(mine)
    return found


def occurrences(event: Fields, start: datetime, end: datetime) -> list[Fields]:
    """The event itself, or the single dates of a weekly one, that touch this window (times in UTC)."""
    begins, ends = _parsed(event["start"]), _parsed(event["end"])
    if event["type"] != "seriesMaster":
        return [event] if begins < end and ends > start else []
    last = date.fromisoformat(event["recurrence"]["range"]["endDate"])
    found: list[Fields] = []
    while begins.date() <= last:
        if begins < end and ends > start:
            day, hour = begins.date(), begins.hour
            found.append(
                event
                | {
                    "id": f"{event['id']}.{day:%Y%m%d}",
                    "type": "occurrence",
                    "seriesMasterId": event["id"],
                    "recurrence": None,
                    "start": _moment(day, hour),
                    "end": _moment(day, hour + 1),
                }
            )
        begins, ends = begins + timedelta(weeks=1), ends + timedelta(weeks=1)
    return found


def _parsed(moment: Fields) -> datetime:
    return datetime.fromisoformat(str(moment["dateTime"])[:19])
