"""The book: what the customer said stays by version, tenant by tenant, and cannot be changed unseen."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from licenseiq.errors import Tampered
from licenseiq.money import Money
from licenseiq.price_content import in_order
from licenseiq.prices import Channel, OwnPrice, PriceBook, Term
from licenseiq_tenant.book import PriceBooks, open_book
from licenseiq_tenant.book.store import FILE
from licenseiq_tenant.database import Database

DAY, LATER = date(2026, 11, 23), date(2026, 12, 1)
ROWS = (
    OwnPrice("e5", Money("EUR", 51_000_000), "sub-1", Channel.CSP, Term.YEAR, renewal=date(2027, 1, 31)),
    OwnPrice("e3", None, None, quantity=7, auto_renew=False, contact="Ada"),
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    database = open_book(tmp_path)
    yield database
    database.close()


def test_a_list_is_read_as_it_was_kept_and_an_older_one_by_its_version(book: Database) -> None:
    books = PriceBooks(book, "t")
    assert (books.version(), books.current()) == ("none", PriceBook())
    first = books.keep(ROWS, DAY)
    second = books.keep(ROWS[:1], LATER)
    assert books.current() == second == PriceBook(second.version, LATER, ROWS[:1])
    assert books.at(first.version) == first == PriceBook(first.version, DAY, in_order(ROWS))
    assert books.at("f" * 64) is None


def test_the_same_rows_are_the_same_version_and_an_empty_list_is_none(book: Database) -> None:
    books = PriceBooks(book, "t")
    first = books.keep(ROWS, DAY)
    assert books.keep(tuple(reversed(ROWS)), LATER).version == first.version == books.version()
    assert books.current().imported == LATER
    assert books.keep((), LATER).version == books.version() == "none"
    assert books.at(first.version) == PriceBook(first.version, LATER, in_order(ROWS))


def test_a_tenant_sees_its_own_lists_only(book: Database) -> None:
    version = PriceBooks(book, "t").keep(ROWS, DAY).version
    other = PriceBooks(book, "other")
    assert (other.version(), other.at(version)) == ("none", None)


@pytest.mark.parametrize("change", ["content || x'20'", "CAST(replace(content, '51', '15') AS BLOB)", "'a text'"])
def test_a_list_that_was_changed_in_the_store_is_refused(book: Database, tmp_path: Path, change: str) -> None:
    books = PriceBooks(book, "t")
    books.keep(ROWS, DAY)
    books.current()  # positive control: as it was written it is read
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"UPDATE price_list SET content = {change}")  # noqa: S608 - our own words
    with pytest.raises(Tampered):
        books.current()
