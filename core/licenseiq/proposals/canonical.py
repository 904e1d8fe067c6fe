"""Canonical JSON: one byte string for one value, so that a digest names a value.

Sorted keys, no spaces, ASCII, whole numbers only. Floats, NaN, duplicate keys and anything that is not
JSON are refused, in writing and in reading.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import NoReturn

from licenseiq.errors import Tampered

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: Json) -> bytes:
    """The canonical bytes of `value`. Raises TypeError for anything that JSON with whole numbers lacks."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def read_canonical(data: bytes) -> Json:
    """The value of canonical bytes. Raises Tampered when they are not exactly what `canonical` writes."""
    try:
        value: Json = json.loads(
            data, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_without_duplicates
        )
        again = canonical(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise Tampered(
            "A stored record is not canonical JSON.", "Do not use it; restore the store from a backup."
        ) from error
    if again != data:
        raise Tampered("A stored record is not in canonical form.", "Do not use it; restore the store from a backup.")
    return value


def digest(data: bytes) -> str:
    """SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def _check(value: Json) -> None:
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("a key is not text")
            _check(item)
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _no_float(_: str) -> NoReturn:
    raise ValueError("a number is not whole")


def _without_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
