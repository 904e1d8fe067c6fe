"""What of a person may leave for the vendor of a model: names, pseudonyms, or nothing about single people.

A pseudonym is keyed with a secret of the home: it stays the same over calls and restarts, and who has the answers
alone cannot try names or ids against it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

SMALLEST_GROUP = 5
_SHAPE = re.compile(r"person-[a-z2-7]{10}", re.ASCII)
G = TypeVar("G")


class Privacy(StrEnum):
    """The values of LICENSEIQ_PRIVACY."""

    NAMES = "names"
    PSEUDONYMS = "pseudonyms"
    AGGREGATE = "aggregate"


class Pseudonyms:
    """'person-' and ten base32 characters (50 bits) of HMAC-SHA-256 over tenant id and user id, for one tenant."""

    def __init__(self, key: bytes, tenant_id: str) -> None:
        # A key of its own for the tenant: no pair of ids can be read as another pair.
        self._key = hmac.digest(key, tenant_id.encode(), hashlib.sha256)
        self.of = lru_cache(maxsize=250_000)(self._of)

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def _of(self, user_id: str) -> str:
        digest = hmac.digest(self._key, user_id.encode(), hashlib.sha256)
        # Seven bytes give the same ten characters as all of them, in half the time.
        return "person-" + base64.b32encode(digest[:7])[:10].decode().lower()

    def table(self, user_ids: Iterable[str]) -> dict[str, str | None]:
        """User ids by pseudonym; None where two people share one, so that nobody is taken for somebody else."""
        found: dict[str, str | None] = {}
        for user_id in user_ids:
            name = self.of(user_id)
            found[name] = None if name in found else user_id
        return found


def is_pseudonym(text: str) -> bool:
    """Whether the text has the shape of a pseudonym, in any case of letters."""
    return _SHAPE.fullmatch(text.strip().lower()) is not None


def is_too_small(people: int) -> bool:
    """Whether a number of people tells about single ones. Nobody counts as too few: 'nobody of Legal' is about each."""
    return people < SMALLEST_GROUP


def split_small(groups: Iterable[G], people: Callable[[G], int]) -> tuple[list[G], list[G]]:
    """The groups that are large enough, and those to be merged into one.

    Where the small ones together are still too few, the next smallest joins them: else what is left of a known total
    would be theirs.
    """
    every = list(groups)
    kept = [group for group in every if not is_too_small(people(group))]
    merged = [group for group in every if is_too_small(people(group))]
    if merged and kept and is_too_small(sum(map(people, merged))):
        smallest = min(kept, key=people)
        kept.remove(smallest)
        merged.append(smallest)
    return kept, merged
