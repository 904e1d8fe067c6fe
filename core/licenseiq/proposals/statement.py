"""The approval statement: the one thing that a person signs.

It binds a decision to the digests of exact plans and of what was read just before, to an approver, a level, a time
window and a nonce of one use. Whatever carries the person's will (a typed phrase on the demo, later a passkey or a
sign-in) signs the SHA-256 of its canonical bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical, digest, read_canonical
from licenseiq.times import iso, parse_iso

SCHEMA = "licenseiq.approval/1"


class Level(StrEnum):
    """How far an approval protects. L0: the demo tenant only; L1: a passkey under the same OS account;
    L2: the desk under another account or host; L3: two people, hardware keys, the ledger anchored elsewhere."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Covered:
    """A proposal that a statement decides on: its digest and the digest of its preflight's record."""

    proposal_digest: str
    preflight_digest: str


@dataclass(frozen=True, slots=True)
class Statement:
    """`waivers` are blockers that the approver lets pass: {"proposal" (digest), "kind", "reason"}. `reason` is why a
    proposal was rejected."""

    tenant_id: str
    covers: tuple[Covered, ...]
    decision: Decision
    waivers: tuple[Mapping[str, str], ...]
    approver: Mapping[str, str]
    level: Level
    policy_digest: str
    not_before: datetime
    not_after: datetime
    nonce: str
    reason: str = ""

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "schema": SCHEMA,
                "tenant": self.tenant_id,
                "covers": [{"proposal": c.proposal_digest, "preflight": c.preflight_digest} for c in self.covers],
                "decision": self.decision.value,
                "waivers": [dict(waiver) for waiver in self.waivers],
                "approver": dict(self.approver),
                "level": self.level.value,
                "policy": self.policy_digest,
                "not_before": iso(self.not_before),
                "not_after": iso(self.not_after),
                "nonce": self.nonce,
                **({"reason": self.reason} if self.reason else {}),
            }
        )

    def digest(self) -> str:
        """What is signed: SHA-256 of the canonical bytes, as hex."""
        return digest(self.to_bytes())


def read_statement(data: bytes) -> Statement:
    """The statement of canonical bytes. Raises Tampered when they are not a statement of this schema."""
    raw = cast("dict[str, object]", read_canonical(data))
    try:
        if raw["schema"] != SCHEMA:
            raise ValueError("another schema")
        statement = Statement(
            tenant_id=str(raw["tenant"]),
            covers=tuple(
                Covered(str(c["proposal"]), str(c["preflight"])) for c in cast("list[dict[str, Json]]", raw["covers"])
            ),
            decision=Decision(str(raw["decision"])),
            waivers=tuple(cast("list[dict[str, str]]", raw["waivers"])),
            approver=cast("dict[str, str]", raw["approver"]),
            level=Level(str(raw["level"])),
            policy_digest=str(raw["policy"]),
            not_before=parse_iso(str(raw["not_before"])),
            not_after=parse_iso(str(raw["not_after"])),
            nonce=str(raw["nonce"]),
            reason=str(raw.get("reason", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Tampered("A stored approval has a form that this version does not know.", "Approve again.") from error
    if statement.to_bytes() != data:
        raise Tampered("A stored approval holds more than this version knows.", "Approve again.")
    return statement
