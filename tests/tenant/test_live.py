"""What tools ask of a connected tenant, answered from the snapshot of a demo that was read over HTTP."""

import anyio
import pytest

from licenseiq.errors import Ambiguous, BadRequest, NotFound
from licenseiq.ports import HolderPage, HolderQuery
from licenseiq.prediction.traits import Traits
from licenseiq_tenant.live import LiveTenant
from tests.tenant.scanning import Home, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def holders(home: Home, query: HolderQuery) -> HolderPage:
    async def ask(tenant: LiveTenant) -> HolderPage:
        head = await tenant.evaluation(silent)
        return await tenant.holders(head.evaluation_id, query)

    return home.ask(ask)


def test_pages_follow_each_other_without_a_gap_or_a_repeat(home: Home) -> None:
    whole = holders(home, HolderQuery(limit=50, inactive_days=30))
    rows, after = [], None
    while True:
        page = holders(home, HolderQuery(limit=7, inactive_days=30, after=after))
        assert page.total == whole.total
        rows += page.rows
        after = page.next_after
        if after is None:
            break
    assert rows[:50] == list(whole.rows)
    assert len({row.user_id for row in rows}) == whole.total
    days = [row.days_inactive or 0 for row in rows]
    assert days == sorted(days, reverse=True)
    assert days[-1] >= 30


def test_filters_narrow_the_list_and_its_money(home: Home) -> None:
    everybody = holders(home, HolderQuery())
    one = next(row for row in everybody.rows if row.department)
    of_department = holders(home, HolderQuery(department=(one.department or "").upper(), limit=50))
    assert 0 < of_department.total < everybody.total
    assert {row.department for row in of_department.rows} == {one.department}
    of_sku = holders(home, HolderQuery(sku_id=one.sku_ids[0], limit=50))
    assert all(one.sku_ids[0] in row.sku_ids for row in of_sku.rows)
    enabled = holders(home, HolderQuery(include_disabled=False, limit=50))
    assert all(row.account_enabled is not False for row in enabled.rows)
    assert enabled.total < everybody.total


def test_rooms_and_shared_mailboxes_are_nobodys_inactivity(home: Home) -> None:
    rows = holders(home, HolderQuery(inactive_days=1, limit=500)).rows
    assert rows
    assert all(row.is_person for row in rows)


def test_the_money_of_a_list_is_what_its_seats_cost(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        context = await tenant.context(head.evaluation_id)
        page = await tenant.holders(head.evaluation_id, HolderQuery(limit=500))
        prices = [context.price(sku_id) for row in page.rows for sku_id in row.sku_ids]
        assert len(page.rows) == page.total
        assert sum(money.micros for money in page.matched_monthly) == sum(p.micros for p in prices if p)
        assert page.matched_unpriced_seats == sum(p is None for p in prices)

    home.ask(ask)


def test_a_person_is_found_by_id_principal_name_and_display_name(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        row = (await tenant.holders(head.evaluation_id, HolderQuery())).rows[0]
        for name in (row.user_id, row.user_principal_name, f" {(row.user_principal_name or '').upper()} "):
            assert (await tenant.person(head.evaluation_id, name or "")).user_id == row.user_id
        with pytest.raises(NotFound):
            await tenant.person(head.evaluation_id, "nobody@nowhere.example")

    home.ask(ask)


def test_a_name_that_several_people_have_is_asked_back_with_candidates(home: Home) -> None:
    people = home.demo.control("GET", "/people")
    names = [person["upn"] for person in people[:2]]

    async def ask(tenant: LiveTenant) -> Ambiguous:
        for name in names:
            one = next(person for person in people if person["upn"] == name)
            home.demo.control("PATCH", f"/people/{one['id']}", {"displayName": "Robin Double"})
        home.clock.move(minutes=10)
        head = await tenant.scan()
        with pytest.raises(Ambiguous) as caught:
            await tenant.person(head.evaluation_id, "robin double")
        return caught.value

    assert sorted(home.ask(ask).candidates) == sorted(names)


def test_similar_people_match_every_attribute_that_is_given(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        rows = (await tenant.holders(head.evaluation_id, HolderQuery())).rows
        who = await tenant.person(head.evaluation_id, next(row.user_id for row in rows if row.department))
        by_department = await tenant.similar(head.evaluation_id, Traits((who.department or "").upper()))
        both = await tenant.similar(head.evaluation_id, Traits(who.department, who.job_title))
        by_place = await tenant.similar(head.evaluation_id, Traits(location=(who.office or "").lower()))
        by_type = await tenant.similar(head.evaluation_id, Traits(employee_type=who.employee_type))
        assert {one.user_id for one in both} <= {one.user_id for one in by_department}
        assert all(who in found for found in (by_department, both, by_place, by_type))
        assert {one.department for one in by_department} == {who.department}
        everybody = [await tenant.person(head.evaluation_id, row.user_id) for row in rows]
        managed = next(one for one in everybody if one.manager_id)
        team = await tenant.similar(head.evaluation_id, Traits(manager_id=managed.manager_id))
        assert managed in team
        assert {one.manager_id for one in team} == {managed.manager_id}
        assert not await tenant.similar(head.evaluation_id, Traits(manager_id="nobody"))

    home.ask(ask)


def test_a_sku_is_found_by_its_name_part_number_and_id(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        e5 = await tenant.sku_id(head.evaluation_id, "microsoft 365 e5")
        assert await tenant.sku_id(head.evaluation_id, "SPE_E5") == e5
        assert await tenant.sku_id(head.evaluation_id, e5) == e5
        with pytest.raises(NotFound):
            await tenant.sku_id(head.evaluation_id, "Lotus Notes")
        with pytest.raises(Ambiguous):
            await tenant.sku_id(head.evaluation_id, "microsoft")

    home.ask(ask)


def test_a_cursor_that_was_never_handed_out_is_refused(home: Home) -> None:
    for after in ("x", "-1", "1e3", "９", "9" * 40):
        with pytest.raises(BadRequest):
            holders(home, HolderQuery(after=after))


def test_an_evaluation_that_is_no_longer_kept_is_refused(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        with pytest.raises(BadRequest):
            await tenant.at("ev-gone")
        with pytest.raises(BadRequest):
            await tenant.context("ev-gone")

    home.ask(ask)


def test_the_first_question_starts_the_scan_and_waits_for_it(
    tmp_path_factory: pytest.TempPathFactory, home: Home
) -> None:
    fresh = Home(tmp_path_factory.mktemp("fresh"), home.demo)
    told: list[str] = []

    async def progress(words: str) -> None:
        told.append(words)

    async def ask(tenant: LiveTenant) -> int | None:
        return (await tenant.evaluation(progress)).summary.score

    assert fresh.ask(ask) is not None
    assert told


def test_refresh_does_nothing_while_the_data_is_fresh_and_starts_a_scan_when_it_is_not(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> tuple[bool, bool, bool]:
        await tenant.scan()
        fresh = await tenant.refresh(silent)
        home.clock.move(hours=1)
        old = await tenant.refresh(silent)
        running = await tenant.refresh(silent)
        assert [lane for lane, _ in old.ages] == ["probe", "fast", "reports", "slow", "leavers"]
        assert all(moment is not None for _, moment in old.ages)
        return fresh.started, old.started, running.started

    assert home.ask(ask) == (False, True, False)


def test_refresh_names_what_could_not_be_read(tmp_path_factory: pytest.TempPathFactory, home: Home) -> None:
    fresh = Home(tmp_path_factory.mktemp("refused"), home.demo)

    async def ask(tenant: LiveTenant) -> str:
        await tenant.scan()
        return " ".join((await tenant.refresh(silent)).unknown)

    said = fresh.ask(ask, "forbid:reports", "no_p1")
    assert "Reports.Read.All" in said
    assert "Entra ID P1" in said


def test_whom_a_proposal_is_about_is_named_while_they_are_in_the_tenant(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        row = (await tenant.holders(head.evaluation_id, HolderQuery())).rows[0]
        remember, names = tenant.subjects.remember, tenant.subjects.names
        await anyio.to_thread.run_sync(remember, "p-1", {"s1": row.user_id, "s2": "somebody-who-left"})
        found = await anyio.to_thread.run_sync(names, "p-1")
        assert found == {"s1": (row.user_id, row.user_principal_name)}

    home.ask(ask)


def test_people_are_found_while_somebody_types(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        everybody = await tenant.principal_names(head.evaluation_id, "", 500)
        assert len(everybody) == len(await tenant.user_ids(head.evaluation_id))
        some = await tenant.person(head.evaluation_id, everybody[3])
        assert some.display_name is not None
        for begun in (everybody[3][:6].upper(), some.display_name.lower()):
            assert everybody[3] in await tenant.principal_names(head.evaluation_id, begun, 500)
        assert await tenant.principal_names(head.evaluation_id, "%", 500) == ()
        assert len(await tenant.principal_names(head.evaluation_id, "", 7)) == 7

    home.ask(ask)
