"""What of a person may leave for the vendor of a model: names, pseudonyms, or nothing about single people.

A pseudonym is keyed with a secret of the home: it stays the same over calls and restarts, and who has the answers
alone cannot try names or ids against it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
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
    """'person-' and ten base32 characters (50 bits) of keyed BLAKE2b (RFC 7693) over the user id, for one tenant.

    BLAKE2b because everybody's are made for each evaluation: HMAC-SHA-256 takes four times as long.
    """

    def __init__(self, key: bytes, tenant_id: str) -> None:
        # A key of its own for the tenant: no pair of ids can be read as another pair.
        own = hmac.digest(key, tenant_id.encode(), hashlib.sha256)
        self._begun = hashlib.blake2b(key=own, digest_size=7)
        self.of = lru_cache(maxsize=250_000)(self._of)

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def _of(self, user_id: str) -> str:
        # Seven bytes give the same ten characters as more of them would.
        return "person-" + base64.b32encode(self._digest(user_id))[:10].decode().lower()

    def _digest(self, user_id: str) -> bytes:
        digest = self._begun.copy()
        digest.update(user_id.encode())
        return digest.digest()

    def table(self, user_ids: Iterable[str]) -> "PseudonymTable":
        """Who of these people has which pseudonym."""
        found: dict[int, str | None] = {}
        for user_id in user_ids:
            number = _number(self._digest(user_id))
            found[number] = None if number in found else user_id
        return PseudonymTable(found)


class PseudonymTable:
    """User ids by pseudonym. It is kept by number: writing 20,000 pseudonyms out takes longer than making them."""

    def __init__(self, found: Mapping[int, str | None]) -> None:
        self._found = found

    def get(self, pseudonym: str) -> str | None:
        """Whose it is, in any case of letters; None for nobody's, and where two people share one, so that nobody is
        taken for somebody else. ValueError for what has not the shape of a pseudonym."""
        if not is_pseudonym(pseudonym):
            raise ValueError("not a pseudonym")
        letters = pseudonym.strip()[-10:].upper()
        return self._found.get(_number(base64.b32decode(f"{letters}AA====")))


def _number(digest: bytes) -> int:
    """The 50 bits of seven bytes that ten base32 characters show."""
    return int.from_bytes(digest) >> 6


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
