"""What the ledger learns of an exception: when one was made and when it ended, without a person and without text.

The finding, the owner, the reason and the account that typed the command stand in a change as salted commitments. Who
has the book can open those of an exception that stands; its seed goes when it ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licenseiq.exceptions import Exception_
from licenseiq.proposals.canonical import Json, canonical, digest
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.times import iso

_REFERENCE = "exception"


class What(StrEnum):
    """A change of an exception. One that takes the place of another is two: that one's end, and its own making."""

    MADE = "made"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ExceptionChange:
    """`number` counts from 1 in each tenant. `kind` is the finding's, `state` and `until` the exception's. `ends` is
    the change that had made what ends here; None where that was not kept. `commitments` are hex digits by name."""

    number: int
    at: datetime
    what: What
    kind: str
    state: str
    until: date
    ends: int | None
    commitments: Mapping[str, str]

    def body(self) -> dict[str, Json]:
        """The change as it stands in the ledger, with its own digest."""
        content: dict[str, Json] = {
            "change": self.number,
            "at": iso(self.at),
            "finding_kind": self.kind,
            "state": self.state,
            "until": self.until.isoformat(),
            "ends": self.ends,
            "commitments": dict(self.commitments),
        }
        return {**content, "digest": digest(canonical({**content, "what": self.what.value}))}


def kind_of(finding_id: str) -> str:
    """The kind of finding that an id names."""
    return finding_id.partition(":")[0]


def commitments_of(finding_id: str, made: Exception_, seed: bytes) -> dict[str, str]:
    """What of an exception is a person's or a text, committed to under the seed of 32 bytes."""
    return commit(Opening(_REFERENCE, seed, {"finding": finding_id, "owner": made.owner, "reason": made.reason}))


def account_commitment(account: str, seed: bytes) -> dict[str, str]:
    """The same of the account that typed the command."""
    return commit(Opening(_REFERENCE, seed, {"account": account}))
