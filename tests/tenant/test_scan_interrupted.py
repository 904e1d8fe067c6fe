"""Scans that are interrupted, resumed, or started twice at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from licenseiq.ports import EvaluationHead
from licenseiq_tenant.live import LiveTenant
from licenseiq_tenant.scan.seen import ScanSeen
from tests.tenant.on_demo import OnDemo, running
from tests.tenant.scanning import Home, scan, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture(scope="module")
def large_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnDemo]:
    """Enough people for two pages of users and three of sign-in activity."""
    with running(tmp_path_factory.mktemp("large"), users=1200) as demo:
        yield demo


@pytest.fixture
def home(tmp_path: Path, large_demo: OnDemo) -> Home:
    large_demo.reset()
    return Home(tmp_path, large_demo)


def asked_for(home: Home, words: str) -> int:
    return sum(words in f"{entry['path']}?{entry.get('query') or ''}" for entry in home.demo.requests())


def cancelled_at(home: Home, lane: str, done: int) -> None:
    """A scan that is stopped in the middle of a lane, as by a client that goes away."""

    async def ask(tenant: LiveTenant) -> None:
        with anyio.CancelScope() as scope:

            def see(seen: ScanSeen) -> None:
                if seen.lane == lane and seen.done >= done:
                    scope.cancel()

            await tenant.scan(see)
        assert scope.cancelled_caught

    home.ask(ask)


def test_a_scan_stopped_before_its_first_evaluation_leaves_nothing_half(home: Home) -> None:
    cancelled_at(home, "fast", 999)
    assert home.ask(scan).summary.score is not None


def test_a_scan_stopped_half_way_leaves_the_last_figures_and_their_age(home: Home) -> None:
    before = home.ask(scan)
    home.clock.move(hours=25)
    cancelled_at(home, "fast", 999)

    async def ask(tenant: LiveTenant) -> EvaluationHead:
        return await tenant.evaluation(silent)

    after = home.ask(ask)
    assert after.evaluation_id == before.evaluation_id
    assert any(f"The data is from {before.as_of:%Y-%m-%d}" in note for note in after.notes)


def test_the_slow_lane_goes_on_where_it_was_stopped(home: Home) -> None:
    cancelled_at(home, "slow", 500)
    provisional = home.ask(lambda tenant: tenant.evaluation(silent))
    assert provisional.summary.provisional
    home.demo.control("DELETE", "/requests")
    head = home.ask(scan)
    assert not head.summary.provisional
    assert head.summary.coverage == 1000
    assert 1 <= asked_for(home, "signInActivity") <= 2


def test_a_place_to_go_on_from_that_graph_no_longer_takes_is_given_up(home: Home) -> None:
    cancelled_at(home, "slow", 500)
    refused: dict[str, Any] = {"what": "status", "path": "/users", "query": "skiptoken", "status": 400, "times": 1}
    head = home.ask(scan, refused)
    assert not head.summary.provisional
    assert head.summary.coverage == 1000


def test_two_servers_on_one_home_share_one_scan(home: Home) -> None:
    heads: list[EvaluationHead] = []

    async def both() -> None:
        async with home.open() as one, home.open() as other, anyio.create_task_group() as group:
            for tenant in (one, other):

                async def ask(tenant: LiveTenant = tenant) -> None:
                    heads.append(await tenant.evaluation(silent))

                group.start_soon(ask)

    anyio.run(both)
    assert {head.tenant_id for head in heads} == {heads[0].tenant_id}
    assert len(heads) == 2
    assert asked_for(home, "/subscribedSkus") == 1
    assert asked_for(home, "getMailboxUsageDetail") == 1
