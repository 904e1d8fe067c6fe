"""Types of arguments, bounded, and the checks that a schema cannot express."""

import hashlib
import json
from datetime import date
from typing import Annotated

from pydantic import Field

from licenseiq.errors import BadRequest

_NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"

Name = Annotated[str, Field(max_length=120, pattern=_NO_CONTROL)]
ProposalId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Cursor = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[A-Za-z0-9_=-]+$")]

Day = Annotated[str, Field(max_length=10, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]

_EVERYBODY = frozenset({"", "*", "%", "?", "all", "any", "everyone", "everybody", "all users"})


def selector(value: str, argument: str, instead: str) -> str:
    """The trimmed value. Raises BadRequest for one that would mean everybody: nothing here selects all."""
    trimmed = value.strip()
    if trimmed.casefold() in _EVERYBODY:
        raise BadRequest(f"The argument {argument} selects nobody in particular.", instead)
    return trimmed


def optional_selector(value: str | None, argument: str) -> str | None:
    if value is None:
        return None
    return selector(value, argument, f"Leave {argument} out to look at everything, or name one.")


def day(value: str | None, argument: str) -> date | None:
    """The day of a text that has the form of one. Raises BadRequest for one that no calendar has."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise BadRequest(f"The argument {argument} is no day of the calendar.", "Write it as 2026-11-30.") from None


def arguments_digest(tool: str, **arguments: str | int | bool | None) -> str:
    """Names a query, so that a cursor is only used with the query it came from."""
    text = json.dumps([tool, arguments], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
