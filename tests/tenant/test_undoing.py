"""Asking for an undo: the desk makes the plan, and it then stands like any proposal."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licenseiq.errors import BadRequest, NotReady, Refused, StateUnknown
from tests.fake_catalogue import E5
from tests.tenant.proposing_place import PEOPLE, TENANT, Place, place_in, quietly

pytestmark = pytest.mark.anyio


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = place_in(tmp_path)
    yield made
    made.world.desk.close()


async def carried_out(place: Place, *users: str) -> str:
    accounts = place.world.tenant.accounts
    for person in PEOPLE:
        accounts[person.user_id] = replace(accounts[person.user_id], disabled={})
    record = await place.offboard(*(users or ("User 1",)))
    executor = await place.approve(record.proposal_id)
    for _ in range(4):
        await executor.advance_all(TENANT)
        place.world.clock.move(61)
    return record.proposal_id


async def test_an_undo_is_prepared_by_the_desk_and_stands_under_the_promised_id(place: Place) -> None:
    done = await carried_out(place)
    made = await place.another().undo(done, (), "test client", quietly)
    assert await place.another().undo(done, (), "test client", quietly) == made
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
    assert await place.another().undo(done, (), "test client", quietly) == made
    assert (await place.another().withdraw(made)).state == "withdrawn"
    assert await place.another().undo(done, (), "test client", quietly) != made


async def test_one_persons_part_of_a_batch_is_taken_back_and_the_others_stay_as_they_are(place: Place) -> None:
    done = await carried_out(place, "User 1", "User 2", "User 3")
    made = await place.another().undo(done, ("User 2",), "test", quietly)
    whole = await place.another().undo(done, (), "test", quietly)
    assert await place.another().undo(done, ("user2@contoso.example",), "test", quietly) == made != whole
    place.world.desk.take_over(TENANT)
    record = await place.get(made)
    assert [subject.reference for subject in record.plan.subjects] == ["s2"]
    assert {step.subject for step in record.plan.steps} == {"s2"}
    assert record.target("s2") == "user2@contoso.example"
    assert len((await place.get(whole)).plan.subjects) == 3
    place.world.tenant.seats = {E5: 5}
    executor = await place.approve(made)
    await executor.advance_all(TENANT)
    accounts = place.world.tenant.accounts
    assert [accounts[person.user_id].account_enabled for person in PEOPLE[:3]] == [False, True, False]


@pytest.mark.parametrize(("users", "words"), [(("User 1", "User 4"), "number 2 of 2"), (("User 1",) * 2, "twice")])
async def test_who_is_not_in_the_proposal_has_no_part_to_take_back(
    place: Place, users: tuple[str, ...], words: str
) -> None:
    """INV-20."""
    done = await carried_out(place, "User 1", "User 2")
    with pytest.raises(BadRequest, match=words):
        await place.another().undo(done, users, "test", quietly)
    assert place.world.inbox.undo_requests(TENANT) == ()


async def test_what_was_not_carried_out_has_nothing_to_undo(place: Place) -> None:
    record = await place.offboard("User 1")
    with pytest.raises(Refused):
        await place.another().undo(record.proposal_id, (), "test", quietly)
    await place.approve(record.proposal_id)
    with pytest.raises(Refused):
        await place.another().undo(record.proposal_id, (), "test", quietly)
    assert place.world.inbox.undo_requests(TENANT) == ()


async def test_a_plan_that_the_desk_never_made_is_not_kept(place: Place) -> None:
    done = await carried_out(place)
    made = await place.another().undo(done, (), "test", quietly)
    place.world.desk.take_over(TENANT)
    place.break_the_desk()
    with pytest.raises((NotReady, StateUnknown)):
        await place.get(made)
