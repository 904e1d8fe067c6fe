"""Cursors: where an answer ended, in which evaluation, for which query. Opaque to the client."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import NoReturn

from licenseiq.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Place:
    """`evaluation_id` is empty for a list that rests on none; `after` is the port's own opaque text."""

    evaluation_id: str
    after: str
    query: str

    def encode(self) -> str:
        raw = json.dumps([self.evaluation_id, self.after, self.query], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(cursor: str, query: str) -> Place:
    """The place of a cursor. Raises BadRequest when it is garbled, or comes from another query."""
    try:
        raw = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        _refuse("The cursor is not one that LicenseIQ gave out.")
    if not (isinstance(raw, list) and len(raw) == 3 and all(isinstance(part, str) for part in raw)):
        _refuse("The cursor is not one that LicenseIQ gave out.")
    place = Place(*raw)
    if place.query != query:
        _refuse("The cursor belongs to a call with other arguments.")
    return place


def skipped(place: Place | None) -> int:
    """How many rows the pages before had, for lists whose places are numbers of rows."""
    if place is None:
        return 0
    if not (place.after.isascii() and place.after.isdigit() and len(place.after) <= 9):
        _refuse("The cursor is not one that LicenseIQ gave out.")
    return int(place.after)


def _refuse(what_happened: str) -> NoReturn:
    raise BadRequest(
        what_happened, "Repeat the call with the arguments that gave the cursor, or leave the cursor out to start over."
    )
