"""Who may approve, and with which keys. Each change is an entry of the ledger, without a name in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import NotFound, Refused
from licenseiq.proposals.canonical import canonical, digest
from licenseiq.times import iso, parse_iso
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

BOOTSTRAP = "terminal bootstrap"
"""How the first approver comes in; every record of that approver says so."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An approver: `name` as typed at the enrolment, `account` the OS account that opened it, `enrolled` how they came
    in, such as 'terminal bootstrap' or 'by ap-1'."""

    approver_id: str
    name: str
    account: str
    enrolled: str
    at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key: ids in base64url without padding, `public_key` in COSE form."""

    credential_id: str
    approver_id: str
    public_key: bytes
    sign_count: int
    aaguid: str = ""


def everybody(db: "Connection", tenant_id: str) -> tuple[Enrolled, ...]:
    """Everybody who was ever enrolled, in the order of enrolment."""
    rows = db.exec_driver_sql(
        "SELECT approver_id, name, account, enrolled, at, revoked_at FROM approver WHERE tenant_id = ? "
        "ORDER BY at, approver_id",
        (tenant_id,),
    )
    return tuple(
        Enrolled(row[0], row[1], row[2], row[3], parse_iso(row[4]), parse_iso(row[5]) if row[5] else None)
        for row in rows
    )


def active(db: "Connection", tenant_id: str) -> tuple[Enrolled, ...]:
    return tuple(one for one in everybody(db, tenant_id) if one.revoked_at is None)


def one(db: "Connection", tenant_id: str, approver_id: str) -> Enrolled:
    """An approver who may decide now. Raises NotFound and Refused."""
    found = next((who for who in everybody(db, tenant_id) if who.approver_id == approver_id), None)
    if found is None:
        raise NotFound("There is no approver of that id.", "See 'licenseiq approvers list'.")
    if found.revoked_at is not None:
        raise Refused("This approver was revoked.", "Another approver decides.")
    return found


def keys_of(db: "Connection", tenant_id: str, approver_id: str) -> tuple[Passkey, ...]:
    rows = db.exec_driver_sql(
        "SELECT credential_id, approver_id, public_key, sign_count, aaguid FROM passkey "
        "WHERE tenant_id = ? AND approver_id = ? ORDER BY at, credential_id",
        (tenant_id, approver_id),
    )
    return tuple(Passkey(row[0], row[1], as_bytes(row[2]), int(row[3]), row[4]) for row in rows)


def add(store: DeskStore, tenant_id: str, who: Enrolled, key: Passkey, salt: bytes) -> None:
    """Enrols somebody with their key. Raises Refused for a key that is enrolled already."""
    with store.database.write() as db:
        if who.enrolled == BOOTSTRAP and active(db, tenant_id):
            raise Refused("There is an approver already, who enrols the next one.", "Ask an approver.")
        db.exec_driver_sql(
            "INSERT INTO approver VALUES (?, ?, ?, ?, ?, ?, NULL)",
            (tenant_id, who.approver_id, who.name, who.account, who.enrolled, iso(who.at)),
        )
        _keep_key(store, db, tenant_id, who, key, salt)


def add_key(store: DeskStore, tenant_id: str, who: Enrolled, key: Passkey, salt: bytes) -> Enrolled:
    """A further key of an approver, who is returned as enrolled before. Raises Refused for a key that is enrolled
    already, and for an approver who was revoked meanwhile."""
    with store.database.write() as db:
        before = one(db, tenant_id, who.approver_id)
        _keep_key(store, db, tenant_id, who, key, salt)
    return before


def _keep_key(store: DeskStore, db: "Connection", tenant_id: str, who: Enrolled, key: Passkey, salt: bytes) -> None:
    known = db.exec_driver_sql(
        "SELECT COUNT(*) FROM passkey WHERE tenant_id = ? AND credential_id = ?", (tenant_id, key.credential_id)
    ).scalar_one()
    if known:
        raise Refused("This passkey is enrolled already.", "Use it to approve.")
    db.exec_driver_sql(
        "INSERT INTO passkey VALUES (?, ?, ?, ?, ?, ?, ?)",
        (tenant_id, key.credential_id, who.approver_id, key.public_key, key.sign_count, key.aaguid, iso(who.at)),
    )
    body = {
        "approver": who.approver_id,
        "name": digest(canonical([salt.hex(), who.name])),
        "enrolled": who.enrolled,
        "credential": key.credential_id,
        "public_key": key.public_key.hex(),
    }
    store.ledger.append(db, tenant_id, who.at, Kind.APPROVER_ENROLLED, body)


def revoke(store: DeskStore, tenant_id: str, approver_id: str, by: str, now: datetime) -> None:
    """Ends what somebody may approve, at once and for runs that have not started. Raises NotFound and Refused."""
    with store.database.write() as db:
        one(db, tenant_id, approver_id)
        db.exec_driver_sql(
            "UPDATE approver SET revoked_at = ? WHERE tenant_id = ? AND approver_id = ?",
            (iso(now), tenant_id, approver_id),
        )
        store.ledger.append(db, tenant_id, now, Kind.APPROVER_REVOKED, {"approver": approver_id, "by": by})


def attempt(store: DeskStore, tenant_id: str, why: str, now: datetime) -> None:
    """Notes that somebody tried to enrol without being let in (INV-09)."""
    with store.database.write() as db:
        store.ledger.append(db, tenant_id, now, Kind.ENROLMENT_REFUSED, {"why": why})


def grown(db: "Connection", tenant_id: str, credential_id: str, sign_count: int) -> None:
    """Keeps the counter of a key. Raises Refused for one that has not grown: it may be a copy's (0 for ever: it has
    none)."""
    changed = db.exec_driver_sql(
        "UPDATE passkey SET sign_count = ? WHERE tenant_id = ? AND credential_id = ? AND (sign_count < ? OR ? = 0)",
        (sign_count, tenant_id, credential_id, sign_count, sign_count),
    )
    if changed.rowcount != 1:
        raise Refused("The passkey's counter has not grown: it may have been copied.", "Revoke it and enrol anew.")


def count_use(store: DeskStore, tenant_id: str, credential_id: str, sign_count: int) -> None:
    """The same for a use that is no approval."""
    with store.database.write() as db:
        grown(db, tenant_id, credential_id, sign_count)
