"""Exceptions from findings: kept by tenant, and in the next answer without asking Graph."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from anyio.to_thread import run_sync

from licenseiq.errors import SettingsError
from licenseiq.evaluation import Summary
from licenseiq.exceptions import Exception_, ExceptionState, version_of
from licenseiq.policy import Policy
from licenseiq.waste import WasteQuery
from licenseiq_tenant.book import ExceptionBook, open_book
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.live import LiveTenant, open_tenant
from tests.tenant.scanning import Home, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ONE = Exception_(ExceptionState.ACCEPTED, "IT", "Kept for the audit", DAY + timedelta(days=60))
TWO = Exception_(ExceptionState.SNOOZED, "Ana", "After the move", DAY)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    database = open_book(tmp_path)
    yield database
    database.close()


def test_an_exception_is_read_as_it_was_kept_and_a_new_one_takes_its_place(book: Database) -> None:
    mine = ExceptionBook(book, "t")
    assert mine.current() == {}
    mine.keep("b:2", ONE, NOW, "ana")
    mine.keep("a:1", TWO, NOW, "ana")
    mine.keep("b:2", TWO, NOW, "ana")
    assert list(mine.current().items()) == [("a:1", TWO), ("b:2", TWO)]
    assert ExceptionBook(book, "other").current() == {}
    assert not ExceptionBook(book, "other").remove("a:1", NOW, "ana")
    assert mine.remove("a:1", NOW, "ana")
    assert not mine.remove("a:1", NOW, "ana")


def test_the_version_names_all_of_them() -> None:
    first = version_of({"a:1": ONE, "b:2": TWO})
    assert version_of({}) == "none"
    assert first == version_of({"b:2": TWO, "a:1": ONE})
    for other in ({"a:1": ONE}, {"a:1": TWO, "b:2": TWO}, {"a:1": replace(ONE, owner="x"), "b:2": TWO}):
        assert version_of(other) != first


@pytest.fixture
def mine(home: Home, tmp_path: Path) -> Home:
    home.demo.reset()
    return replace(home, folder=shutil.copytree(home.folder, tmp_path / "home"))


def exposed(summary: Summary) -> int:
    return sum(money.micros for money in summary.exposure or ())


def test_the_next_answer_leaves_the_finding_out_and_asks_graph_for_nothing(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.evaluation(silent)
        row = (await tenant.waste(before.evaluation_id, WasteQuery("disabled_holder"))).rows[0]
        now = tenant._keeper.clock()
        until = now.date() + timedelta(days=30)
        book = await run_sync(open_book, mine.folder)
        made = ExceptionBook(book, tenant.tenant_id)
        await run_sync(made.keep, row.finding.finding_id, replace(ONE, until=until), now, "ana")
        after = await tenant.evaluation(silent)
        assert after.evaluation_id != before.evaluation_id
        assert after.as_of == before.as_of
        assert exposed(after.summary) < exposed(before.summary)
        assert [(one.kind, one.seats) for one in after.summary.excepted] == [("disabled_holder", row.seats)]
        assert (await tenant.evaluation(silent)).evaluation_id == after.evaluation_id
        await run_sync(made.remove, row.finding.finding_id, now, "ana")
        again = await tenant.evaluation(silent)
        assert exposed(again.summary) == exposed(before.summary)
        await run_sync(book.close)

    mine.ask(ask)
    assert mine.demo.requests() == []


def test_a_policy_that_cannot_be_used_gives_no_answer(mine: Home) -> None:
    """Fail closed: what it would protect or exclude is not known."""

    def broken() -> Policy:
        raise SettingsError("The policy cannot be used.")

    async def token() -> str:
        return mine.demo.found("reader").token

    async def ask() -> None:
        found = mine.demo.found("reader")
        connection = Connection(found.url, token)
        async with open_tenant(mine.folder, connection, found.tenant_id, simulated=True, policy=broken) as tenant:
            with pytest.raises(SettingsError):
                await tenant.evaluation(silent)

    anyio.run(ask)


def test_another_policy_is_in_the_next_answer_and_asks_graph_for_nothing(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.evaluation(silent)
        mine.policy = Policy(version="p-test", inactive_days=700, never_used_grace_days=365)
        after = await tenant.evaluation(silent)
        assert exposed(after.summary) < exposed(before.summary)
        assert (await tenant.context(after.evaluation_id)).policy.version == "p-test"

    mine.ask(ask)
    assert mine.demo.requests() == []
