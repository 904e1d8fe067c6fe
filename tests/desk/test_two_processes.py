"""Two processes on the same stores in PostgreSQL: of what only one may have, one has it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from licenseiq_desk.execution.lease import LEASE, LeaseLost, claim
from licenseiq_tenant.database import Database
from licenseiq_tenant.postgresql import server as postgresql_server
from licenseiq_tenant.postgresql.server import PostgreSQLStore
from licenseiq_tenant.snapshot.lease import acquire
from tests.desk.fakes import TENANT, Clock, World, plan_for, world_in
from tests.desk.racing import ENTRIES, MOST, TENANTS
from tests.postgresql import BOTH, Cluster, stores_in

PROPOSALS = ("p-1", "p-2", "p-3")


def begun(*words: str) -> "subprocess.Popen[str]":
    """A process of its own, spoken to by lines."""
    return subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def raced(home: Path, url: str, approvals: list[list[str]]) -> list[dict[str, Any]]:
    """What each of two processes got that were let go at one moment."""
    running = [begun("-m", "tests.desk.racing", str(home), url, name) for name in ("a", "b")]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write(json.dumps(approvals) + "\n")
        one.stdin.flush()
    answers = [one.communicate(timeout=120)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0]
    return [json.loads(answer) for answer in answers]


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.url(cluster.made, BOTH)


@pytest.fixture
def world(tmp_path: Path, cluster: Cluster) -> Iterator[World]:
    with stores_in(cluster.emptied(BOTH), tmp_path):
        made = world_in(tmp_path)
        yield made
        made.desk.close()
        made.inbox.close()


@pytest.mark.anyio
async def test_one_run_one_lease_one_budget_and_one_ledger(world: World, url: str) -> None:
    """INV-03 and INV-24, between processes."""
    for proposal_id in PROPOSALS:
        world.put(plan_for(), proposal_id)
    approvals = [[await world.approve(one), one] for one in PROPOSALS]
    before = world.desk.verify_ledger(TENANT).size
    one, other = raced(world.home, url, approvals)
    assert sorted(one["won"] + other["won"]) == list(PROPOSALS)
    assert sorted(one["held"] + other["held"]) == sorted(f"t{n}" for n in range(TENANTS))
    assert one["granted"] + other["granted"] == MOST
    verdict = world.desk.verify_ledger(TENANT)
    assert verdict.is_whole, verdict.problems
    assert verdict.size == before + len(PROPOSALS) + 2 * ENTRIES


def both_hold_it(tmp_path: Path, cluster: Cluster) -> bool:
    """Whether two scanners get one lease, where the second one asks while the first one is still at it."""
    clock = Clock().now
    with stores_in(cluster.emptied(BOTH), tmp_path):
        file, migrations = tmp_path / "snapshot.db", "licenseiq_tenant.snapshot.migrations"
        with closing(Database(file, migrations)) as one, closing(Database(file, migrations)) as other:
            with one.write() as db:
                assert db.exec_driver_sql("SELECT COUNT(*) FROM scan_lease").scalar_one() == 0
                try:
                    second = acquire(other, "t", clock)
                except DBAPIError:  # it would have waited longer than it was told to
                    second = None
                db.exec_driver_sql("INSERT OR REPLACE INTO scan_lease VALUES ('t', 'one', 1, 9e9, '')")
            return second is not None


def test_a_writer_waits_for_the_one_before(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_server, "LOCK_SECONDS", 1)
    assert not both_hold_it(tmp_path, cluster)


def test_positive_control_a_writer_that_does_not_wait_gets_what_another_has(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgreSQLStore, "begin_write", lambda _, db: db.exec_driver_sql("BEGIN"))
    assert both_hold_it(tmp_path, cluster)


LATE_OWNER = """
import sys
from pathlib import Path
from licenseiq_desk.execution.lease import LeaseLost, claim
from licenseiq_desk.store.desk_store import open_store
from licenseiq_tenant.places import place_stores
from licenseiq_tenant.postgresql.server import Server
from tests.desk.fakes import TENANT, Clock
home, url, run_id = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
place_stores(lambda folder: Server(url) if folder == home else None)
store, around = open_store(home), Clock().around()
held = claim(store, around, TENANT, run_id, "late")
print("holding" if held else "nothing", flush=True)
sys.stdin.readline()
try:
    with held.write() as db:
        db.exec_driver_sql(
            "INSERT INTO outcome VALUES (?, ?, 1, 'done', '', '2026-11-23T09:00:00Z', ?)", (TENANT, run_id, held.fence)
        )
    print("recorded")
except LeaseLost:
    print("refused")
store.close()
"""


@pytest.mark.anyio
async def test_what_a_paused_owner_still_wants_to_record_is_refused(world: World, url: str) -> None:
    """INV-17: the owner is stopped for real (SIGSTOP); another carries the run on; then the first one wakes up."""
    world.put(plan_for())
    await world.approve()
    executor = world.desk.executor(world.tenant)
    (run_id,) = await executor.start_approved(TENANT)
    late = begun("-c", LATE_OWNER, str(world.home), url, run_id)
    assert late.stdout is not None
    assert late.stdout.readline() == "holding\n"
    os.kill(late.pid, signal.SIGSTOP)
    try:
        assert await world.advance() == ()
        world.clock.move(LEASE.total_seconds() + 1)
        (progress,) = await world.advance()
        assert progress.state == "complete"
    finally:
        os.kill(late.pid, signal.SIGCONT)
    assert late.communicate("go on\n", timeout=60)[0] == "refused\n"
    with world.desk._store.database.read() as db:
        assert set(db.exec_driver_sql("SELECT fence FROM outcome").scalars()) == {2}
    assert world.desk.verify_ledger(TENANT).is_whole


@pytest.mark.anyio
async def test_a_writer_that_is_cut_off_inside_its_transaction_holds_nobody_up_and_records_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_server, "IDLE_SECONDS", 1)
    world.reopen()
    world.put(plan_for())
    await world.approve()
    (run_id,) = await world.desk.executor(world.tenant).start_approved(TENANT)
    store, around = world.desk._store, world.clock.around()
    first = claim(store, around, TENANT, run_id, "first")
    assert first is not None

    def falls_asleep() -> None:
        with first.write() as db:
            db.exec_driver_sql("UPDATE run SET state = 'failed' WHERE run_id = ?", (run_id,))
            world.clock.move(LEASE.total_seconds() + 1)
            # The second one waits for the lock, until PostgreSQL ends the session of the first.
            assert claim(store, around, TENANT, run_id, "second") is not None

    with pytest.raises(DBAPIError):
        falls_asleep()
    with pytest.raises(LeaseLost):
        first.renew()
    assert world.report().runs[0].state == "running"
