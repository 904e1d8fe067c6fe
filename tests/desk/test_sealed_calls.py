"""The log of tool calls is sealed in batches; changes of the policy are entries. INV-42."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.policy import Policy
from licenseiq.times import iso
from licenseiq_desk.ledger import calls
from licenseiq_desk.ledger.entries import Kind
from tests.desk.fakes import START, TENANT, Killed, World, plan_for
from tests.desk.passkey_world import bodies, kinds


def log(world: World, *numbers: int) -> None:
    for number in numbers:
        at = START + timedelta(seconds=number)
        world.inbox.log_call(TENANT, f"c-{number}", at, "health_score", "a client", is_error=False)


def seal(world: World) -> int:
    return calls.seal(world.desk._store, world.inbox, TENANT, world.clock.now())


def change(world: World, sql: str, *values: object) -> None:
    with world.desk._store.database.write() as db:
        db.exec_driver_sql(sql, values)


def is_whole(world: World) -> bool:
    return world.desk.verify_ledger(TENANT).is_whole


def test_calls_are_sealed_a_minute_after_the_first_of_them_and_leave_the_inbox(world: World) -> None:
    log(world, 0, 1, 2)
    assert seal(world) == 0
    world.clock.move(60)
    world.desk.take_over(TENANT)
    assert world.inbox.calls(TENANT, 10) == ()
    (body,) = bodies(world, Kind.CALLS_SEALED)
    assert (body["count"], body["first"], body["last"]) == (3, iso(START), iso(START + timedelta(seconds=2)))
    assert is_whole(world)
    assert "health_score" not in str(body)


def test_a_full_batch_does_not_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MOST_CALLS", 3)
    log(world, 0, 1, 2, 3)
    assert seal(world) == 3
    assert [one.call_id for one in world.inbox.calls(TENANT, 10)] == ["c-3"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sealed_call SET tool = 'list_waste' WHERE number = 1",
        "UPDATE sealed_call SET client = 'another' WHERE number = 1",
        "UPDATE sealed_call SET failed = 1 WHERE number = 1",
        "UPDATE sealed_call SET at = '2026-11-23T09:00:09Z' WHERE number = 1",
        "DELETE FROM sealed_call WHERE number = 1",
        "DELETE FROM sealed_call",
        "UPDATE sealed_call SET number = 9 WHERE number = 0",
        "UPDATE sealed_call SET batch = batch + 1",
        "INSERT INTO sealed_call SELECT tenant_id, batch, 9, 'c-9', at, tool, client, failed, kept_until "
        "FROM sealed_call WHERE number = 0",
    ],
)
def test_a_row_that_was_changed_added_or_removed_does_not_fit_its_batch(world: World, sql: str) -> None:
    log(world, 0, 1, 2)
    world.clock.move(60)
    assert seal(world) == 3
    assert is_whole(world)
    change(world, sql)
    assert not is_whole(world)


def test_a_crash_between_the_two_stores_seals_no_call_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """INV-17."""

    def die(*_: object) -> None:
        raise Killed

    log(world, 0, 1)
    world.clock.move(60)
    with monkeypatch.context() as patch:
        patch.setattr(world.inbox, "forget_calls", die)
        with pytest.raises(Killed):
            seal(world)
    log(world, 2)
    assert seal(world) == 1
    assert [body["count"] for body in bodies(world, Kind.CALLS_SEALED)] == [2, 1]
    assert is_whole(world)


def test_rows_are_kept_for_a_year_and_missing_before_that_they_are_missed(world: World) -> None:
    log(world, 0)
    world.clock.move(60)
    seal(world)
    log(world, 1)
    world.clock.move(timedelta(days=365, seconds=1).total_seconds())
    assert seal(world) == 1
    rows = [call.call_id for _, call in _rows(world)]
    assert rows == ["c-1"]
    assert is_whole(world)
    change(world, "DELETE FROM sealed_call")
    assert not is_whole(world)


def _rows(world: World) -> list[Any]:
    with world.desk._store.database.read() as db:
        return list(calls.sealed_rows(db, TENANT))


def test_a_row_of_the_inbox_that_makes_no_sense_is_sealed_as_it_stands(world: World) -> None:
    log(world, 0)
    with world.inbox._database.write() as db:
        db.exec_driver_sql("UPDATE tool_call SET at = 'never'")
    assert seal(world) == 1
    assert is_whole(world)


def test_each_change_of_the_policy_is_an_entry(world: World) -> None:
    policy = [Policy()]
    world.desk._policy = lambda: policy[0]
    world.desk.take_over(TENANT)
    assert kinds(world) == []
    world.put(plan_for())
    for _ in range(2):
        world.desk.take_over(TENANT)
    assert kinds(world) == ["proposal_taken", "policy_changed"]
    policy[0] = replace(policy[0], people_per_hour=3)
    for _ in range(2):
        world.desk.take_over(TENANT)
    first, second = bodies(world, Kind.POLICY_CHANGED)
    assert (first["before"], second["before"]) == ("", first["policy"])
    assert is_whole(world)
    change(world, "UPDATE policy_version SET digest = 'x' WHERE seq = 1")
    assert not is_whole(world)
