"""History: each day leaves a summary, the last one of a day, without anybody who has left the tenant."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from anyio.to_thread import run_sync

from licenseiq.errors import NotReadable
from licenseiq.evaluation import KindTotal
from licenseiq.money import Money
from licenseiq.prices import OwnPrice
from licenseiq.spending.days import KEPT_DAYS, Day
from licenseiq.spending.savings import SeenSeats
from licenseiq.spending.table import Role, SkuSpend, SpendBy, SpendRow
from licenseiq_tenant.book import HistoryBook, open_book
from licenseiq_tenant.database import Database
from licenseiq_tenant.live import LiveTenant
from tests.tenant.scanning import Home, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
USD, EUR = Money("USD", 57_000_001), Money("EUR", -3)
E5 = SkuSpend("e5", 10, 9, 8, 10, Money("USD", 5_700_000), (EUR, USD), 0)
COPILOT = SkuSpend("copilot", None, None, 1, 1, None, (), 1)
SALES = SpendRow(Role.GROUP, "sales", "Sales", 3, 4, (USD,), 1, (USD,), 2, 1)
NOBODYS = SpendRow(Role.UNASSIGNED, None, None, 0, 2, (EUR, USD))
GROUPS = {
    SpendBy.DEPARTMENT: (SALES, NOBODYS),
    SpendBy.MANAGER: (SpendRow(Role.GROUP, "boss-1", None, 3, 4), SpendRow(Role.GROUP, "boss-2", None, 1, 1)),
    SpendBy.COUNTRY: (),
}
DAY = Day(NOW, NOW - timedelta(hours=1), (COPILOT, E5), GROUPS, (KindTotal("never_used", 2, (USD,), 1, 2),))
EVERYBODY = ("boss-1", "boss-2", "somebody")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    database = open_book(tmp_path)
    yield database
    database.close()


def later(days: int, day: Day = DAY) -> Day:
    moved = timedelta(days=days)
    return replace(day, as_of=day.as_of + moved, seats_as_of=day.seats_as_of + moved)


def same(one: Day | None, other: Day) -> bool:
    if one is None:
        return False
    groups = {by: set(rows) for by, rows in one.groups.items()}
    return groups == {by: set(rows) for by, rows in other.groups.items()} and replace(one, groups={}) == replace(
        other, groups={}
    )


def test_a_day_is_read_as_it_was_kept(book: Database) -> None:
    history = HistoryBook(book, "t")
    assert (history.days(), history.day(NOW.date())) == ((), None)
    history.keep(DAY, EVERYBODY)
    assert same(history.day(NOW.date()), DAY)
    assert HistoryBook(book, "other").days() == ()


def test_the_last_summary_of_a_day_wins(book: Database) -> None:
    history = HistoryBook(book, "t")
    history.keep(DAY, EVERYBODY)
    evening = replace(DAY, as_of=NOW + timedelta(hours=9), skus=(E5,), groups={}, kinds=())
    history.keep(evening, EVERYBODY)
    assert same(history.day(NOW.date()), evening)
    assert history.days() == (NOW.date(),)


def test_days_are_kept_for_a_little_over_two_years(book: Database) -> None:
    history = HistoryBook(book, "t")
    for days in (0, 1, KEPT_DAYS, KEPT_DAYS + 1):
        history.keep(later(days), EVERYBODY)
    first = NOW.date()
    assert history.days() == tuple(first + timedelta(days=n) for n in (1, KEPT_DAYS, KEPT_DAYS + 1))
    assert history.day(first) is None


def test_a_manager_who_left_the_tenant_is_forgotten_in_every_day(book: Database, tmp_path: Path) -> None:
    history = HistoryBook(book, "t")
    history.keep(DAY, EVERYBODY)
    history.keep(later(1), ("boss-1",))
    for day in history.days():
        found = history.day(day)
        assert found is not None
        assert [row.key for row in found.groups[SpendBy.MANAGER]] == ["boss-1"]
    assert b"boss-2" not in (tmp_path / "book.db").read_bytes()


def test_seats_are_told_from_the_reading_before_on_where_both_numbers_are_known(book: Database) -> None:
    history = HistoryBook(book, "t")
    for days in (0, 2, 4):
        history.keep(later(days), EVERYBODY)
    since = DAY.seats_as_of + timedelta(days=3)
    assert history.seats(since) == {"e5": tuple(SeenSeats(DAY.seats_as_of + timedelta(days=n), 10, 9) for n in (2, 4))}
    assert len(history.seats(NOW - timedelta(days=9))["e5"]) == 3


def test_an_evaluation_leaves_what_it_tells_of_its_day_in_every_grouping(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        (kept,) = await tenant.history_days()
        assert kept == head.as_of.date()
        day = await tenant.history_day(kept)
        assert day is not None
        assert (day.spend, day.exposure) == (head.summary.monthly_spend, head.summary.exposure)
        assert day.kinds == head.summary.by_kind
        for by in SpendBy:
            if by not in day.groups:
                continue
            now = await tenant.spending(head.evaluation_id, by)
            unnamed = {replace(row, label=None) for row in now.rows} if by is SpendBy.MANAGER else set(now.rows)
            assert set(day.groups[by]) == unnamed
            assert now.skus == day.skus
        assert SpendBy.DEPARTMENT in day.groups
        assert await tenant.history_day(date(2020, 1, 1)) is None

    home.ask(ask)


def test_a_day_that_is_evaluated_anew_with_other_prices_is_kept_with_those(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.scan()
        day = before.as_of.date()
        old = await tenant.history_day(day)
        rows = [OwnPrice(sku.sku_id, Money("EUR", 1_000_000)) for sku in old.skus] if old else []
        await run_sync(partial(tenant.prices.keep, rows, day))
        head = await tenant.evaluation(silent)
        new = await tenant.history_day(day)
        assert new is not None
        assert new.spend == head.summary.monthly_spend == (Money("EUR", 1_000_000 * sum(s.paid for s in new.skus)),)
        assert await tenant.history_days() == (day,)

    Home(tmp_path_factory.mktemp("priced"), home.demo).ask(ask)


def test_people_that_were_not_read_leave_no_day_and_no_groups(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.scan()
        assert await tenant.history_days() == ()
        for by in set(SpendBy) - {SpendBy.SKU}:
            with pytest.raises(NotReadable, match=r"User\.Read\.All"):
                await tenant.spending(head.evaluation_id, by)
        found = await tenant.spending(head.evaluation_id, SpendBy.SKU)
        assert (found.holders, bool(found.rows)) == (None, True)

    Home(tmp_path_factory.mktemp("blind"), home.demo).ask(ask, "forbid:users")


def test_no_name_of_a_person_is_in_the_history(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        people = [await tenant.person(head.evaluation_id, one) for one in await tenant.user_ids(head.evaluation_id)]
        texts = {text for one in people for text in (one.user_principal_name, one.display_name) if text}
        with sqlite3.connect(home.folder / "book.db") as db:
            said = "\n".join(
                str(row)
                for table in ("history_day", "history_sku", "history_group", "history_kind")
                for row in db.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own tables
            )
        assert said
        assert not [text for text in texts if text in said]

    home.ask(ask)
