"""The ledger finds every change of what was stored. INV-42."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from licenseiq.errors import Refused, SettingsError
from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.ledger.standalone_verify import ed25519
from licenseiq_desk.ledger.verify import verify
from licenseiq_desk.store.desk_store import DeskStore, open_store
from tests.desk.fakes import START, TENANT

SIZE = 7


@pytest.fixture
def store(tmp_path: Path, engine: str) -> Iterator[DeskStore]:
    opened = open_store(tmp_path)
    with opened.database.write() as db:
        for number in range(SIZE):
            opened.ledger.append(db, TENANT, START, Kind.OUTCOME, {"number": number}, "L0")
    yield opened
    opened.close()


def problems(store: DeskStore, remembered: Collection[LedgerHead] = (), signed=ed25519) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    return verify(store.database, TENANT, store.ledger.public_key(TENANT), remembered, signed).problems


def change(store: DeskStore, sql: str, *values: object) -> None:
    with store.database.write() as db:
        db.exec_driver_sql(sql, values)


def test_an_untouched_ledger_verifies(store: DeskStore) -> None:
    assert problems(store) == ()


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [
        ("ledger_entry", "seq", "entry"),
        ("ledger_entry", "seq", "leaf"),
        ("ledger_head", "size", "root"),
        ("ledger_head", "size", "peaks"),
        ("ledger_head", "size", "signature"),
        ("ledger_head", "size", "public_key"),
    ],
)
def test_any_flipped_bit_is_found(store: DeskStore, table: str, key: str, column: str) -> None:
    with store.database.read() as db:
        rows = db.exec_driver_sql(f"SELECT {key}, {column} FROM {table}").all()  # noqa: S608
    for number, stored in rows:
        before = bytes(stored)
        for bit in range(0, len(before) * 8, 41):
            after = bytearray(before)
            after[bit // 8] ^= 1 << bit % 8
            change(store, f"UPDATE {table} SET {column} = ? WHERE {key} = ?", bytes(after), number)  # noqa: S608
            assert problems(store), (table, column, number, bit)
        change(store, f"UPDATE {table} SET {column} = ? WHERE {key} = ?", before, number)  # noqa: S608
    assert problems(store) == ()


def _deleted(store: DeskStore) -> None:
    change(store, "DELETE FROM ledger_entry WHERE seq = 3")


def _swapped(store: DeskStore) -> None:
    change(store, "UPDATE ledger_entry SET seq = -1 WHERE seq = 2")
    change(store, "UPDATE ledger_entry SET seq = 2 WHERE seq = 4")
    change(store, "UPDATE ledger_entry SET seq = 4 WHERE seq = -1")


def _inserted(store: DeskStore) -> None:
    change(store, "INSERT INTO ledger_entry SELECT tenant_id, ?, entry, leaf FROM ledger_entry WHERE seq = 1", SIZE)


def _head_gone(store: DeskStore) -> None:
    change(store, "DELETE FROM ledger_head WHERE size = 2")


def _redated(store: DeskStore) -> None:
    change(store, "UPDATE ledger_head SET at = '2020-01-01T00:00:00Z' WHERE size = 5")


def _resized(store: DeskStore) -> None:
    change(store, "UPDATE ledger_head SET size = 99 WHERE size = 7")


@pytest.mark.parametrize("spoil", [_deleted, _swapped, _inserted, _head_gone, _redated, _resized])
def test_any_row_operation_is_found(store: DeskStore, spoil: Callable[[DeskStore], None]) -> None:
    spoil(store)
    assert problems(store)


def test_a_cut_tail_is_found_against_a_remembered_head_only(store: DeskStore) -> None:
    with store.database.read() as db:
        root = db.exec_driver_sql("SELECT root FROM v1_ledger_head").scalar_one()
    remembered = [LedgerHead(SIZE, root)]
    assert problems(store, remembered) == ()
    change(store, "DELETE FROM ledger_entry WHERE seq >= 5")
    change(store, "DELETE FROM ledger_head WHERE size > 5")
    assert problems(store) == ()
    assert "its tail is cut" in problems(store, remembered)[0]
    with store.database.write() as db:
        for number in range(2):
            store.ledger.append(db, TENANT, START, Kind.OUTCOME, {"number": 90 + number}, "L0")
    assert problems(store) == ()
    assert "not those that were anchored" in problems(store, remembered)[0]


def test_positive_control_without_the_signature_check_a_forged_signature_passes(store: DeskStore) -> None:
    change(store, "UPDATE ledger_head SET signature = ? WHERE size = 4", bytes(64))
    assert problems(store)
    assert problems(store, signed=lambda *_: True) == ()


def test_a_lost_key_is_said_and_not_replaced(store: DeskStore) -> None:
    (store.home / "keys" / f"ledger-{TENANT}.pem").unlink()
    again = open_store(store.home)
    assert "not this desk's" in problems(again)[0]
    with pytest.raises(SettingsError), again.database.write() as db:
        again.ledger.append(db, TENANT, START, Kind.OUTCOME, {})
    again.close()


@pytest.mark.parametrize("name", [f"ledger-{TENANT}.pem", "subject_keys.db"])
def test_a_key_file_that_others_can_read_is_refused(store: DeskStore, name: str) -> None:
    """INV-35."""
    (store.home / "keys" / name).chmod(0o640)
    with pytest.raises(SettingsError, match="other accounts"):
        open_store(store.home).ledger.public_key(TENANT)


def test_a_clock_that_goes_back_by_more_than_a_minute_is_refused(store: DeskStore) -> None:
    """INV-04."""
    from datetime import timedelta

    with store.database.write() as db:
        store.ledger.append(db, TENANT, START - timedelta(seconds=60), Kind.OUTCOME, {})
    with pytest.raises(Refused, match="clock"), store.database.write() as db:
        store.ledger.append(db, TENANT, START - timedelta(seconds=121), Kind.OUTCOME, {})
