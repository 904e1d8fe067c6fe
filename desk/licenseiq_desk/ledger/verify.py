"""Verifying a ledger from its stored rows: every leaf, every root, every signature.

Who holds the signing key and the files can rewrite what was never remembered elsewhere; against a remembered head
that shows too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from licenseiq.errors import Tampered
from licenseiq.merkle import EMPTY_ROOT, Frontier, leaf_hash
from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk.ledger.entries import head_bytes, place_of
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_PROBLEMS = 20

# (public key, signature, message) -> whether it verifies.
SignatureCheck = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class LedgerVerdict:
    """What verification found: at most twenty `problems`, none when everything verifies."""

    size: int
    root: str
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.problems


def ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify(
    database: Database,
    tenant_id: str,
    public_key: bytes | None,
    remembered: LedgerHead | None = None,
    signed: SignatureCheck = ed25519,
) -> LedgerVerdict:
    """Recomputes the whole tree. `remembered` is a head noted earlier: a cut tail or a rewritten past shows."""
    with database.read() as db:
        problems, roots, peaks = _entries(db, tenant_id)
        problems += _heads(db, tenant_id, public_key, roots, peaks, signed)
    size = len(roots) - 1
    if remembered is not None:
        if remembered.size > size:
            problems.append(f"The ledger has {size} entries; {remembered.size} were remembered: its tail is cut.")
        elif roots[remembered.size].hex() != remembered.root:
            problems.append(f"The first {remembered.size} entries are not those that were remembered.")
    return LedgerVerdict(size, roots[-1].hex(), tuple(problems[:MOST_PROBLEMS]))


def _entries(db: "Connection", tenant_id: str) -> tuple[list[str], list[bytes], list[bytes]]:
    """Problems, then the root and the joined peaks of every size from 0 on, computed from the entries' bytes."""
    rows = db.exec_driver_sql(
        "SELECT seq, entry, leaf FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,)
    )
    problems: list[str] = []
    frontier, roots, peaks = Frontier(), [EMPTY_ROOT], [b""]
    for place, (seq, stored, stored_leaf) in enumerate(rows):
        entry = _raw(stored)
        leaf = leaf_hash(entry)
        if seq != place:
            problems.append(f"Entry {place} is missing; number {seq} stands in its place.")
        if leaf != _raw(stored_leaf):
            problems.append(f"Entry {seq} does not have the hash that is stored beside it.")
        try:
            if place_of(entry) != (tenant_id, seq):
                problems.append(f"Entry {seq} says that it stands elsewhere.")
        except Tampered:
            problems.append(f"Entry {seq} is not a ledger entry.")
        frontier = frontier.append(leaf)
        roots.append(frontier.root())
        peaks.append(b"".join(frontier.peaks))
    return problems, roots, peaks


def _heads(
    db: "Connection",
    tenant_id: str,
    public_key: bytes | None,
    roots: list[bytes],
    peaks: list[bytes],
    signed: SignatureCheck,
) -> list[str]:
    problems: list[str] = []
    rows = db.exec_driver_sql(
        "SELECT size, root, peaks, signature, public_key, at FROM ledger_head WHERE tenant_id = ? ORDER BY size",
        (tenant_id,),
    ).all()
    if len(rows) != len(roots) - 1:
        problems.append(f"There are {len(rows)} signed heads for {len(roots) - 1} entries.")
    for size, root, joined, signature, key, at in rows:
        if not 0 < size < len(roots) or _raw(root) != roots[size] or _raw(joined) != peaks[size]:
            problems.append(f"The head of size {size} does not match the entries.")
        if public_key is None or _raw(key) != public_key:
            problems.append(f"The head of size {size} was signed with a key that is not this desk's.")
        elif not signed(public_key, _raw(signature), head_bytes(tenant_id, size, _raw(root), at)):
            problems.append(f"The signature of the head of size {size} does not verify.")
    return problems


def _raw(value: object) -> bytes:
    """What stands in a column that should hold bytes; anything else has another hash."""
    return bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
