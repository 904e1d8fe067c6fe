"""Exceptions from findings stand in the ledger: that, when and until when; whose and why as commitments."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from licenseiq.exception_changes import ExceptionChange, What, account_commitment, commitments_of
from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq_desk.audit import verify_store
from licenseiq_desk.exceptions_taken import take_exceptions
from licenseiq_desk.store.desk_store import open_store
from licenseiq_tenant.book import ExceptionBook, open_book
from licenseiq_tenant.database import Database
from tests.desk.fakes import TENANT, World, person_id

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FINDING = f"inactive_holder:{person_id(1)}"
ONE = Exception_(ExceptionState.ACCEPTED, "Ana Kovac", "Kept for the audit", date(2027, 1, 31))


@pytest.fixture
def book(world: World):  # type: ignore[no-untyped-def]
    database = open_book(world.home)
    yield database
    database.close()


def entries(world: World) -> list[dict[str, object]]:
    """The entries about exceptions, oldest first."""
    with world.desk._store.database.read() as db:
        sql = "SELECT entry FROM ledger_entry WHERE tenant_id = ? ORDER BY seq"
        found = [json.loads(entry) for entry in db.exec_driver_sql(sql, (TENANT,)).scalars()]
    return [one for one in found if one["kind"].startswith("exception_")]


def problems(world: World) -> tuple[str, ...]:
    store = open_store(world.home)
    try:
        return verify_store(store, TENANT).problems
    finally:
        store.close()


def test_making_replacing_and_ending_an_exception_are_entries_of_the_next_round_once(
    world: World, book: Database
) -> None:
    """INV-42."""
    mine = ExceptionBook(book, TENANT)
    mine.keep(FINDING, ONE, NOW, "ana")
    mine.keep(FINDING, replace(ONE, state=ExceptionState.SNOOZED), NOW, "ana")
    assert entries(world) == []
    world.desk.take_over(TENANT)
    assert mine.remove(FINDING, NOW, "bo")
    world.desk.take_over(TENANT)
    world.desk.take_over(TENANT)
    world.reopen()
    world.desk.take_over(TENANT)
    told = [(one["kind"], one["body"]["state"], one["body"]["ends"]) for one in entries(world)]  # type: ignore[index]
    assert told == [
        ("exception_made", "accepted", None),
        ("exception_ended", "accepted", 1),
        ("exception_made", "snoozed", None),
        ("exception_ended", "snoozed", 3),
    ]
    assert problems(world) == ()


def test_the_ledger_holds_neither_person_nor_text_of_it(world: World, book: Database) -> None:
    """INV-45."""
    ExceptionBook(book, TENANT).keep(FINDING, ONE, NOW, "secret-account")
    world.desk.take_over(TENANT)
    (entry,) = entries(world)
    for path in world.home.glob("desk.db*"):
        data = path.read_bytes()
        for text in (person_id(1), ONE.owner, ONE.reason, "secret-account"):
            assert text.encode() not in data
    assert (entry["body"]["finding_kind"], entry["body"]["until"]) == ("inactive_holder", "2027-01-31")  # type: ignore[index]


def test_who_has_the_book_can_show_what_an_entry_is_about(world: World, book: Database) -> None:
    ExceptionBook(book, TENANT).keep(FINDING, ONE, NOW, "ana")
    world.desk.take_over(TENANT)
    (entry,) = entries(world)
    with book.read() as db:
        seed = bytes(db.exec_driver_sql("SELECT seed FROM exception").scalar() or b"")
        account, account_seed = db.exec_driver_sql("SELECT account, account_seed FROM exception_change").one()
    expected = {**commitments_of(FINDING, ONE, seed), **account_commitment(account, bytes(account_seed))}
    assert entry["body"]["commitments"] == expected  # type: ignore[index]
    assert account == "ana"


def test_an_exception_that_has_ended_can_be_opened_no_more(world: World, book: Database) -> None:
    """INV-45."""
    mine = ExceptionBook(book, TENANT)
    mine.keep(FINDING, ONE, NOW, "ana")
    mine.remove(FINDING, NOW, "ana")
    book.close()
    for path in world.home.glob("book.db*"):
        assert ONE.reason.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE exception SET reason = 'another'",
        "UPDATE exception SET until = '2027-12-31'",
        "UPDATE exception SET made_by_change = NULL",
        "UPDATE exception SET finding_id = 'inactive_holder:somebody-else'",
        "DELETE FROM exception",
        "UPDATE exception_change SET at = '2026-01-01T00:00:00Z'",
        "DELETE FROM exception_change",
        "INSERT INTO exception SELECT tenant_id, 'never_used:x', state, owner, reason, until, added_on, seed, 9 FROM "
        "exception",
    ],
)
def test_an_exception_made_past_the_command_shows_when_the_ledger_is_verified(
    world: World, book: Database, sql: str
) -> None:
    """INV-42; the positive control is that the same book without the change has no problem."""
    ExceptionBook(book, TENANT).keep(FINDING, ONE, NOW, "ana")
    world.desk.take_over(TENANT)
    assert problems(world) == ()
    with book.write() as db:
        db.exec_driver_sql(sql)
    assert any("book" in one for one in problems(world))


def test_two_processes_that_take_the_same_changes_take_each_once(world: World, book: Database) -> None:
    mine = ExceptionBook(book, TENANT)
    for number in range(10):
        mine.keep(f"never_used:{number}", ONE, NOW, "ana")
    stores = [open_store(world.home) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda store: take_exceptions(store, TENANT, world.clock.around()), stores))
    for store in stores:
        store.close()
    assert [one["body"]["change"] for one in entries(world)] == list(range(1, 11))  # type: ignore[index]


def test_a_book_that_cannot_be_read_holds_nothing_up(world: World, book: Database) -> None:
    book.close()
    (world.home / "book.db").write_bytes(b"no store")
    world.desk.take_over(TENANT)


def test_a_changes_digest_covers_all_of_it() -> None:
    change = ExceptionChange(1, NOW, What.MADE, "never_used", "accepted", ONE.until, None, {"finding": "ab"})
    others: list[Callable[[], ExceptionChange]] = [
        lambda: replace(change, number=2),
        lambda: replace(change, at=NOW.replace(hour=10)),
        lambda: replace(change, what=What.ENDED),
        lambda: replace(change, kind="inactive_holder"),
        lambda: replace(change, state="snoozed"),
        lambda: replace(change, until=date(2027, 2, 1)),
        lambda: replace(change, ends=1),
        lambda: replace(change, commitments={"finding": "cd"}),
    ]
    assert len({change.body()["digest"], *(one().body()["digest"] for one in others)}) == len(others) + 1
