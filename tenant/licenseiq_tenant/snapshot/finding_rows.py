"""Findings and claims as rows of the store, and back. Evidence was a plain object once: such rows stay readable."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.findings import Claim, Confidence, Evidence, Finding
from licenseiq.money import Money
from licenseiq.readings import Source
from licenseiq_tenant.snapshot.rows import Row, fold

# In the order of `finding_of`.
FINDING_COLUMNS = (
    "kind, user_id, sku_ids, seats, confidence, reason, evidence, subject, claims_seats, claimed, exception"
)


def finding_row(tenant_id: str, evaluation_id: str, found: Finding) -> Row:
    return (
        tenant_id,
        evaluation_id,
        found.finding_id,
        found.kind,
        found.user_id,
        " ".join(found.sku_ids),
        found.seats,
        found.confidence.value,
        found.reason,
        msgspec.json.encode([(one.name, one.value, one.source) for one in found.evidence]),
        found.subject,
        found.claims_seats,
        _claimed_json(found.claimed),
        _exception_json(found.exception),
    )


def finding_of(row: Row) -> Finding:
    """The finding of a row of `FINDING_COLUMNS`."""
    kind, user_id, sku_ids, seats, confidence, reason, evidence, subject, claims_seats, claimed, exception = row
    return Finding(
        kind=kind,
        user_id=user_id,
        sku_ids=tuple(sku_ids.split()),
        seats=seats,
        confidence=Confidence(confidence),
        reason=reason,
        evidence=_evidence(msgspec.json.decode(evidence)),
        claimed=None if claimed is None else _claimed(msgspec.json.decode(claimed)),
        claims_seats=bool(claims_seats),
        subject=subject,
        exception=None if exception is None else _exception(msgspec.json.decode(exception)),
    )


def claim_row(tenant_id: str, evaluation_id: str, claim: Claim, user_id: str | None, department: str | None) -> Row:
    return (
        tenant_id,
        evaluation_id,
        claim.finding_id,
        claim.sku_id,
        claim.kind,
        claim.seats,
        claim.counts,
        claim.monthly.currency if claim.monthly else None,
        claim.monthly.micros if claim.monthly else None,
        user_id,
        department,
        fold(department),
        claim.is_moneyless,
        claim.is_excepted,
    )


def _evidence(stored: Any) -> tuple[Evidence, ...]:
    if isinstance(stored, dict):
        return tuple(Evidence(name, value) for name, value in stored.items())
    known = set(Source)
    return tuple(Evidence(name, value, Source(source) if source in known else None) for name, value, source in stored)


def _claimed_json(claimed: Mapping[str, Money | None] | None) -> bytes | None:
    if claimed is None:
        return None
    return msgspec.json.encode(
        {sku: None if part is None else (part.currency, part.micros) for sku, part in claimed.items()}
    )


def _claimed(stored: Any) -> dict[str, Money | None]:
    return {sku_id: None if part is None else Money(part[0], part[1]) for sku_id, part in stored.items()}


def _exception_json(made: Exception_ | None) -> bytes | None:
    if made is None:
        return None
    return msgspec.json.encode((made.state.value, made.owner, made.reason, made.until.isoformat()))


def _exception(stored: Any) -> Exception_:
    state, owner, reason, until = stored
    return Exception_(ExceptionState(state), owner, reason, date.fromisoformat(until))
