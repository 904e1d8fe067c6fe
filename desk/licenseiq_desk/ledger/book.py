"""Appending to the ledger, inside the transaction of the row that the entry describes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licenseiq.errors import Refused, SettingsError
from licenseiq.merkle import Frontier, leaf_hash
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.stored import LedgerHead
from licenseiq.times import iso, parse_iso
from licenseiq_desk.ledger import about
from licenseiq_desk.ledger.entries import Entry, Kind, head_bytes
from licenseiq_desk.store.key_files import signing_key

if TYPE_CHECKING:
    from sqlalchemy import Connection

HASH_BYTES = 32
CLOCK_MAY_GO_BACK = timedelta(seconds=60)


class Ledger:
    """One ledger per tenant; `folder` holds the signing keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, Ed25519PrivateKey] = {}

    def append(
        self,
        db: "Connection",
        tenant_id: str,
        now: datetime,
        kind: Kind,
        body: Mapping[str, Json],
        level: str = "",
    ) -> LedgerHead:
        """Appends one entry and signs the new head. Raises Refused when the clock has gone back by over a minute."""
        frontier, last = self._frontier(db, tenant_id)
        if last is not None and now < parse_iso(last) - CLOCK_MAY_GO_BACK:
            raise Refused(
                "The clock of this machine stands before the ledger's last entry.", "Set the clock right and try again."
            )
        data = Entry(tenant_id, frontier.size, now, kind, level, body).to_bytes()
        leaf = leaf_hash(data)
        after = frontier.append(leaf)
        root, at, key = after.root(), iso(now), self._key(tenant_id, is_first=frontier.size == 0)
        db.exec_driver_sql("INSERT INTO ledger_entry VALUES (?, ?, ?, ?)", (tenant_id, frontier.size, data, leaf))
        db.exec_driver_sql(
            "INSERT INTO ledger_head VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                tenant_id,
                after.size,
                root,
                b"".join(after.peaks),
                key.sign(head_bytes(tenant_id, after.size, root, at)),
                key.public_key().public_bytes_raw(),
                at,
            ),
        )
        for proposal_id in about.proposals_of(body, lambda run_id: about.proposal_of(db, tenant_id, run_id)):
            about.note(db, tenant_id, proposal_id, frontier.size)
        return LedgerHead(after.size, root.hex())

    def public_key(self, tenant_id: str) -> bytes | None:
        """The 32 bytes that verify this tenant's heads; None when there is no key yet."""
        key = self._keys.get(tenant_id) or signing_key(self._folder, tenant_id, create=False)
        return None if key is None else key.public_key().public_bytes_raw()

    def _key(self, tenant_id: str, *, is_first: bool) -> Ed25519PrivateKey:
        if tenant_id not in self._keys:
            key = signing_key(self._folder, tenant_id, create=is_first)
            if key is None:
                raise SettingsError(
                    "The key that signs this tenant's ledger is gone.", "Restore the keys folder from its backup."
                )
            self._keys[tenant_id] = key
        return self._keys[tenant_id]

    def _frontier(self, db: "Connection", tenant_id: str) -> tuple[Frontier, str | None]:
        row = db.exec_driver_sql(
            "SELECT size, peaks, at FROM ledger_head WHERE tenant_id = ? ORDER BY size DESC LIMIT 1", (tenant_id,)
        ).first()
        if row is None:
            return Frontier(), None
        peaks = bytes(row[1])
        parts = tuple(peaks[start : start + HASH_BYTES] for start in range(0, len(peaks), HASH_BYTES))
        return Frontier(int(row[0]), parts), str(row[2])
