"""Ledger entries and heads as canonical bytes. They hold references, commitments and digests, no personal value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical, read_canonical
from licenseiq.times import iso

ENTRY_SCHEMA = "licenseiq.ledger/1"
HEAD_SCHEMA = "licenseiq.ledger-head/1"


class Kind(StrEnum):
    PROPOSAL_TAKEN = "proposal_taken"
    PROPOSAL_ENDED = "proposal_ended"
    PREFLIGHT = "preflight"
    APPROVAL = "approval"
    APPROVAL_REFUSED = "approval_refused"
    APPROVER_ENROLLED = "approver_enrolled"
    APPROVER_REVOKED = "approver_revoked"
    ENROLMENT_REFUSED = "enrolment_refused"
    RUN_STARTED = "run_started"
    INTENT = "intent"
    OUTCOME = "outcome"
    RUN_PAUSED = "run_paused"
    RUN_RESUMED = "run_resumed"
    RUN_CANCEL_ASKED = "run_cancel_asked"
    RUN_ENDED = "run_ended"
    EXCEPTION_MADE = "exception_made"
    EXCEPTION_ENDED = "exception_ended"
    CALLS_SEALED = "calls_sealed"
    POLICY_CHANGED = "policy_changed"
    SUBJECT_ERASED = "subject_erased"
    SUBJECT_EXPORTED = "subject_exported"


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` counts from 0 in each tenant's ledger. `level` is '' where nothing was approved yet."""

    tenant_id: str
    seq: int
    time: datetime
    kind: Kind
    level: str
    body: Mapping[str, Json]

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "schema": ENTRY_SCHEMA,
                "tenant": self.tenant_id,
                "seq": self.seq,
                "time": iso(self.time),
                "kind": self.kind.value,
                "level": self.level,
                "body": dict(self.body),
            }
        )


def place_of(data: bytes) -> tuple[str, int]:
    """The tenant and number that an entry's bytes claim. Raises Tampered when they are no entry."""
    raw = cast("dict[str, object]", read_canonical(data))
    if not isinstance(raw, dict) or raw.get("schema") != ENTRY_SCHEMA or not isinstance(raw.get("seq"), int):
        raise Tampered("A ledger entry has a form that this version does not know.", "Restore the store.")
    return str(raw.get("tenant")), cast("int", raw["seq"])


def head_bytes(tenant_id: str, size: int, root: bytes, at: str) -> bytes:
    """What the signature of a head covers."""
    return canonical({"schema": HEAD_SCHEMA, "tenant": tenant_id, "size": size, "root": root.hex(), "at": at})
