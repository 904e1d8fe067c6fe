"""Groups that the policy excludes: read with the scan, looked at in each evaluation, unknown where not read."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq_tenant.live import FILE, LiveTenant
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Home, scan, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
NOBODYS = "00000000-0000-4000-8000-000000000001"


def excluding(*groups: str) -> Policy:
    return Policy(version="p-test", excluded_group_ids=frozenset(groups))


@pytest.fixture(scope="module")
def group_and_people(home: Home) -> tuple[str, str, str]:
    """A group, somebody in it, and somebody who is not."""
    with sqlite3.connect(home.folder / FILE) as db:
        group, inside = db.execute("SELECT group_id, user_id FROM group_member ORDER BY 1, 2").fetchone()
        (outside,) = db.execute(
            "SELECT user_id FROM person WHERE user_id NOT IN (SELECT user_id FROM group_member WHERE group_id = ?)",
            (group,),
        ).fetchone()
    return group, inside, outside


@pytest.fixture
def mine(home: Home, tmp_path: Path, demo: OnDemo) -> Home:
    """A home of its own, scanned ten minutes ago without any exclusion."""
    found = replace(home, folder=shutil.copytree(home.folder, tmp_path / "home"), clock=type(home.clock)())
    found.clock.move(minutes=10)
    return found


async def notes(tenant: LiveTenant) -> tuple[str, ...]:
    return (await tenant.evaluation(silent)).notes


def marks(home: Home, *user_ids: str, scanned: bool) -> list[bool | None]:
    async def ask(tenant: LiveTenant) -> list[Person]:
        head = await tenant.scan() if scanned else await tenant.evaluation(silent)
        return [await tenant.person(head.evaluation_id, one) for one in user_ids]

    return [one.in_excluded_group for one in home.ask(ask)]


def test_without_an_excluded_group_nobody_is_in_one(mine: Home, group_and_people: tuple[str, str, str]) -> None:
    _, inside, outside = group_and_people
    assert marks(mine, inside, outside, scanned=False) == [False, False]


def test_a_group_that_was_named_since_the_reading_is_unknown_until_the_next_scan(
    mine: Home, group_and_people: tuple[str, str, str]
) -> None:
    group, inside, outside = group_and_people
    mine.policy = excluding(group)
    assert marks(mine, inside, outside, scanned=False) == [None, None]
    assert not any(entry["path"].startswith("/groups") for entry in mine.demo.requests())
    assert marks(mine, inside, outside, scanned=True) == [True, False]
    # And stays known, from what was read before, where nothing has changed since.
    mine.clock.move(minutes=10)
    mine.demo.reset()
    assert marks(mine, inside, outside, scanned=True) == [True, False]
    assert f"/groups/{group}/members" not in [entry["path"] for entry in mine.demo.requests()]


def test_nothing_is_found_about_somebody_in_it(mine: Home, group_and_people: tuple[str, str, str]) -> None:
    group, _, _ = group_and_people

    async def found(tenant: LiveTenant) -> set[str]:
        head = await tenant.scan()
        with sqlite3.connect(mine.folder / FILE) as db:
            rows = db.execute(
                "SELECT DISTINCT user_id FROM finding WHERE evaluation_id = ? AND user_id IN "
                "(SELECT user_id FROM group_member WHERE group_id = ?)",
                (head.evaluation_id, group),
            )
            return {user_id for (user_id,) in rows}

    assert mine.ask(found)  # positive control: without the exclusion there is something to find
    mine.policy = excluding(group)
    mine.clock.move(minutes=10)
    assert mine.ask(found) == set()


def test_a_group_that_cannot_be_read_leaves_everybody_else_unknown(
    mine: Home, group_and_people: tuple[str, str, str]
) -> None:
    group, inside, outside = group_and_people
    assert mine.ask(notes) == ()
    mine.policy = excluding(group, NOBODYS)
    assert marks(mine, inside, outside, scanned=True) == [True, None]
    (note,) = mine.ask(notes)
    assert "1 group that the policy excludes" in note
    assert NOBODYS not in note

    async def counted(tenant: LiveTenant) -> object:
        return [one for one in (await tenant.evaluation(silent)).summary.by_kind if one.kind != "unassigned_seats"]

    people = [one for one in mine.ask(counted) if one.seats and one.kind.endswith("_holder")]  # type: ignore[attr-defined]
    assert people == []


def test_who_leaves_an_excluded_group_is_no_longer_in_it_after_the_next_scan(
    mine: Home, group_and_people: tuple[str, str, str]
) -> None:
    """By the changes that Graph tells, without reading everything anew."""
    group, inside, _ = group_and_people
    mine.policy = excluding(group)
    mine.ask(scan)
    mine.clock.move(minutes=10)
    mine.demo.control("DELETE", f"/people/{inside}")
    try:
        mine.ask(scan)
        with sqlite3.connect(mine.folder / FILE) as db:
            rows = db.execute(
                "SELECT user_id FROM excluded_member m JOIN pointer USING (tenant_id, generation_id) "
                "WHERE source = 'groups'"
            ).fetchall()
    finally:
        mine.demo.control("POST", f"/people/{inside}", {})
    assert rows
    assert (inside,) not in rows


def test_a_group_that_the_policy_excludes_no_longer_excludes_nobody(
    mine: Home, group_and_people: tuple[str, str, str]
) -> None:
    group, inside, outside = group_and_people
    mine.policy = excluding(group)
    mine.ask(scan)
    mine.policy = Policy()
    assert marks(mine, inside, outside, scanned=False) == [False, False]
