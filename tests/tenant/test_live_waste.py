"""Waste, seats and groups as tools ask for them, answered from the snapshot of a demo that was read over HTTP."""

import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

from licenseiq.errors import NotReadable
from licenseiq.money import add_up
from licenseiq.owned import owned
from licenseiq.waste import GroupBy, WasteQuery
from licenseiq_tenant.database import Database
from licenseiq_tenant.live import LiveTenant
from licenseiq_tenant.snapshot import findings
from tests.tenant.scanning import Home, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
MIGRATIONS = "licenseiq_tenant.snapshot.migrations"


def test_lists_and_groups_are_the_figures_of_the_headline(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        page = await tenant.waste(head.evaluation_id, WasteQuery(limit=1_000))
        assert len(page.rows) == page.total
        assert (page.counted, page.to_review) == (head.summary.by_kind, head.summary.to_review)
        for by in GroupBy:
            groups = await tenant.waste_groups(head.evaluation_id, WasteQuery(), by)
            assert add_up(money for group in groups for money in group.monthly) == head.summary.exposure

    home.ask(ask)


def test_a_department_is_compared_without_case_and_shows_its_own(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        groups = await tenant.waste_groups(head.evaluation_id, WasteQuery(), GroupBy.DEPARTMENT)
        one = next(group for group in groups if group.key)
        query = WasteQuery(department=f" {(one.key or '').upper()} ", limit=1_000)
        page = await tenant.waste(head.evaluation_id, query)
        assert sum(row.seats for row in page.rows) == one.seats + one.review_seats
        people = [await tenant.person(head.evaluation_id, row.finding.user_id or "") for row in page.rows]
        assert {person.department for person in people} == {one.key}
        assert [person.user_principal_name for person in people] == [row.user_principal_name for row in page.rows]

    home.ask(ask)


def test_what_every_sku_costs_adds_up_to_the_spend(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        context = await tenant.context(head.evaluation_id)
        rows = owned(context, await tenant.held_seats(head.evaluation_id), subscriptions_read=True)
        assert add_up(money for row in rows for money in row.monthly or ()) == head.summary.monthly_spend
        assert any(row.subscriptions for row in rows)

    home.ask(ask)


def test_a_group_that_gives_licences_is_known_by_name(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        page = await tenant.waste(head.evaluation_id, WasteQuery(limit=1_000))
        people = [await tenant.person(head.evaluation_id, r.finding.user_id) for r in page.rows if r.finding.user_id]
        ids = tuple({a.group_id for person in people for a in person.assignments if a.group_id})
        assert ids
        groups = await tenant.licence_groups(head.evaluation_id, (*ids, "unheard-of"))
        assert set(groups) == set(ids)
        assert all(group.display_name for group in groups.values())
        assert await tenant.licence_groups(head.evaluation_id, ()) == {}
        every = await tenant.licence_groups(head.evaluation_id)
        assert set(groups) <= set(every)
        assert {group.disabled_plans for group in every.values()} == {frozenset()}

    home.ask(ask)


def test_unreadable_users_are_no_empty_list_but_seats_of_nobody_are_found(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.scan()
        with pytest.raises(NotReadable, match=r"User\.Read\.All"):
            await tenant.waste(head.evaluation_id, WasteQuery())
        with pytest.raises(NotReadable):
            await tenant.waste_groups(head.evaluation_id, WasteQuery(kind="never_used"), GroupBy.SKU)
        seats = await tenant.waste(head.evaluation_id, WasteQuery(kind="unassigned_seats"))
        assert seats.total > 0
        assert all(row.finding.user_id is None for row in seats.rows)

    Home(tmp_path_factory.mktemp("blind"), home.demo).ask(ask, "forbid:users")


def test_unreadable_skus_make_seats_of_nobody_an_error(home: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.scan()
        with pytest.raises(NotReadable, match=r"LicenseAssignment\.Read\.All"):
            await tenant.waste(head.evaluation_id, WasteQuery(kind="unassigned_seats"))
        assert (await tenant.waste(head.evaluation_id, WasteQuery())).total > 0

    Home(tmp_path_factory.mktemp("no-skus"), home.demo).ask(ask, "forbid:skus")


def test_claims_of_an_older_version_get_their_departments(tmp_path: Path) -> None:
    folder = files(MIGRATIONS)
    first, *later = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    old = sqlite3.connect(tmp_path / "snapshot.db")
    old.executescript(folder.joinpath(first).read_text("utf-8"))
    rows: dict[str, tuple[object, ...]] = {
        "evaluation": ("t", "ev", 1, "2026-11-23T00:00:00Z", "r", "p", "c", b"{}"),
        "holder": ("t", "ev", 1, "u", "u@x.example", "U", "Sales", "sales", 1, 1, None, None, 0, "likely", "-"),
        "finding": ("t", "ev", "never_used:u", "never_used", "u", "e3", 1, "likely", "-", b'{"days_licensed":400}'),
        "claim": ("t", "ev", "never_used:u", "e3", "never_used", 1, 1, "USD", 39_000_000),
    }
    for table, row in rows.items():
        old.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    for name in later:
        old.executescript(folder.joinpath(name).read_text("utf-8"))
    old.execute(f"PRAGMA user_version={1 + len(later)}")
    old.commit()
    old.close()
    database = Database(tmp_path / "snapshot.db", MIGRATIONS)
    with database.read() as db:
        (group,) = findings.groups(db, "t", "ev", WasteQuery(), GroupBy.DEPARTMENT)
        (row,) = findings.page(db, "t", "ev", WasteQuery()).rows
    assert (group.key, group.held, group.seats) == ("Sales", True, 1)
    assert row.finding.facts == {"days_licensed": 400}
    database.close()
