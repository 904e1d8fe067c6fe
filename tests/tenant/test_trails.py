"""The audit trail answers who removed a licence, from the desk's ledger alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licenseiq.errors import NotFound, StateUnknown
from licenseiq.proposals.trail import Trail, TrailQuery
from tests.fake_catalogue import E5
from tests.tenant.proposing_place import PEOPLE, Place, quietly

pytestmark = pytest.mark.anyio
EVERYTHING = TrailQuery(limit=200)


async def trail(place: Place, query: TrailQuery) -> Trail:
    return await place.another().trail(query, quietly)


async def done(place: Place, *users: str) -> str:
    """An offboarding that was approved and carried out; the proposal's id."""
    record = await place.offboard(*users)
    executor = await place.approve(record.proposal_id)
    await executor.advance_all(record.plan.tenant_id)
    return record.proposal_id


async def test_before_the_desk_has_taken_anything_over_there_is_no_ledger(place: Place) -> None:
    await place.offboard("user1@contoso.example")
    found = await trail(place, EVERYTHING)
    assert (found.total, found.entries, found.head) == (0, (), None)


async def test_who_removed_a_persons_licence_is_told_with_step_and_approval(place: Place) -> None:
    proposal_id = await done(place, "user1@contoso.example", "user2@contoso.example")
    found = await trail(place, replace(EVERYTHING, user="user2@contoso.example"))
    (removed,) = [one for one in found.entries if one.kind == "outcome" and one.skus]
    assert (removed.proposal_id, removed.level, removed.body["outcome"]) == (proposal_id, "L0", "done")
    assert removed.record is not None
    assert removed.record.names[str(removed.body["subject"])][0] == PEOPLE[1].user_id
    assert [sku.sku_id for sku in removed.skus] == [E5]
    assert removed.record.desk is not None
    assert removed.record.desk.approvals[0].approver_kind == "typed phrase on the demo tenant"
    subjects = {str(one.body["subject"]) for one in found.entries if "subject" in one.body}
    assert subjects == {"s2"}
    assert {"proposal_taken", "approval", "run_started", "run_ended"} <= {one.kind for one in found.entries}


async def test_a_person_whom_nothing_was_about_has_no_entries(place: Place) -> None:
    await done(place, "user1@contoso.example")
    found = await trail(place, replace(EVERYTHING, user="user3@contoso.example"))
    assert (found.total, found.entries) == (0, ())
    assert found.head is not None
    with pytest.raises(NotFound):
        await trail(place, replace(EVERYTHING, user="nobody@contoso.example"))


async def test_pages_by_proposal_by_person_and_of_everything_come_to_an_end(place: Place) -> None:
    first = await done(place, "user1@contoso.example")
    second = await done(place, "user2@contoso.example")
    whole = await trail(place, EVERYTHING)
    assert [one.sequence for one in whole.entries] == list(range(whole.total))[::-1]
    assert whole.head is not None
    assert whole.head.size == whole.total
    for query in (TrailQuery(), TrailQuery(proposal_id=first), TrailQuery(user="user2@contoso.example")):
        seen, before = list[int](), None
        while True:
            page = await trail(place, replace(query, limit=3, before=before))
            seen += [one.sequence for one in page.entries]
            before = page.next_before
            if before is None:
                break
        assert len(seen) == len(set(seen)) == page.total
    about = {one.proposal_id for one in (await trail(place, TrailQuery(proposal_id=first, limit=200))).entries}
    assert about == {first}
    both = await trail(place, TrailQuery(proposal_id=second, user="user1@contoso.example"))
    assert both.total == 0


async def test_since_leaves_out_what_is_older(place: Place) -> None:
    await done(place, "user1@contoso.example")
    place.world.clock.move(3600)
    later = place.world.clock.now()
    await done(place, "user2@contoso.example")
    found = await trail(place, replace(EVERYTHING, since=later))
    assert 0 < found.total < (await trail(place, EVERYTHING)).total
    assert all(one.time >= later for one in found.entries)
    assert (await trail(place, replace(EVERYTHING, since=later + timedelta(days=1)))).total == 0


async def test_what_cannot_be_read_is_unknown_and_not_empty(place: Place) -> None:
    """INV-21."""
    await done(place, "user1@contoso.example")
    place.break_the_desk()
    with pytest.raises(StateUnknown):
        await trail(place, EVERYTHING)


async def test_an_entry_that_was_spoilt_is_counted_and_a_plan_that_was_lost_leaves_its_entries(place: Place) -> None:
    await done(place, "user1@contoso.example")
    with place.world.desk._store.database.write() as db:
        db.exec_driver_sql("UPDATE ledger_entry SET entry = CAST('spoilt' AS BLOB) WHERE seq = 2")
    place.spoil("UPDATE proposal SET digest = 'x'")
    found = await trail(place, EVERYTHING)
    assert (found.unreadable, len(found.entries)) == (1, found.total - 1)
    assert all(one.record is None for one in found.entries)
