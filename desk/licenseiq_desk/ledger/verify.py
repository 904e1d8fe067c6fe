"""Verifying a ledger from its stored rows: every leaf, every root, every signature.

Who holds the signing key and the files can rewrite what was never remembered elsewhere; against a remembered head
that shows too.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licenseiq.errors import Tampered
from licenseiq.merkle import EMPTY_ROOT, Frontier, leaf_hash
from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk.ledger.entries import head_bytes, place_of
from licenseiq_desk.ledger.standalone_verify import ed25519
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_PROBLEMS = 20

# (an entry, the leaf stored beside it) -> the leaf that goes into the tree.
LeafCheck = Callable[[bytes, bytes], bytes]
# (public key, signature, message) -> whether it verifies.
SignatureCheck = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class LedgerVerdict:
    """What verification found: at most twenty `problems`, none when everything verifies.
    `public_key` is the one that was verified with, as hex."""

    size: int
    root: str
    problems: tuple[str, ...]
    public_key: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify(
    database: Database,
    tenant_id: str,
    public_key: bytes | None,
    remembered: Collection[LedgerHead] = (),
    signed: SignatureCheck = ed25519,
    hashed: LeafCheck = lambda entry, _: leaf_hash(entry),
) -> LedgerVerdict:
    """Recomputes the whole tree. `remembered` are heads noted earlier: a cut tail or a rewritten past shows. The last
    two are replaced only to see that a verifier without them misses something."""
    with database.read() as db:
        problems, roots, peaks = _entries(db, tenant_id, hashed)
        problems += _heads(db, tenant_id, public_key, roots, peaks, signed)
    size = len(roots) - 1
    for head in remembered:
        if not 0 <= head.size <= size:
            problems.append(f"The ledger has {size} entries; {head.size} were anchored: its tail is cut.")
        elif roots[head.size].hex() != head.root:
            problems.append(f"The first {head.size} entries are not those that were anchored.")
    return LedgerVerdict(size, roots[-1].hex(), tuple(problems[:MOST_PROBLEMS]), (public_key or b"").hex())


def _entries(db: "Connection", tenant_id: str, hashed: LeafCheck) -> tuple[list[str], list[bytes], list[bytes]]:
    """Problems, then the root and the joined peaks of every size from 0 on, computed from the entries' bytes."""
    rows = db.exec_driver_sql(
        "SELECT seq, entry, leaf FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,)
    )
    problems: list[str] = []
    frontier, roots, peaks = Frontier(), [EMPTY_ROOT], [b""]
    for place, (seq, stored, stored_leaf) in enumerate(rows):
        entry = _raw(stored)
        leaf = hashed(entry, _raw(stored_leaf))
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
