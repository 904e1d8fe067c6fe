"""The scan's lease and the budget of requests, as several processes see them: each has a connection of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from licenseiq_tenant.database import Database
from licenseiq_tenant.snapshot.lease import LEASE_SECONDS, Budget, LeaseLost, acquire, running
from tests.tenant.scanning import Clock

Open = Callable[[], Database]


@pytest.fixture
def opened(tmp_path: Path, engine: str) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            closing(Database(tmp_path / "snapshot.db", "licenseiq_tenant.snapshot.migrations"))
        )


def test_one_of_two_processes_gets_the_lease_and_the_other_hears_what_is_done(opened: Open) -> None:
    one, other, clock = opened(), opened(), Clock()
    lease = acquire(one, "t", clock)
    assert lease is not None
    assert acquire(other, "t", clock) is None
    lease.renew("Reading users: 999 so far.")
    assert running(other, "t", clock) == "Reading users: 999 so far."
    assert acquire(other, "another tenant", clock) is not None
    lease.release()
    assert running(other, "t", clock) is None
    assert acquire(other, "t", clock) is not None


def test_a_killed_owner_loses_the_lease_after_its_time_and_can_write_nothing_more(opened: Open) -> None:
    clock = Clock()
    killed = acquire(opened(), "t", clock)
    assert killed is not None
    clock.move(seconds=LEASE_SECONDS - 1)
    assert acquire(opened(), "t", clock) is None
    clock.move(seconds=2)
    heir = acquire(opened(), "t", clock)
    assert heir is not None
    assert heir.fence > killed.fence
    with pytest.raises(LeaseLost):
        killed.renew("still here")
    killed.release()
    assert running(opened(), "t", clock) is not None


def test_a_renewed_lease_is_kept(opened: Open) -> None:
    clock = Clock()
    lease = acquire(opened(), "t", clock)
    assert lease is not None
    for _ in range(5):
        clock.move(seconds=LEASE_SECONDS - 1)
        lease.renew("")
    assert acquire(opened(), "t", clock) is None


def test_the_budget_is_one_for_all_processes_and_counts_any_minute(opened: Open) -> None:
    """INV-24: never more than `most` within any window, whoever asks."""
    one, other, clock = opened(), opened(), Clock()
    budget, granted, start = Budget("sign_ins", 10, 60.0), list[float](), clock()
    for step in range(400):
        database = one if step % 2 else other
        if budget.take(database, "t", clock) == 0.0:
            granted.append((clock() - start) / timedelta(seconds=1))
        clock.move(seconds=0.5 if step % 7 else 3)
    assert len(granted) > 20
    for moment in granted:
        assert sum(moment <= other_moment < moment + 59.9 for other_moment in granted) <= 10


def test_the_budget_says_how_long_to_wait(opened: Open) -> None:
    database, clock = opened(), Clock()
    budget = Budget("report:mailboxes", 2, 600.0)
    assert [budget.take(database, "t", clock) for _ in range(2)] == [0.0, 0.0]
    wait = budget.take(database, "t", clock)
    assert 590 < wait <= 600
    clock.move(seconds=wait + 0.1)
    assert budget.take(database, "t", clock) == 0.0


def test_a_clock_that_was_set_back_does_not_lock_the_budget_for_ever(opened: Open) -> None:
    database, clock = opened(), Clock()
    budget = Budget("sign_ins", 1, 60.0)
    clock.move(days=300)
    assert budget.take(database, "t", clock) == 0.0
    clock.move(days=-300)
    assert budget.take(database, "t", clock) == 0.0
