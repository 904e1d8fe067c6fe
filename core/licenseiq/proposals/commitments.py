"""Salted commitments: a plan names a person without holding a personal value.

One random 32-byte seed per proposal and subject gives each field its salt (HMAC-SHA-256 of the field's name), and a
commitment is the HMAC-SHA-256, under that salt, of the field's canonical value. Who holds the opening (seed and
values) can check every commitment; who destroys it leaves digests that no dictionary of ids can match.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical

SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a subject's commitments: `reference` in the plan, the seed, and the values by field name."""

    reference: str
    seed: bytes
    values: Mapping[str, Json]

    def __repr__(self) -> str:
        return f"Opening({self.reference!r}, {len(self.values)} values)"


def commit(opening: Opening) -> dict[str, str]:
    """The commitment of every field, as hex."""
    if len(opening.seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    return {name: _commitment(opening.seed, name, value) for name, value in sorted(opening.values.items())}


def check_opening(opening: Opening, commitments: Mapping[str, str]) -> None:
    """Raises Tampered unless `opening` opens exactly these commitments."""
    if len(opening.seed) != SEED_BYTES or not _same(commit(opening), commitments):
        raise Tampered(
            "The personal values beside a proposal do not match the proposal.",
            "Withdraw it and propose again.",
        )


def _commitment(seed: bytes, name: str, value: Json) -> str:
    salt = hmac.digest(seed, name.encode(), hashlib.sha256)
    return hmac.digest(salt, canonical({name: value}), hashlib.sha256).hex()


def _same(ours: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    return ours.keys() == theirs.keys() and all(hmac.compare_digest(ours[name], theirs[name]) for name in ours)
