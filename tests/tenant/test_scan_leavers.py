"""The leavers' lane of a scan: who is read, in which order, what is kept, and what stops it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import anyio
import pytest
from anyio.to_thread import run_sync

from licenseiq.left_seen import LeftSeen
from licenseiq.people import Employment, HrRecord
from licenseiq.readings import OF_LEAVERS, Reading, Reason, Source
from licenseiq_tenant.live import LiveTenant
from licenseiq_tenant.scan import keeper, leavers
from licenseiq_tenant.scan.leavers import BUDGET, READ_LATELY, Turn, in_turn
from licenseiq_tenant.scan.seen import ScanSeen
from tests.tenant.on_demo import OnDemo, running
from tests.tenant.scanning import Home, scan, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
METHODS = "/authentication/methods"


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnDemo]:
    """Nobody else's tests block its people."""
    with running(tmp_path_factory.mktemp("leavers"), users=120) as demo:
        yield demo


@pytest.fixture
def home(tmp_path: Path, own_demo: OnDemo) -> Home:
    own_demo.reset()
    return Home(tmp_path, own_demo)


def asked(home: Home) -> list[str]:
    """Whose sign-in methods were asked for, in order."""
    paths = [str(entry["path"]) for entry in home.demo.requests()]
    return [path.split("/")[2] for path in paths if path.endswith(METHODS)]


def blocked(home: Home) -> set[str]:
    """The people whose sign-in is blocked, by what happened to them."""
    return {row["id"] for row in home.demo.control("GET", "/people") if row["cause"] == "told_leaver"}


def readings(home: Home) -> dict[Source, Reading]:
    async def ask(tenant: LiveTenant) -> dict[Source, Reading]:
        head = await tenant.last()
        assert head is not None
        context = await tenant.context(head.evaluation_id)
        return {source: context.reading(source) for source in OF_LEAVERS}

    return home.ask(ask)


def left_of(home: Home, who: str) -> tuple[LeftSeen, ...]:
    async def ask(tenant: LiveTenant) -> tuple[LeftSeen, ...]:
        head = await tenant.last()
        assert head is not None
        return (await tenant.person(head.evaluation_id, who)).left

    return home.ask(ask)


def test_leavers_are_read_once_a_day_nobody_else_is_and_nothing_is_changed(home: Home) -> None:
    """INV-02."""
    home.ask(scan)
    gone = blocked(home)
    assert set(asked(home)) == gone
    assert len(asked(home)) == len(gone)
    assert all(one.is_read and one.rows == len(gone) for one in readings(home).values())
    assert {one.source for one in left_of(home, min(gone))} == set(OF_LEAVERS)
    assert home.demo.changes() == 0
    home.demo.control("DELETE", "/requests")
    home.clock.move(hours=13)
    home.ask(scan)
    assert asked(home) == []
    home.clock.move(hours=12)
    home.ask(scan)
    assert set(asked(home)) == gone


def test_without_the_users_nobody_is_asked_and_the_lane_is_tried_again_later(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> bool:
        await tenant.scan()
        return (await tenant.refresh(silent)).scan_running

    assert home.ask(ask, "forbid:users") is False, "a lane that is due at once would scan without end"
    assert asked(home) == []
    home.clock.move(minutes=2)
    home.ask(scan)
    assert set(asked(home)) == blocked(home)


def test_a_permission_that_is_missing_is_unknown_is_asked_of_few_and_found_once_granted(home: Home) -> None:
    """INV-21."""
    home.ask(scan, "forbid:methods")
    found = readings(home)
    assert found.pop(Source.LEFT_METHODS).reason is Reason.NO_PERMISSION
    assert all(one.is_read for one in found.values())
    assert len(asked(home)) == 2
    who = min(blocked(home))
    assert Source.LEFT_METHODS not in {one.source for one in left_of(home, who)}
    home.clock.move(minutes=6)
    home.ask(scan)
    assert readings(home)[Source.LEFT_METHODS].is_read
    assert Source.LEFT_METHODS in {one.source for one in left_of(home, who)}


def test_who_left_since_is_read_in_the_next_scan_and_the_others_are_not(home: Home) -> None:
    home.ask(scan)
    new = next(row["id"] for row in home.demo.control("GET", "/people") if row["cause"] == "left_last_month")
    records = {new: HrRecord(Employment.LEFT, date(2026, 1, 1))}

    async def told(tenant: LiveTenant) -> None:
        await run_sync(tenant.hr.keep, records, home.clock().date())
        await tenant.scan()

    home.demo.control("DELETE", "/requests")
    home.clock.move(minutes=6)
    home.ask(told)
    assert asked(home) == [new]
    assert len(left_of(home, new)) == len(OF_LEAVERS)
    assert readings(home)[Source.LEFT_METHODS].rows == len(blocked(home)) + 1


def test_a_scan_that_is_stopped_goes_on_with_those_who_were_not_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leavers, "_CHUNK", 3)

    async def stop(tenant: LiveTenant) -> None:
        with anyio.CancelScope() as scope:

            def see(seen: ScanSeen) -> None:
                if seen.lane == "leavers" and seen.done >= 5:
                    scope.cancel()

            await tenant.scan(see)
        assert scope.cancelled_caught

    home.ask(stop)
    before = asked(home)
    assert 5 <= len(before) < len(blocked(home))
    home.demo.control("DELETE", "/requests")
    home.ask(scan)
    assert set(asked(home)) == blocked(home) - set(before[:5])


def test_graph_that_stops_answering_keeps_what_was_read_and_claims_nothing_of_the_rest(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-23, INV-36."""
    monkeypatch.setattr(leavers, "_CHUNK", 3)
    down = {"what": "status", "regex": "/registeredDevices$", "status": 503, "skip": 5}
    head = home.ask(scan, down)
    assert any("leavers' devices" in note and "did not answer" in note for note in head.notes)
    assert all(one.reason is Reason.NOT_YET for one in readings(home).values())
    home.demo.reset()
    home.clock.move(minutes=2)
    home.ask(scan)
    assert all(one.is_read and one.rows == len(blocked(home)) for one in readings(home).values())
    assert len(asked(home)) < len(blocked(home)), "who was read is not read again"


def test_many_leavers_take_several_scans(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leavers, "MOST_PEOPLE", 6)
    home.ask(scan)
    first = set(asked(home))
    assert len(first) == readings(home)[Source.LEFT_GROUPS].rows == 6
    later = min(blocked(home) - first)
    assert left_of(home, later) == ()
    home.clock.move(minutes=6)
    home.demo.control("DELETE", "/requests")
    home.ask(scan)
    assert first.isdisjoint(asked(home))


def test_batches_stay_within_the_budget_of_their_own(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """INV-36."""
    monkeypatch.setattr(leavers, "BUDGET", type(BUDGET)(BUDGET.bucket, 2, 600.0))
    began = home.clock()
    home.ask(scan)
    batches = sum(entry["path"] == "/$batch" for entry in home.demo.requests())
    assert batches > 2
    assert home.clock() - began >= timedelta(seconds=600 * (batches // 2 - 1))


def test_the_newest_leavers_come_first_then_who_was_read_longest_ago(home: Home) -> None:
    now = home.clock()
    everybody = [Turn(str(n), None, date(2026, 1, n)) for n in range(1, 6)]
    source = Source.LEFT_METHODS
    read_at = {(source, "5"): now, (source, "4"): now - timedelta(days=2), (source, "3"): now - timedelta(days=3)}
    found = in_turn(everybody, [source], read_at, now)
    assert [one.user_id for one in found] == ["2", "1", "3", "4"]
    assert now - READ_LATELY < now


def test_a_process_that_runs_on_looks_at_leavers_each_day_without_being_asked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.02)

    async def ask(tenant: LiveTenant) -> tuple[list[str], list[str]]:
        tenant.look_nightly()
        await anyio.sleep(0.1)
        nobody_asked = asked(home)
        await tenant.scan()
        home.demo.control("DELETE", "/requests")
        home.clock.move(hours=25)
        with anyio.fail_after(20):
            while len(asked(home)) < len(blocked(home)):  # noqa: ASYNC110 - the demo is another process
                await anyio.sleep(0.05)
        return nobody_asked, asked(home)

    before, after = home.ask(ask)
    assert before == [], "a tenant that nobody has had read is left alone"
    assert set(after) == blocked(home)
