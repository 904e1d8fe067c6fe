"""Asking for an undo: the desk makes the plan, and it then stands like any proposal."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licenseiq.errors import NotReady, Refused, StateUnknown
from tests.tenant.proposing_place import PEOPLE, TENANT, Place, place_in

pytestmark = pytest.mark.anyio


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = place_in(tmp_path)
    yield made
    made.world.desk.close()


async def carried_out(place: Place) -> str:
    accounts = place.world.tenant.accounts
    accounts[PEOPLE[0].user_id] = replace(accounts[PEOPLE[0].user_id], disabled={})
    record = await place.offboard("User 1")
    executor = await place.approve(record.proposal_id)
    for _ in range(4):
        await executor.advance_all(TENANT)
        place.world.clock.move(61)
    return record.proposal_id


async def test_an_undo_is_prepared_by_the_desk_and_stands_under_the_promised_id(place: Place) -> None:
    done = await carried_out(place)
    made = await place.another().undo(done, "test client")
    assert await place.another().undo(done, "test client") == made
    with pytest.raises(NotReady):
        await place.get(made)
    place.world.desk.take_over(TENANT)
    record = await place.get(made)
    assert (record.state, record.plan.kind) == ("open", "undo")
    assert [step.kind.value for step in record.plan.steps] == ["change_licences", "enable_sign_in"]
    assert record.target("s1") == "user1@contoso.example"
    assert record.plan.requested_by["client"] == "test client"
    assert PEOPLE[0].user_id.encode() not in record.plan.to_bytes()
    _, rows, _ = await place.another().page(None, 10, None)
    assert made in [row.proposal_id for row in rows]
    assert await place.another().undo(done, "test client") == made
    assert (await place.another().withdraw(made)).state == "withdrawn"
    assert await place.another().undo(done, "test client") != made


async def test_what_was_not_carried_out_has_nothing_to_undo(place: Place) -> None:
    record = await place.offboard("User 1")
    with pytest.raises(Refused):
        await place.another().undo(record.proposal_id, "test")
    await place.approve(record.proposal_id)
    with pytest.raises(Refused):
        await place.another().undo(record.proposal_id, "test")
    assert place.world.inbox.undo_requests(TENANT) == ()


async def test_a_plan_that_the_desk_never_made_is_not_kept(place: Place) -> None:
    done = await carried_out(place)
    made = await place.another().undo(done, "test")
    place.world.desk.take_over(TENANT)
    place.break_the_desk()
    with pytest.raises((NotReady, StateUnknown)):
        await place.get(made)
