"""What is read of the tenant just before a person decides; its record is part of what is approved.

Each account, what protects it, and what the checks of the plan's steps say (holds, mailboxes, rules of groups). Of an
account the record holds a commitment alone; the reading is kept sealed under the person's key, and goes with it.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licenseiq.errors import NotFound, NotReadable, Refused, Tampered
from licenseiq.policy import Policy
from licenseiq.ports import Protection, TenantWriter
from licenseiq.proposals.canonical import Json, canonical, digest, read_canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Subject
from licenseiq.proposals.steps import Account
from licenseiq.steps import is_by_hand
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import Now
from licenseiq.times import iso
from licenseiq_desk.at_once import each
from licenseiq_desk.execution.asked_once import AskedOnce
from licenseiq_desk.execution.checking import Answered, ask_all, from_json
from licenseiq_desk.execution.guard import is_listed, protection_of
from licenseiq_desk.execution.reading import reading
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.people import is_principal, user_id
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.proposals import Held
from licenseiq_desk.store.sealing import NONCE_BYTES, seal, unseal
from licenseiq_desk.surroundings import Surroundings

SCHEMA = "licenseiq.preflight/2"
FRESH = timedelta(minutes=5)
PEOPLE_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Preflight:
    """`at` is when the reading began. `allowed` are the references that may be touched; `answered` is what the checks
    said of the steps."""

    at: datetime
    record: bytes
    digest: str
    allowed: frozenset[str]
    protections: dict[str, Protection]
    answered: tuple[Answered, ...] = ()

    @property
    def waivable(self) -> frozenset[str]:
        """The kinds of what holds steps back that an approver may let pass with a reason."""
        return frozenset(one.held.kind for one in self.answered if one.held is not None and one.held.waivable)

    def said(self) -> dict[int, list[str]]:
        """What the checks said, by step, in words for whoever decides."""
        found: dict[int, list[str]] = {}
        for one in self.answered:
            if one.held is None:
                words = f"checked just now ({one.check}): nothing keeps it back"
            else:
                rest = " An approver may let it pass with a reason." if one.held.waivable else ""
                words = f"kept back ({one.held.kind}): {one.held.cure}{rest}"
            found.setdefault(one.step, []).extend((words, *(f"read: {line}" for line in one.says)))
        return found

    def to_waive(self) -> list[tuple[str, str, list[int]]]:
        """(kind, cure, numbers of the steps) of what an approver may let pass with a reason."""
        found: dict[tuple[str, str], list[int]] = {}
        for one in self.answered:
            if one.held is not None and one.held.waivable:
                found.setdefault((one.held.kind, one.held.cure), []).append(one.step)
        return [(kind, cure, steps) for (kind, cure), steps in found.items()]

    def refuse_if_nobody_can_be_touched(self, plan: Plan) -> None:
        """Raises Refused; a plan with work for people is one to decide on whoever is protected."""
        if not self.allowed and not any(is_by_hand(step.kind) for step in plan.steps):
            lacks = sorted({one.lacks for one in self.protections.values() if one.lacks})
            raise Refused(
                "Every account of a plan is protected, or what protects it could not be read.",
                f"Grant the desk {' and '.join(lacks)}." if lacks else "An administrator has to handle these accounts.",
            )

    def refuse_if_stale(self, now: datetime) -> None:
        if not -FRESH < now - self.at <= FRESH:
            raise Refused("What was read before this decision is older than five minutes.", "Begin the approval again.")


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one person."""

    protection: Protection
    account: Account | None
    answered: tuple[Answered, ...]


async def take(
    store: DeskStore,
    tenant_id: str,
    held: Held,
    openings: dict[str, Opening],
    writer: TenantWriter,
    policy: Policy,
    around: Surroundings,
) -> Preflight:
    """Reads every person of the plan and keeps the record. Raises EffectWaits when the tenant is throttled."""
    at = around.now()
    now, shared = Now(at, policy, held.plan.simulated), AskedOnce(writer)

    async def of(subject: Subject) -> "_Read":
        found = user_id(openings, subject.reference)
        if found is None:
            return _Read(Protection(readable=False), None, ())
        opening = openings[subject.reference]
        protection = await _protection(writer, found)
        if is_listed(policy, found, opening):
            protection = replace(protection, listed=True)
        account = await _account(writer, found)
        answered = await ask_all(held.plan, subject.reference, writer, found, Target(opening.values), now, shared)
        return _Read(protection, account, tuple(answered))

    # A decision rests on what is at most five minutes old, so 500 people cannot be read one after the other.
    read = await each(held.plan.subjects, of, PEOPLE_AT_ONCE)
    by_reference = {subject.reference: one for subject, one in zip(held.plan.subjects, read, strict=True)}
    protections = {reference: one.protection for reference, one in by_reference.items()}
    answered = [answer for one in read for answer in one.answered]
    salt = around.random(16).hex()
    accounts = {ref: reading(one.account) for ref, one in by_reference.items() if one.account is not None}
    rows: list[Json] = [
        {
            "reference": reference,
            "account": _commitment(openings[reference], salt, accounts[reference]) if reference in accounts else None,
            "protection": {
                "readable": one.protection.readable,
                "roles": len(one.protection.roles),
                "listed": one.protection.listed,
            },
        }
        for reference, one in by_reference.items()
    ]
    record = canonical(
        {
            "schema": SCHEMA,
            "tenant": tenant_id,
            "proposal": held.digest,
            "at": iso(at),
            "salt": salt,
            "subjects": rows,
            "checks": [one.to_json() for one in answered],
        }
    )
    allowed = frozenset(reference for reference, found in protections.items() if found.allows)
    preflight = Preflight(at, record, digest(record), allowed, protections, tuple(answered))
    with store.database.write() as db:
        db.exec_driver_sql(
            "INSERT INTO preflight VALUES (?, ?, ?, ?, ?)",
            (tenant_id, preflight.digest, held.proposal_id, record, iso(at)),
        )
        for reference, value in accounts.items():
            key = store.keys.find(tenant_id, held.proposal_id, reference)
            if key is not None:  # else the person was erased meanwhile
                nonce, place = around.random(NONCE_BYTES), (tenant_id, preflight.digest, reference)
                db.exec_driver_sql(
                    "INSERT INTO preflight_account VALUES (?, ?, ?, ?, ?)",
                    (*place, nonce, seal(key, nonce, place, value)),
                )
        body = {"proposal": held.proposal_id, "digest": held.digest, "preflight": preflight.digest}
        store.ledger.append(db, tenant_id, around.now(), Kind.PREFLIGHT, body)
    return preflight


def accounts_read(store: DeskStore, tenant_id: str, proposal_id: str, reference: str) -> dict[str, Json]:
    """What was read of a person's account before each decision on a proposal, by the digest of the record; nothing of
    somebody who was erased. Raises Tampered."""
    key = store.keys.find(tenant_id, proposal_id, reference)
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT p.digest, a.nonce, a.sealed FROM preflight p JOIN preflight_account a ON a.tenant_id = p.tenant_id "
            "AND a.digest = p.digest WHERE p.tenant_id = ? AND p.proposal_id = ? AND a.reference = ? ORDER BY p.at",
            (tenant_id, proposal_id, reference),
        ).all()
    if key is None:
        return {}
    return {
        str(at): unseal(key, as_bytes(nonce), (tenant_id, str(at), reference), as_bytes(sealed))
        for at, nonce, sealed in rows
    }


def _commitment(opening: Opening, salt: str, value: Json) -> str:
    """Of what was read: without the opening no dictionary of ids matches it."""
    return hmac.digest(opening.seed, canonical(["preflight", salt, opening.reference, value]), "sha256").hex()


def refused_people(record: bytes, expected_digest: str) -> frozenset[str]:
    """The references of those whom a stored record says not to touch: protected, or not readable, when it was made.
    Raises Tampered for a record that is not the one of the digest."""
    if digest(record) != expected_digest:
        raise Tampered("What was read before the approval is not what was signed.", "Propose again.")
    found = read_canonical(record)
    rows = found.get("subjects") if isinstance(found, Mapping) else None
    refused = set()
    for row in rows if isinstance(rows, list) else ():
        protection = row["protection"]
        if not Protection(protection["readable"], ("",) * protection["roles"], protection["listed"]).allows:
            refused.add(row["reference"])
    return frozenset(refused)


def of_run(store: DeskStore, tenant_id: str, run_id: str) -> frozenset[str]:
    """The same for the approval that started a run: whoever was shown as untouched stays untouched."""
    return refused_people(*_record_of(store, tenant_id, run_id))


def held_in_run(store: DeskStore, tenant_id: str, run_id: str) -> dict[int, list[Answered]]:
    """What the checks said when a run was approved, by step. Raises Tampered."""
    record, expected = _record_of(store, tenant_id, run_id)
    if digest(record) != expected:
        raise Tampered("What was read before the approval is not what was signed.", "Propose again.")
    found = read_canonical(record)
    rows = found.get("checks", []) if isinstance(found, Mapping) else []
    said: dict[int, list[Answered]] = {}
    for row in rows if isinstance(rows, list) else ():
        one = from_json(row)
        said.setdefault(one.step, []).append(one)
    return said


def _record_of(store: DeskStore, tenant_id: str, run_id: str) -> tuple[bytes, str]:
    with store.database.read() as db:
        row = db.exec_driver_sql(
            "SELECT c.preflight_digest, p.record FROM run r "
            "JOIN approval_cover c ON c.tenant_id = r.tenant_id AND c.approval_id = r.approval_id "
            "AND c.proposal_id = r.proposal_id "
            "LEFT JOIN preflight p ON p.tenant_id = c.tenant_id AND p.digest = c.preflight_digest "
            "WHERE r.tenant_id = ? AND r.run_id = ?",
            (tenant_id, run_id),
        ).one()
    return (b"" if row[1] is None else as_bytes(row[1])), str(row[0])


async def _protection(writer: TenantWriter, found: str) -> Protection:
    try:
        return await protection_of(writer, found)
    except NotReadable:
        return Protection(readable=False)


async def _account(writer: TenantWriter, found: str) -> Account | None:
    try:
        return await writer.account(found)
    except NotFound:
        return Account(None, None, None, None, exists=False) if is_principal(found) else None
    except NotReadable:
        return None
