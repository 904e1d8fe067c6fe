"""Whatever is changed in a stored ledger is found: `uv run python -m bench.tamper`, tried = found.

Of a small ledger every bit of every entry and head, every row operation, and every cut tail or rewritten past against
an anchor; of a large one a random sample, and how long it takes to verify. Then two faults are planted in the verifier,
and must let something through. Ends with 1 when anything is otherwise.
"""

import argparse
import hashlib
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.figures import line
from licenseiq.merkle import leaf_hash
from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.ledger.export import export_lines
from licenseiq_desk.ledger.standalone_verify import ed25519, verify_export
from licenseiq_desk.ledger.verify import LeafCheck, SignatureCheck, verify
from licenseiq_desk.store.desk_store import DeskStore, open_store
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

TENANT = "7d1f0c52-0f4e-4e7b-9a37-3f2f7ad3c001"
START = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
COLUMNS = (
    ("ledger_entry", "seq", "entry"),
    ("ledger_entry", "seq", "leaf"),
    ("ledger_head", "size", "root"),
    ("ledger_head", "size", "peaks"),
    ("ledger_head", "size", "signature"),
    ("ledger_head", "size", "public_key"),
    ("ledger_head", "size", "at"),
)
KEYS = {"ledger_entry": ("seq", "entry, leaf"), "ledger_head": ("size", "root, peaks, signature, public_key, at")}

Change = Callable[["Connection"], None]


def hashed(entry: bytes, _stored: bytes) -> bytes:
    return leaf_hash(entry)


@dataclass(frozen=True)
class Verifier:
    """The checks of verification; a control drops one of them."""

    signed: SignatureCheck = ed25519
    hashed: LeafCheck = hashed


@dataclass
class Count:
    tried: int = 0
    found: int = 0

    def words(self) -> str:
        return f"{self.tried} tried, {self.found} found"


class _Inside:
    """The store as it stands in the middle of a transaction that is never committed."""

    def __init__(self, db: "Connection") -> None:
        self._db = db

    @contextmanager
    def read(self) -> Iterator["Connection"]:
        yield self._db


class _Never(Exception):
    """Takes a change back."""


def fill(store: DeskStore, entries: int) -> None:
    """Entries like those of a run: bodies of some hundred bytes, with digests in them."""
    for first in range(0, entries, 2_000):
        with store.database.write() as db:
            for number in range(first, min(entries, first + 2_000)):
                digest = hashlib.sha256(str(number).encode()).hexdigest()
                body = {"run": f"run-{number // 7}", "step": number % 7 + 1, "kind": "remove_direct_licences"}
                body |= {"subject": "s1", "outcome": "done", "note": digest}
                store.ledger.append(db, TENANT, START + timedelta(seconds=number), Kind.OUTCOME, body, "L1")


def tried(store: DeskStore, changes: Iterable[Change], by: Verifier, anchors: tuple[LedgerHead, ...] = ()) -> Count:
    """Makes each change, verifies, and takes it back."""
    count, key = Count(), store.ledger.public_key(TENANT)
    for change in changes:
        try:
            with store.database.write() as db:
                change(db)
                inside = cast("Database", _Inside(db))
                count.tried += 1
                count.found += not verify(inside, TENANT, key, anchors, by.signed, by.hashed).is_whole
                raise _Never
        except _Never:
            continue
    return count


def bits(store: DeskStore, every: int = 1) -> Iterator[Change]:
    """Each bit of each stored value, or one of so many."""
    count = itertools.count()
    for table, key, column in COLUMNS:
        with store.database.read() as db:
            rows = db.exec_driver_sql(f"SELECT {key}, {column} FROM {table} ORDER BY {key}").all()
        for number, stored in rows:
            is_text = isinstance(stored, str)
            before = stored.encode("latin-1") if is_text else bytes(stored)
            for bit in range(len(before) * 8):
                if next(count) % every == 0:
                    yield _flipped(table, key, column, number, before, bit, is_text)


def _flipped(table: str, key: str, column: str, number: int, before: bytes, bit: int, is_text: bool) -> Change:
    after = bytearray(before)
    after[bit // 8] ^= 1 << bit % 8
    value = after.decode("latin-1") if is_text else bytes(after)

    def change(db: "Connection") -> None:
        db.exec_driver_sql(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, number))

    return change


def row_operations(size: int) -> Iterator[Change]:
    """Deleting, swapping, doubling, inserting and numbering anew, of entries and of heads."""
    for table, (key, _) in KEYS.items():
        first = 0 if table == "ledger_entry" else 1
        places = range(first, first + size)
        for one in places:
            yield _sql(f"DELETE FROM {table} WHERE {key} = {one}")
            yield _inserted(table, one, places)
            for other in (*places, first + size, 99_999, -1):
                if other != one:
                    yield _moved(table, key, one, other, places)
                    yield _copied(table, key, one, other)
    for one in range(size - 1):
        # The head goes with its entry, and what comes after moves up: only hashes can tell.
        yield _sql(
            f"DELETE FROM ledger_entry WHERE seq = {one}",
            f"DELETE FROM ledger_head WHERE size = {one + 1}",
            f"UPDATE ledger_entry SET seq = -seq WHERE seq > {one}",
            "UPDATE ledger_entry SET seq = -seq - 1 WHERE seq < 0",
            f"UPDATE ledger_head SET size = -size WHERE size > {one + 1}",
            "UPDATE ledger_head SET size = -size - 1 WHERE size < 0",
        )


def _sql(*statements: str) -> Change:
    def change(db: "Connection") -> None:
        for statement in statements:
            db.exec_driver_sql(statement)

    return change


def _moved(table: str, key: str, one: int, other: int, places: range) -> Change:
    """Another number; where that one is taken, both change places."""
    if other not in places:
        return _sql(f"UPDATE {table} SET {key} = {other} WHERE {key} = {one}")
    return _sql(
        f"UPDATE {table} SET {key} = -7 WHERE {key} = {one}",
        f"UPDATE {table} SET {key} = {one} WHERE {key} = {other}",
        f"UPDATE {table} SET {key} = {other} WHERE {key} = -7",
    )


def _copied(table: str, key: str, one: int, other: int) -> Change:
    """The row of `one` stands at `other` too."""
    return _sql(
        f"DELETE FROM {table} WHERE {key} = {other}",
        f"INSERT INTO {table} SELECT tenant_id, {other}, {KEYS[table][1]} FROM {table} WHERE {key} = {one}",
    )


def _inserted(table: str, one: int, places: range) -> Change:
    """A copy stands in front, and everything behind it has the next number."""
    key, rest = KEYS[table]
    return _sql(
        f"UPDATE {table} SET {key} = -{key} - 1000 WHERE {key} >= {one}",
        f"UPDATE {table} SET {key} = -{key} - 999 WHERE {key} < -900",
        f"INSERT INTO {table} SELECT tenant_id, {one}, {rest} FROM {table} WHERE {key} = {one + 1}",
    )


def cut_tails(size: int) -> Iterator[Change]:
    """The last entries and their heads are gone; all but the whole ledger."""
    for left in range(1, size):
        yield _sql(f"DELETE FROM ledger_entry WHERE seq >= {left}", f"DELETE FROM ledger_head WHERE size > {left}")


def rewritten(store: DeskStore, size: int) -> Iterator[Change]:
    """Whoever holds the key and the files writes another history, from some entry on, of the same length."""
    for left in range(1, size):

        def change(db: "Connection", left: int = left) -> None:
            for table, key in (("ledger_entry", "seq"), ("ledger_head", "size - 1")):
                db.exec_driver_sql(f"DELETE FROM {table} WHERE {key} >= {left}")
            for number in range(left, size):
                body = {"run": "another", "step": number}
                store.ledger.append(db, TENANT, START + timedelta(seconds=size), Kind.OUTCOME, body, "L1")

        yield change


def anchor_of(store: DeskStore) -> tuple[LedgerHead, ...]:
    with store.database.read() as db:
        row = db.exec_driver_sql("SELECT size, root FROM v1_ledger_head").one()
    return (LedgerHead(int(row[0]), str(row[1])),)


CONTROLS = (
    ("without the signatures", Verifier(signed=lambda *_: True)),
    ("with the stored leaves believed", Verifier(hashed=lambda _entry, stored: stored)),
)


def small(folder: Path, entries: int, every: int = 1) -> bool:
    """True when everything was found, and each planted fault let something through."""
    store = open_store(folder)
    fill(store, entries)
    anchors = anchor_of(store)
    line("a small ledger", f"{entries} entries")
    counts = {
        "bits flipped": tried(store, bits(store, every), Verifier()),
        "row operations": tried(store, row_operations(entries), Verifier()),
        "cut tails, against an anchor": tried(store, cut_tails(entries), Verifier(), anchors),
        "written anew, against an anchor": tried(store, rewritten(store, entries), Verifier(), anchors),
    }
    for name, count in counts.items():
        line(name, count.words())
    for name, change in (("cut tails", cut_tails(entries)), ("written anew", rewritten(store, entries))):
        line(f"{name}, without an anchor", f"{tried(store, change, Verifier()).words()}: by nothing else")
    controls = {name: tried(store, bits(store, max(every, 7)), verifier) for name, verifier in CONTROLS}
    for name, count in controls.items():
        line(f"control: {name}", f"{count.words()}, so {count.tried - count.found} missed")
    store.close()
    return all(count.tried == count.found > 0 for count in counts.values()) and all(
        count.found < count.tried for count in controls.values()
    )


def large(folder: Path, entries: int, sample: int, seed: int) -> bool:
    """Times verification in seconds of the processor, and tries a sample of bits."""
    store = open_store(folder)
    began = time.process_time()
    fill(store, entries)
    line("a large ledger", f"{entries} entries, appended in {time.process_time() - began:.1f} s")
    key = store.ledger.public_key(TENANT)
    with store.database.read() as db:
        data = [bytes(one) for one in db.exec_driver_sql("SELECT entry FROM ledger_entry ORDER BY seq").scalars()]
    began = time.process_time()
    for one in data:
        leaf_hash(one)
    alone = time.process_time() - began
    began = time.process_time()
    verdict = verify(store.database, TENANT, key)
    whole = time.process_time() - began
    began = time.process_time()
    verify(store.database, TENANT, key, signed=lambda *_: True)
    unsigned = time.process_time() - began
    line("verified in", f"{whole:.1f} s, {whole / entries * 1e6:.0f} µs an entry, {whole / alone:.0f} x hashing alone")
    line("without its signatures", f"{unsigned:.1f} s, {unsigned / alone:.0f} x hashing alone")
    lines = list(export_lines(store, TENANT, is_demo=True, now=START))
    began = time.process_time()
    (exported,) = verify_export(lines)
    line("its export by the one file", f"{time.process_time() - began:.1f} s for {sum(map(len, lines)) / 1e6:.0f} MB")
    count = tried(store, _sample(store, entries, sample, random.Random(seed)), Verifier())
    line("a sample of changes", count.words())
    store.close()
    return verdict.is_whole and not exported.problems and count.tried == count.found == sample


def _sample(store: DeskStore, entries: int, sample: int, chance: random.Random) -> Iterator[Change]:
    for _ in range(sample):
        table, key, column = chance.choice(COLUMNS)
        number = chance.randrange(entries) + (table == "ledger_head")
        with store.database.read() as db:
            stored = db.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {key} = ?", (number,)).scalar_one()
        is_text = isinstance(stored, str)
        before = stored.encode("latin-1") if is_text else bytes(stored)
        yield _flipped(table, key, column, number, before, chance.randrange(len(before) * 8), is_text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=8, help="of the small ledger (default 8)")
    parser.add_argument("--large", type=int, default=100_000, help="entries of the large ledger (default 100000)")
    parser.add_argument("--sample", type=int, default=10, help="changes tried on the large ledger (default 10)")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = small(Path(folder) / "small", options.entries)
        found = large(Path(folder) / "large", options.large, options.sample, options.seed) and found
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
