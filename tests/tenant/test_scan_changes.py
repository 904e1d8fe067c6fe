"""Refreshes within a day: only what changed is read, and whatever does not fit leads to a whole reading."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licenseiq.errors import NotFound
from licenseiq.people import Person
from licenseiq_tenant.live import LiveTenant
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Home, scan

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory, one_demo: OnDemo) -> Path:
    """The folder of a home after its first scan."""
    found = Home(tmp_path_factory.mktemp("scanned"), one_demo)
    found.ask(scan)
    return found.folder


@pytest.fixture
def home(tmp_path: Path, scanned: Path, demo: OnDemo) -> Home:
    """Scanned ten minutes ago. What the tests before did to the tenant has changed since, but for the first one."""
    found = Home(shutil.copytree(scanned, tmp_path / "home"), demo)
    found.clock.move(minutes=10)
    return found


@pytest.fixture
def somebody(home: Home) -> Iterator[str]:
    """Somebody whose account is as before when the test is over."""
    one = next(row for row in home.demo.control("GET", "/people") if row["cause"] == "active")
    yield one["id"]
    home.demo.control("POST", f"/people/{one['id']}", {})


def person(home: Home, user_id: str, *faults: Any) -> Person:
    async def ask(tenant: LiveTenant) -> Person:
        head = await tenant.scan()
        return await tenant.person(head.evaluation_id, user_id)

    return home.ask(ask, *faults)


def asked(home: Home) -> list[str]:
    return [entry["path"] for entry in home.demo.requests()]


def read_whole(home: Home) -> bool:
    """Whether everybody was listed, and not only those who changed."""
    return any(
        entry["path"] == "/users" and "filter" not in entry["query"] and "signInActivity" not in entry["query"]
        for entry in home.demo.requests()
    )


def test_where_nothing_changed_nobody_is_listed_again_and_the_figures_stay(home: Home) -> None:
    async def figures(tenant: LiveTenant) -> Any:
        summary = (await tenant.scan()).summary
        return summary.score, summary.exposure, summary.by_kind, summary.coverage

    before = home.ask(figures)
    assert not read_whole(home)
    assert "/users/delta" in asked(home)
    assert "/groups" not in asked(home)
    home.clock.move(hours=25)
    assert home.ask(figures) == before
    assert read_whole(home)


def test_who_changed_is_read_anew_with_every_property(home: Home, somebody: str) -> None:
    before = person(home, somebody)
    home.clock.move(minutes=10)
    home.demo.reset()
    home.demo.control("PATCH", f"/people/{somebody}", {"jobTitle": "Gardener", "employeeType": None})
    after = person(home, somebody)
    home.demo.control("PATCH", f"/people/{somebody}", {"jobTitle": before.job_title, "employeeType": "Employee"})
    assert not read_whole(home)
    assert (after.job_title, after.employee_type) == ("Gardener", None)
    assert (after.assignments, after.signals, after.roles) == (before.assignments, before.signals, before.roles)


def test_who_was_deleted_goes_and_who_is_restored_comes_back(home: Home, somebody: str) -> None:
    home.demo.control("DELETE", f"/people/{somebody}")
    with pytest.raises(NotFound):
        person(home, somebody)
    home.demo.control("POST", f"/people/{somebody}", {})
    home.clock.move(minutes=10)
    assert person(home, somebody).assignments
    assert not read_whole(home)


def test_a_generation_stays_as_it_was_published(home: Home, somebody: str) -> None:
    home.demo.control("DELETE", f"/people/{somebody}")
    home.ask(scan)
    with sqlite3.connect(home.folder / "snapshot.db") as db:
        found = db.execute(
            "SELECT generation_id, COUNT(*), SUM(user_id = ?) FROM person GROUP BY generation_id ORDER BY 1",
            (somebody,),
        ).fetchall()
    (_, before, was_there), (_, after, is_there) = found
    assert (was_there, is_there, before - after) == (1, 0, 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"what": "status", "path": "/users/delta", "status": 410, "code": "resyncRequired", "times": 1},
        {"what": "status", "path": "/users/delta", "status": 400, "times": 1},
        {"what": "cut", "path": "/users/delta", "times": 1},
        {"what": "html", "path": "/users/delta", "status": 200},
        {"what": "status", "path": "/users/delta", "status": 404},
    ],
)
def test_a_link_that_graph_no_longer_takes_leads_to_a_whole_reading(home: Home, somebody: str, fault: Any) -> None:
    home.demo.control("PATCH", f"/people/{somebody}", {"city": "Whole"})
    head = home.ask(scan, fault)
    assert read_whole(home)
    assert head.notes == ()


def test_a_number_of_people_that_differs_leads_to_a_whole_reading(home: Home) -> None:
    """As after a change that Graph never told."""
    with sqlite3.connect(home.folder / "snapshot.db") as db:
        db.execute("DELETE FROM person WHERE user_id IN (SELECT user_id FROM person ORDER BY user_id LIMIT 20)")
    people = home.demo.control("GET", "/people")
    assert person(home, min(row["id"] for row in people)).assignments is not None
    assert read_whole(home)


def test_while_graph_throttles_what_was_read_stays(home: Home) -> None:
    head = home.ask(scan, {"what": "status", "path": "/users/delta", "status": 429, "retry_after": 1})
    assert head.summary.score is not None
    assert any("asked us to slow down" in note for note in head.notes)
    assert not read_whole(home)


def test_a_change_of_a_licensing_group_has_the_groups_read_again(home: Home, somebody: str) -> None:
    """Deleting a member changes the group."""
    members = (
        "SELECT COUNT(*) FROM group_member m JOIN pointer USING (tenant_id, generation_id) WHERE source = 'groups'"
    )
    with sqlite3.connect(home.folder / "snapshot.db") as db:
        whose = db.execute("SELECT user_id FROM group_member LIMIT 1").fetchone()[0]
        before = db.execute(members).fetchone()[0]
    home.demo.control("DELETE", f"/people/{whose}")
    home.ask(scan)
    home.demo.control("POST", f"/people/{whose}", {})
    assert "/groups" in asked(home)
    with sqlite3.connect(home.folder / "snapshot.db") as db:
        assert before - db.execute(members).fetchone()[0] >= 1
