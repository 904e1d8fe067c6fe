"""Scans that must notice what is missing: pages, counts, members of groups; and read no more than is due."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from licenseiq.people import Person
from licenseiq.ports import EvaluationHead, HolderQuery
from licenseiq.readings import Reading, Source
from licenseiq_tenant.lanes import queries
from licenseiq_tenant.live import LiveTenant
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Home

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
PAGES = "^/users$"


@pytest.fixture
def home(tmp_path: Path, demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(queries, "PAGE", 100)
    monkeypatch.setattr(queries, "SIGN_IN_PAGE", 100)
    return Home(tmp_path, demo)


async def scan(tenant: LiveTenant) -> EvaluationHead:
    return await tenant.scan()


def words(head: EvaluationHead) -> str:
    return " ".join((*head.summary.unknown, *head.notes))


def asked(home: Home, what: str) -> int:
    return sum(what in f"{entry['path']}?{entry['query']}" for entry in home.demo.requests())


@pytest.mark.parametrize("what", ["drop_page", "circle_next_link", "repeat_next_link", "foreign_next_link"])
def test_users_that_are_not_all_there_leave_the_last_figures(home: Home, what: str) -> None:
    before = home.ask(scan)
    home.clock.move(hours=25)
    after = home.ask(scan, {"what": what, "regex": PAGES})
    assert after.summary.score == before.summary.score
    assert after.summary.exposure == before.summary.exposure
    assert "The users and their licences could not be read to the end" in words(after)


@pytest.mark.parametrize("what", ["drop_page", "half"])
def test_groups_that_are_not_all_there_leave_those_of_the_day_before(
    home: Home, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """INV-23."""
    monkeypatch.setattr(queries, "PAGE", 5)

    async def ask(tenant: LiveTenant) -> tuple[Reading, str]:
        head = await tenant.scan()
        return (await tenant.context(head.evaluation_id)).reading(Source.GROUPS), words(head)

    before, _ = home.ask(ask)
    assert before.rows > queries.PAGE
    assert not before.unchecked
    home.clock.move(hours=25)
    after, said = home.ask(ask, {"what": what, "regex": "^/groups$", "times": 1})
    assert after == before
    assert "The groups that give licences could not be read to the end" in said


def test_people_who_come_on_two_pages_are_counted_once(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> tuple[Any, ...]:
        head = await tenant.scan()
        users = (await tenant.context(head.evaluation_id)).reading(Source.USERS)
        return head.summary.score, head.summary.exposure, head.summary.by_kind, users.rows, users.unreadable_rows

    whole = home.ask(ask)
    home.clock.move(hours=25)
    assert home.ask(ask, {"what": "overlap_pages", "regex": PAGES}) == whole
    assert whole[3] == len(home.demo.control("GET", "/people"))


def test_where_graph_does_not_count_the_list_is_used_and_that_is_said(home: Home) -> None:
    head = home.ask(scan, {"what": "status", "path": "/users/$count", "status": 400})
    assert head.summary.score is not None
    assert "gave no number to compare the users and their licences with" in words(head)


def test_sign_in_activity_without_one_of_its_pages_is_not_used(home: Home) -> None:
    head = home.ask(scan, {"what": "drop_page", "regex": PAGES, "query": "signInActivity", "times": 1})
    assert "Sign-in activity could not be read to the end" in words(head)
    home.clock.move(minutes=2)
    again = home.ask(scan)
    assert not again.summary.provisional
    assert again.summary.coverage == 1000


def test_a_report_that_may_not_be_read_does_not_have_the_others_read_again(home: Home) -> None:
    home.ask(scan, "forbid:copilot")
    home.clock.move(minutes=4)
    home.demo.reset()
    home.ask(scan)
    assert (asked(home, "/copilot/"), asked(home, "/reports/get")) == (1, 1)
    home.demo.reset()
    home.clock.move(hours=7)
    home.ask(scan)
    assert asked(home, "/reports/get") == 9


def test_a_report_that_may_not_be_read_is_never_called_throttled_by_our_own_budget(home: Home) -> None:
    for _ in range(7):
        head = home.ask(scan, "forbid:copilot")
        assert "the app lacks Reports.Read.All" in words(head)
        assert "slow down" not in words(head)
        home.clock.move(minutes=1, seconds=30)


def test_a_report_that_is_not_offered_is_asked_for_no_sooner_than_the_others(home: Home) -> None:
    head = home.ask(scan, {"what": "status", "path": "/copilot", "status": 404})
    assert "The Copilot report" in words(head)
    home.clock.move(minutes=4)
    home.demo.reset()
    home.ask(scan)
    assert asked(home, "/copilot/") == 0


def test_the_slow_lane_asks_ten_times_a_minute_at_most(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Graph's limit of requests with sign-in activity; waiting is told, and the lane ends."""
    monkeypatch.setattr(queries, "SIGN_IN_PAGE", 10)
    seen: list[str] = []

    async def ask(tenant: LiveTenant) -> EvaluationHead:
        return await tenant.scan(lambda one: seen.append(one.words))

    started = home.clock()
    assert not home.ask(ask).summary.provisional
    requests = asked(home, "signInActivity")
    assert requests >= 25
    assert (home.clock() - started).total_seconds() >= 60 * ((requests - 1) // 10) - 1
    assert any("Graph allows 10 requests a minute" in words for words in seen)


def test_what_made_no_sense_before_an_interruption_is_counted_after_it(home: Home) -> None:
    silent = {"never_used", "new_hire", "break_glass", "shared_mailbox", "room"}
    who = next(row["id"] for row in home.demo.control("GET", "/people")[:100] if row["cause"] in silent)
    home.demo.control("PATCH", f"/people/{who}", {"signInActivity": {"lastSignInDateTime": "yesterday"}})

    async def stopped(tenant: LiveTenant) -> None:
        with anyio.CancelScope() as scope:
            await tenant.scan(lambda seen: scope.cancel() if seen.lane == "slow" and seen.done >= 90 else None)
        assert scope.cancelled_caught

    async def unreadable(tenant: LiveTenant) -> int:
        head = await tenant.scan()
        return (await tenant.context(head.evaluation_id)).reading(Source.SIGN_INS).unreadable_rows

    home.ask(stopped)
    found = home.ask(unreadable)
    home.demo.control("PATCH", f"/people/{who}", {"signInActivity": None})
    assert found == 1


def roles_of(home: Home, *faults: Any) -> list[Person]:
    async def ask(tenant: LiveTenant) -> list[Person]:
        head = await tenant.scan()
        rows = (await tenant.holders(head.evaluation_id, HolderQuery(inactive_days=0, limit=500))).rows
        return [await tenant.person(head.evaluation_id, row.user_id) for row in rows]

    return home.ask(ask, *faults)


def test_a_person_holds_the_roles_of_groups_and_those_that_may_be_activated(home: Home) -> None:
    people = roles_of(home)
    held = [set(person.roles or ()) for person in people]
    assert sum("Helpdesk Administrator" in roles for roles in held) >= 2
    assert sum("Global Reader" in roles for roles in held) >= 2
    assert set() in held


def test_nobody_is_known_to_hold_no_role_while_a_group_with_a_role_is_closed(home: Home) -> None:
    """Fail closed: everybody's roles are unknown then."""
    assert {person.roles for person in roles_of(home, "forbid:members")} == {None}


def test_without_eligibility_the_roles_that_people_hold_are_known(home: Home) -> None:
    head = home.ask(scan, "forbid:eligibility")
    assert "RoleEligibilitySchedule.Read.Directory" in words(head)
    home.clock.move(minutes=1)
    assert any(person.roles for person in roles_of(home, "forbid:eligibility"))


def test_every_report_reaches_the_person(home: Home) -> None:
    signals = [person.signals for person in roles_of(home)]
    for name in ("teams", "sharepoint", "email", "activation", "copilot"):
        read = [getattr(one, name) for one in signals]
        assert any(use is not None and use.last_activity is not None for use in read), name
