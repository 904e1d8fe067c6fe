"""The [offboarding] section of `licenseiq.toml` as LeavingDefaults, or everything that is wrong with it.

As in `licenseiq.policy_file`, no problem quotes a value.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from licenseiq.leaving import Audience, EndState, Forwarding, LeavingDefaults, Skip
from licenseiq.leaving_keys import LEAVING_KEYS, SECTION, LeavingKey, LeavingKind
from licenseiq.problems import Problem

LONGEST_REPLY = 2_000
_TYPES: dict[str, Any] = {
    "end_state": EndState,
    "forwarding": Forwarding,
    "reply_audience": Audience,
    "skip": Skip,
}
_ADDRESS = re.compile(r"[A-Za-z0-9._%+\-']{1,64}@[A-Za-z0-9.\-]{1,190}\.[A-Za-z]{2,}", re.ASCII)
_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SITE = re.compile(rf"[a-z0-9.\-]+,{_GUID},{_GUID}", re.ASCII)


class _Wrong(Exception):
    """What is wrong with one value, and what to write."""


def read_leaving(table: object) -> LeavingDefaults | tuple[Problem, ...]:
    """The defaults of a parsed [offboarding] table, or all of its problems in the order of the file."""
    if not isinstance(table, Mapping):
        return (Problem(SECTION, "is no table.", f"Begin it with a line [{SECTION}]."),)
    known = {key.name: key for key in LEAVING_KEYS}
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, value in table.items():
        where = f"{SECTION}.{name}"
        key = known.get(name)
        try:
            if key is None:
                raise _Wrong("is no key of the section.", _meant(name, known))
            found[name] = _value(key, value)
        except _Wrong as wrong:
            problems.append(Problem(where, *wrong.args))
    return tuple(problems) or LeavingDefaults(**found)


def zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name such as Europe/Berlin; None for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _value(key: LeavingKey, value: object) -> Any:
    match key.kind:
        case LeavingKind.DAYS:
            if not isinstance(value, int) or isinstance(value, bool) or not key.least <= value <= key.most:
                words = f"Write a whole number of days from {key.least} to {key.most}, without quotes."
                raise _Wrong("is no such number.", words)
            return value
        case LeavingKind.CHOICES:
            if not isinstance(value, list):
                raise _Wrong("is no list.", f"Write it as {key.example}.")
            return frozenset(_choice(key, one) for one in value)
        case LeavingKind.CHOICE:
            return _choice(key, value)
        case LeavingKind.TIME_ZONE:
            text = _text(value, 64)
            if zone(text) is None:
                raise _Wrong("is no time zone that is known.", "Write an IANA name, such as Europe/Berlin.")
            return text
        case LeavingKind.ADDRESS:
            text = _text(value, 256)
            if not _ADDRESS.fullmatch(text):
                raise _Wrong("is no mail address.", f"Write one, such as {key.example}.")
            return text
        case LeavingKind.SITE:
            text = _text(value, 512).lower()
            if not _SITE.fullmatch(text):
                raise _Wrong("is no id of a site.", "Write host name and two ids, as Microsoft Graph's site.id is.")
            return text
        case LeavingKind.TEXT:
            return _text(value, LONGEST_REPLY)


def _choice(key: LeavingKey, value: object) -> Any:
    text = value.strip() if isinstance(value, str) else ""
    if text not in key.choices:
        raise _Wrong("is none of the words that are known.", f"Write one of {', '.join(key.choices)}.")
    return _TYPES[key.name](text)


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong("is no text, or an empty one.", "Write it in quotes.")
    if len(value) > longest:
        raise _Wrong(f"is longer than {longest:,} characters.", "Shorten it.")
    return value.strip()


def _meant(name: str, known: Iterable[str]) -> str:
    every = list(known)
    near = difflib.get_close_matches(name, every, n=1)
    return f"Did you mean {near[0]}?" if near else f"Remove it. The keys are {', '.join(every)}."
