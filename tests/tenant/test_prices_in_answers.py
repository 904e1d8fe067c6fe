"""After an import the next question is answered with the new prices, without asking Graph; old pages keep the old."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio
import pytest
from anyio.to_thread import run_sync

from licenseiq.errors import BadRequest
from licenseiq.evaluation import Summary
from licenseiq.money import Money
from licenseiq.policy import Policy
from licenseiq.ports import EvaluationHead, HolderQuery
from licenseiq.prices import OwnPrice, PriceBasis
from licenseiq_tenant import live
from licenseiq_tenant.live import FILE, LiveTenant
from tests.tenant.scanning import Home, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
TODAY = datetime.now(UTC).date()


@pytest.fixture
def mine(home: Home, tmp_path: Path) -> Home:
    """A home of its own, scanned a moment ago, beside a demo that has no request on record."""
    home.demo.reset()
    return replace(home, folder=shutil.copytree(home.folder, tmp_path / "home"))


async def keep(tenant: LiveTenant, *rows: OwnPrice) -> None:
    await run_sync(partial(tenant.prices.keep, rows, TODAY))


async def a_price(tenant: LiveTenant, head: EvaluationHead) -> OwnPrice:
    """A price in pounds for every seat of one SKU that somebody idle holds."""
    row = (await tenant.holders(head.evaluation_id, HolderQuery())).rows[0]
    return OwnPrice(row.sku_ids[0], Money("GBP", 11_000_000))


def figures(summary: Summary) -> tuple[object, ...]:
    """All that does not depend on prices."""
    return summary.paid_seats, summary.coverage, [(k.kind, k.seats) for k in summary.by_kind]


def test_the_next_question_has_the_new_prices_and_asks_graph_for_nothing(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.evaluation(silent)
        price = await a_price(tenant, before)
        assert (await tenant.evaluation(silent)).evaluation_id == before.evaluation_id
        await keep(tenant, price)
        after = await tenant.evaluation(silent)
        assert after.evaluation_id != before.evaluation_id
        assert after.as_of == before.as_of
        context = await tenant.context(after.evaluation_id)
        assert context.price(price.sku_id) == price.monthly
        assert {money.currency for money in after.summary.monthly_spend or ()} == {"GBP", "USD"}
        assert "Your own prices for" in after.summary.price_note
        assert figures(after.summary) == figures(before.summary)
        assert (await tenant.evaluation(silent)).evaluation_id == after.evaluation_id

    mine.ask(ask)
    assert not mine.demo.requests()


def test_a_page_that_was_begun_before_an_import_goes_on_with_its_own_prices(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.evaluation(silent)
        price = await a_price(tenant, before)
        whole = await tenant.holders(before.evaluation_id, HolderQuery())
        page = await tenant.holders(before.evaluation_id, HolderQuery(limit=3))
        await keep(tenant, price)
        after = await tenant.evaluation(silent)
        await keep(tenant)
        rest = await tenant.holders((await tenant.at(before.evaluation_id)).evaluation_id, HolderQuery(limit=50))
        assert (rest.matched_monthly, rest.rows[:3]) == (page.matched_monthly, page.rows)
        assert rest.matched_monthly == whole.matched_monthly
        old = await tenant.context(after.evaluation_id)
        assert (old.price(price.sku_id), old.seat(price.sku_id)) != (None, None)
        assert old.seat(price.sku_id).basis is PriceBasis.OWN  # type: ignore[union-attr]

    mine.ask(ask)
    again: list[EvaluationHead] = []

    async def later(tenant: LiveTenant) -> None:
        again.append(await tenant.evaluation(silent))

    mine.ask(later)
    assert {money.currency for money in again[0].summary.monthly_spend or ()} == {"USD"}


def test_prices_that_are_no_longer_kept_end_a_page_and_not_the_server(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> str:
        price = await a_price(tenant, await tenant.evaluation(silent))
        await keep(tenant, price)
        return (await tenant.evaluation(silent)).evaluation_id

    name = mine.ask(ask)
    for path in mine.folder.glob("book.db*"):
        path.unlink()

    async def again(tenant: LiveTenant) -> None:
        with pytest.raises(BadRequest, match="prices of that evaluation are no longer kept"):
            await tenant.context(name)
        assert (await tenant.evaluation(silent)).evaluation_id != name

    mine.ask(again)


@pytest.mark.parametrize("edition", ["rules_version", "policy_version", "catalogue_version", "prices_version"])
def test_an_evaluation_of_another_edition_is_made_anew_from_what_was_read(mine: Home, edition: str) -> None:
    newest = "number = (SELECT MAX(number) FROM evaluation)"
    with sqlite3.connect(mine.folder / FILE) as db:
        (name,) = db.execute(f"SELECT evaluation_id FROM evaluation WHERE {newest}").fetchone()  # noqa: S608
        db.execute(f"UPDATE evaluation SET {edition} = 'another' WHERE {newest}")  # noqa: S608

    async def ask(tenant: LiveTenant) -> EvaluationHead:
        return await tenant.evaluation(silent)

    assert mine.ask(ask).evaluation_id != name
    assert not mine.demo.requests()


def test_another_policy_is_another_edition(mine: Home) -> None:
    async def idle(tenant: LiveTenant) -> int:
        head = await tenant.evaluation(silent)
        return sum(kind.seats for kind in head.summary.by_kind if kind.kind == "unassigned_seats")

    with_buffer = mine.ask(idle)
    without = replace(mine, policy=Policy("none-kept", buffer_percent=0, buffer_least=0)).ask(idle)
    assert without > with_buffer
    assert not mine.demo.requests()


def test_several_questions_at_once_make_one_new_evaluation(mine: Home) -> None:
    def count() -> int:
        with sqlite3.connect(mine.folder / FILE) as db:
            return int(db.execute("SELECT COUNT(*) FROM evaluation").fetchone()[0])

    before = count()

    async def ask(tenant: LiveTenant) -> None:
        await keep(tenant, await a_price(tenant, await tenant.evaluation(silent)))
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(tenant.evaluation, silent)

    mine.ask(ask)
    assert count() == before + 1


def test_where_a_new_evaluation_takes_long_the_last_one_answers_and_says_so(
    mine: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(tenant: LiveTenant) -> None:
        before = await tenant.evaluation(silent)
        await keep(tenant, await a_price(tenant, before))
        with monkeypatch.context() as hurried:
            hurried.setattr(live, "ANEW_SECONDS", 0.0)
            head = await tenant.evaluation(silent)
        assert head.evaluation_id == before.evaluation_id
        assert any("computed anew" in note for note in head.notes)
        after = await tenant.evaluation(silent)
        assert after.evaluation_id != before.evaluation_id
        assert not any("computed anew" in note for note in after.notes)

    mine.ask(ask)


def test_a_scan_that_reads_nothing_new_evaluates_with_the_prices_of_now(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        price = await a_price(tenant, await tenant.evaluation(silent))
        await keep(tenant, price)
        head = await tenant.scan()
        assert (await tenant.context(head.evaluation_id)).price(price.sku_id) == price.monthly

    mine.ask(ask)


def test_the_country_of_the_tenant_is_known(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> tuple[str | None, str]:
        head = await tenant.evaluation(silent)
        return (await tenant.context(head.evaluation_id)).country, head.summary.price_note

    country, note = mine.ask(ask)
    assert country == "GB"
    assert note.startswith("US list prices in USD")


def test_a_purchase_is_found_by_the_id_that_invoices_name(mine: Home) -> None:
    async def ask(tenant: LiveTenant) -> list[str | None]:
        head = await tenant.evaluation(silent)
        return [one.commerce_id for one in (await tenant.context(head.evaluation_id)).subscriptions]

    ids = mine.ask(ask)
    assert len({one for one in ids if one}) == len(ids)
