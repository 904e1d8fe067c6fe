"""Meetings of one person: listed, seen through a window of time, called off.

"event: cancel", "List calendarView", "Delete event" (graph). Only single and weekly meetings exist here, all in UTC.
"""

from datetime import UTC, datetime

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.graph.mailbox import mailbox_of
from licenseiq_demo.mail.box import Box
from licenseiq_demo.mail.meetings import occurrences
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity


def _shown(request: Asked, rows: list[Fields], keys: Keys) -> Answer:
    size = odata.top(request, 10, 1000)
    found, extra = odata.page(request, rows, lambda row: row, size)
    names = odata.select(request)
    if names:
        found = [odata.only(row, ("id", *names)) for row in found]
    return collection(request, f"users('{keys['id']}')/events", found, **extra)


def events(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/calendar/events`: single meetings and the masters of series, ten to a page."""
    return _shown(request, mailbox_of(state, keys)[1].events, keys)


def _moment(request: Asked, name: str) -> datetime:
    text = request.query.get(name, "")
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise GraphError(
            400, "ErrorInvalidParameter", f"This request requires a time window: '{name}' is missing or not valid."
        ) from None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def view(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/calendarView?startDateTime=…&endDateTime=…`: every single date in the window."""
    start, end = _moment(request, "startDateTime"), _moment(request, "endDateTime")
    box = mailbox_of(state, keys)[1]
    rows = [found for event in box.events for found in occurrences(event, start, end)]
    rows = [row for row in rows if row["id"] not in box.called_off]
    return _shown(request, sorted(rows, key=lambda row: row["start"]["dateTime"]), keys)


def _find(box: Box, key: str) -> Fields:
    """The meeting, or the master of the series that this single date belongs to."""
    for event in box.events:
        if event["id"] == key.partition(".")[0] and key not in box.called_off:
            return event
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def event(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/events/{event}`."""
    return entity(request, f"users('{keys['id']}')/events/$entity", _find(mailbox_of(state, keys)[1], keys["event"]))


def remove(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /users/{id}/events/{event}`: gone from this calendar."""
    box = mailbox_of(state, keys, reading=False)[1]
    _take_out(box, _find(box, keys["event"]), keys["event"])
    return Answer(204)


def _take_out(box: Box, found: Fields, key: str) -> None:
    if key == found["id"]:
        box.events.remove(found)
    else:
        box.called_off.append(key)


def cancel(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/events/{event}/cancel`: for the organizer alone; the others get a message and see it
    cancelled."""
    someone, box = mailbox_of(state, keys, reading=False)
    found = _find(box, keys["event"])
    if not found["isOrganizer"]:
        message = "Your request can't be completed. You need to be an organizer to cancel a meeting."
        raise GraphError(400, "ErrorInvalidRequest", message)
    words = {name.lower(): value for name, value in (request.json() if request.body else {}).items()}
    _take_out(box, found, keys["event"])
    mail = state.tenant.mail
    for other in mail.boxes.values():
        for copy in other.events if keys["event"] == found["id"] else ():
            if copy["iCalUId"] == found["iCalUId"]:
                copy |= {"isCancelled": True, "subject": f"Canceled: {found['subject']}"}
    guests = [guest["emailAddress"]["address"] for guest in found["attendees"]]
    if guests:
        mail.sent.append(
            {
                "what": "cancellation",
                "at": state.stamp(),
                "from": someone.upn,
                "to": guests,
                "subject": f"Canceled: {found['subject']}",
                "content": words.get("comment") or "",
            }
        )
    return Answer(202)
