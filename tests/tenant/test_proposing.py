"""Proposing: one live proposal for one request, and what became of it, told truthfully."""

import re
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.errors import Ambiguous, BadRequest, NotFound, SettingsError
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.stored import ProposalRecord
from licenseiq_tenant.os_account import account_name, os_account
from tests.fake_catalogue import COPILOT, E5
from tests.fake_people import person
from tests.tenant.proposing_place import PEOPLE, TENANT, FakeSubjects, Place, asked, place_in, quietly

pytestmark = pytest.mark.anyio


async def test_a_proposal_is_stored_with_its_people_and_nothing_personal_in_the_clear(place: Place) -> None:
    """INV-45."""
    record = await place.offboard("user1@contoso.example", PEOPLE[1].user_id)
    assert re.fullmatch(r"p-[0-9a-hjkmnp-tv-z]{10}", record.proposal_id)
    assert (record.state, record.is_new, record.desk) == ("open", True, None)
    assert record.names["s2"] == (PEOPLE[1].user_id, "user2@contoso.example")
    assert place.subjects.people == {record.proposal_id: {"s1": PEOPLE[0].user_id, "s2": PEOPLE[1].user_id}}
    entry = place.world.inbox.entry(TENANT, record.proposal_id)
    assert entry is not None
    assert entry.digest == record.digest == digest(entry.plan_bytes)
    assert b"contoso" not in entry.plan_bytes
    assert PEOPLE[0].user_id.encode() not in entry.plan_bytes
    account = record.plan.requested_by["account"]
    assert record.plan.requested_by == {"client": "test client", "channel": "stdio", "account": account}
    assert re.fullmatch(r"account-[a-z2-7]{10}", account)
    assert account == account_name(place.world.home, os_account())
    assert await place.get(record.proposal_id) == replace(record, is_new=False)


async def test_the_order_and_the_way_of_naming_do_not_make_another_proposal(place: Place) -> None:
    first = await place.offboard("user1@contoso.example", "User 2")
    again = await place.offboard(PEOPLE[1].user_id, "user1@contoso.example")
    assert (again.proposal_id, again.digest, again.is_new) == (first.proposal_id, first.digest, False)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(st.sampled_from(range(5)), min_size=1, unique=True), min_size=2, max_size=5))
def test_the_same_people_get_the_same_proposal_and_others_another(requests: list[list[int]]) -> None:
    with TemporaryDirectory() as folder:
        place = place_in(Path(folder))
        found: dict[frozenset[int], str] = {}
        for request in requests:
            record = anyio.run(place.offboard, *(PEOPLE[number].user_id for number in request))
            assert record.is_new is (frozenset(request) not in found)
            assert found.setdefault(frozenset(request), record.proposal_id) == record.proposal_id
        assert len(set(found.values())) == len(found)
        place.world.desk.close()
        place.world.inbox.close()


async def test_other_licences_make_another_proposal(place: Place) -> None:
    first = await place.offboard("User 1")
    place.tenant.people = (replace(person(1, skus=(E5, COPILOT)), roles=()),)
    assert (await place.offboard("User 1")).proposal_id != first.proposal_id


async def test_a_blocker_that_came_since_makes_another_proposal(place: Place) -> None:
    first = await place.offboard("User 1", "User 2")
    place.tenant.people = tuple(replace(one, roles=("User Administrator",)) for one in PEOPLE)
    again = await place.offboard("User 1", "User 2")
    assert again.proposal_id != first.proposal_id
    assert [blocker.kind for blocker in again.plan.blockers] == ["protected_account"]


async def test_after_a_withdrawal_or_an_expiry_a_new_one_is_made(place: Place) -> None:
    first = await place.offboard("User 1")
    place.withdraw(first.proposal_id)
    assert (await place.get(first.proposal_id)).state == "withdrawn"
    second = await place.offboard("User 1")
    assert second.is_new
    place.world.clock.move(timedelta(hours=24).total_seconds())
    assert (await place.get(second.proposal_id)).state == "expired"
    third = await place.offboard("User 1")
    assert third.is_new
    assert len({first.proposal_id, second.proposal_id, third.proposal_id}) == 3


async def test_a_desk_that_has_not_looked_yet_does_not_keep_an_ended_proposal_open(place: Place) -> None:
    first = await place.offboard("User 1")
    place.world.desk.take_over(TENANT)
    place.withdraw(first.proposal_id)
    found = await place.get(first.proposal_id)
    assert found.desk is not None
    assert (found.desk.state, found.state) == ("open", "withdrawn")


async def test_a_proposal_goes_through_the_desk_and_its_run_is_told(place: Place) -> None:
    first = await place.offboard("User 1")
    executor = await place.approve(first.proposal_id)
    found = await place.get(first.proposal_id)
    assert found.state == "approved"
    assert found.desk is not None
    assert found.desk.approvals[0].approver_kind == "typed phrase on the demo tenant"
    assert not (await place.offboard("User 1")).is_new
    for _ in range(4):
        await executor.advance_all(TENANT)
        place.world.clock.move(61)
    found = await place.get(first.proposal_id)
    assert found.desk is not None
    assert [(run.state, {step.outcome for step in run.steps}) for run in found.desk.runs] == [("complete", {"done"})]
    assert place.world.tenant.accounts[PEOPLE[0].user_id].direct == frozenset()
    assert (await place.offboard("User 1")).is_new


async def test_after_a_rejection_a_new_one_is_made(place: Place) -> None:
    first = await place.offboard("User 1")
    place.world.desk.take_over(TENANT)
    assert not (await place.offboard("User 1")).is_new
    place.world.desk.reject(TENANT, first.proposal_id, "no", "tester")
    assert (await place.get(first.proposal_id)).state == "rejected"
    assert (await place.offboard("User 1")).is_new


async def test_a_desk_that_cannot_be_read_leaves_the_state_unknown(place: Place) -> None:
    first = await place.offboard("User 1")
    place.break_the_desk()
    found = await place.get(first.proposal_id)
    assert (found.state, found.desk) == ("unknown", None)
    total, rows, _ = await place.another().page(None, 5, None)
    assert (total, [row.state for row in rows]) == (1, ["unknown"])
    assert (await place.another().page("unknown", 5, None))[0] == 1
    assert (await place.another().page("open", 5, None))[0] == 0
    again = await place.offboard("User 1")
    assert (again.proposal_id, again.is_new) == (first.proposal_id, False)


async def test_another_process_that_was_quicker_is_found(place: Place) -> None:
    """Both looked and found nothing; the other stores first."""
    theirs: list[ProposalRecord] = []
    other = place.another(subjects=FakeSubjects())
    place.subjects.on_remember = lambda: theirs.append(anyio.run(other.offboard, asked("User 1"), "other", quietly))
    mine = await place.offboard("User 1")
    assert (mine.proposal_id, mine.is_new) == (theirs[0].proposal_id, False)
    assert len(place.world.inbox.ids(TENANT)) == 1


async def test_a_quicker_one_that_was_rejected_at_once_is_not_found(place: Place) -> None:
    other = place.another(subjects=FakeSubjects())

    def be_quicker() -> None:
        theirs = anyio.run(other.offboard, asked("User 1"), "other", quietly)
        place.world.desk.take_over(TENANT)
        place.world.desk.reject(TENANT, theirs.proposal_id, "no", "tester")

    place.subjects.on_remember = be_quicker
    assert (await place.offboard("User 1")).is_new
    assert len(place.world.inbox.ids(TENANT)) == 2


async def test_nobody_unknown_people_and_somebody_twice_are_refused(place: Place) -> None:
    place.tenant.people = (*PEOPLE, person(6, "User 1"))
    for users, error in (
        ((), BadRequest),
        (("Nobody",), NotFound),
        (("User 1",), Ambiguous),
        (("user2@contoso.example", "User 2"), BadRequest),
    ):
        with pytest.raises(error):
            await place.offboard(*users)
    assert place.world.inbox.ids(TENANT) == ()
    assert place.subjects.people == {}


async def test_data_of_another_tenant_makes_no_proposal(place: Place) -> None:
    with pytest.raises(SettingsError):
        await place.another("tenant-2").offboard(asked("User 1"), "test", quietly)
    assert place.world.inbox.ids(TENANT) == ()


async def test_a_proposal_of_another_tenant_is_not_there(place: Place) -> None:
    first = await place.offboard("User 1")
    for proposing, proposal_id in ((place.another("tenant-2"), first.proposal_id), (place.another(), "p-0")):
        with pytest.raises(NotFound, match="list_proposals"):
            await proposing.get(proposal_id)


async def test_who_left_the_tenant_has_no_name_once_the_desk_has_the_values(place: Place) -> None:
    """INV-45."""
    first = await place.offboard("User 1", "User 2")
    place.subjects.gone.add(PEOPLE[0].user_id)
    assert (await place.get(first.proposal_id)).names["s1"] == (PEOPLE[0].user_id, "user1@contoso.example")
    place.world.desk.take_over(TENANT)
    assert list((await place.get(first.proposal_id)).names) == ["s2"]


async def test_calls_are_logged_by_name_alone(place: Place) -> None:
    await place.another().log_call("health_score", "test client", is_error=False)
    await place.another().log_call("offboard_user", "test client", is_error=True)
    with sqlite3.connect(place.world.home / "inbox.db") as db:
        rows = db.execute("SELECT tenant_id, at, tool, client, is_error FROM tool_call ORDER BY tool").fetchall()
    db.close()
    at = "2026-11-23T09:00:00Z"
    assert rows == [(TENANT, at, "health_score", "test client", 0), (TENANT, at, "offboard_user", "test client", 1)]
