"""HR's word counts with the next answer, asks Graph nothing, never makes an answer provisional, and grows old."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import anyio.to_thread
import pytest

from licenseiq.hr_file import read_hr_file
from licenseiq.people import Employment, HrRecord
from licenseiq.readings import Reason, Source
from licenseiq.waste import WasteQuery
from licenseiq_tenant.book import HrBook, open_book
from licenseiq_tenant.live import LiveTenant
from tests.tenant.scanning import Home, scan, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
TODAY = datetime.now(UTC).date()


def caused(home: Home, cause: str) -> set[str]:
    return {row["id"] for row in home.demo.control("GET", "/people") if row["cause"] == cause}


def test_without_hr_nobody_has_left_and_the_answer_says_so_without_being_provisional(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.scan()
        context = await tenant.context(head.evaluation_id)
        assert context.reading(Source.HR).reason is Reason.NOT_CONNECTED
        assert not head.summary.provisional
        assert any("licenseiq hr import" in words for words in head.summary.unknown)
        assert (await tenant.waste(head.evaluation_id, WasteQuery("departed_holder"))).total == 0

    home.ask(ask)


def test_after_an_import_the_next_answer_knows_leavers_and_asks_graph_nothing(home: Home) -> None:
    home.ask(scan)
    file = read_hr_file((home.demo.home / "personnel.csv").read_bytes())
    assert not file.errors

    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.evaluation(silent)
        home.demo.control("DELETE", "/requests")
        await anyio.to_thread.run_sync(partial(tenant.hr.keep, file.records, TODAY))
        head = await tenant.evaluation(silent)
        assert head.evaluation_id != before.evaluation_id
        assert home.demo.requests() == []
        page = await tenant.waste(head.evaluation_id, WasteQuery("departed_holder", limit=100))
        told = {row.finding.user_id for row in page.rows}
        assert caused(home, "left_last_month") <= told
        assert not told & caused(home, "active")
        on_leave = await tenant.person(head.evaluation_id, next(iter(caused(home, "sabbatical"))))
        assert on_leave.hr is not None
        assert on_leave.hr.status is Employment.ON_LEAVE
        reading = (await tenant.context(head.evaluation_id)).reading(Source.HR)
        assert reading.is_read
        assert reading.as_of is not None
        assert (reading.as_of.date(), reading.rows) == (TODAY, len(file.records))

    home.ask(ask)


def test_what_hr_said_long_ago_is_told_with_its_day(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        record = {"nobody@example.com": HrRecord(Employment.LEFT, date(2026, 1, 1))}
        old = TODAY - timedelta(days=40)
        await anyio.to_thread.run_sync(partial(tenant.hr.keep, record, old))
        head = await tenant.evaluation(silent)
        assert any(f"What HR says is from {old.isoformat()}" in note for note in head.notes)

    home.ask(scan)
    home.ask(ask)


def test_an_import_replaces_what_hr_said_before_and_belongs_to_one_tenant(home: Home) -> None:
    book = open_book(home.folder)
    mine, other = HrBook(book, "one"), HrBook(book, "other")
    mine.keep({"a": HrRecord(Employment.LEFT), "b": HrRecord(Employment.ACTIVE)}, TODAY)
    first = mine.version()
    mine.keep({"b": HrRecord(Employment.ON_LEAVE, TODAY, None)}, TODAY)
    assert mine.version() != first
    assert mine.current().records == {"b": HrRecord(Employment.ON_LEAVE, TODAY)}
    assert (other.version(), other.current().records) == ("none", {})
    mine.forget()
    assert (mine.version(), mine.current().as_of) == ("none", None)
    book.close()
