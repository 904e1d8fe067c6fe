"""A stored proposal that somebody changed is said, is not built on, and hides no other."""

import pytest

from licenseiq.errors import Tampered
from licenseiq.proposals.stored import TamperedProposal
from tests.tenant.proposing_place import TENANT, Place

pytestmark = pytest.mark.anyio
TAMPERED = (
    "UPDATE proposal SET plan = CAST(replace(plan, 'offboard', 'onboard_') AS BLOB) WHERE proposal_id = ?",
    "UPDATE proposal SET plan = '{}' WHERE proposal_id = ?",
    "UPDATE proposal SET digest = 'ab' || substr(digest, 3) WHERE proposal_id = ?",
)


@pytest.mark.parametrize("sql", TAMPERED)
async def test_a_tampered_proposal_is_said_hides_no_other_and_is_not_found_again(place: Place, sql: str) -> None:
    """INV-05."""
    first = await place.offboard("User 1")
    place.world.clock.move(1)
    second = await place.offboard("User 2")
    place.world.clock.move(1)
    third = await place.offboard("User 3")
    place.spoil(sql, second.proposal_id)
    with pytest.raises(Tampered):
        await place.get(second.proposal_id)
    total, rows, after = await place.another().page(None, 2, None)
    assert (total, rows[0].proposal_id) == (3, third.proposal_id)
    assert rows[1] == TamperedProposal(second.proposal_id, "open", None)
    rest = (await place.another().page(None, 2, after))[1]
    assert [row.proposal_id for row in rest] == [first.proposal_id]
    assert (await place.offboard("User 2")).is_new


async def test_what_the_desk_made_of_a_proposal_is_told_though_its_bytes_were_changed_since(place: Place) -> None:
    """INV-05: the desk has its own copy."""
    proposal_id = (await place.offboard("User 1")).proposal_id
    place.world.desk.take_over(TENANT)
    place.world.desk.reject(TENANT, proposal_id, "no", "tester")
    place.spoil(TAMPERED[0], proposal_id)
    for state in (None, "rejected"):
        total, (row,), _ = await place.another().page(state, 5, None)
        assert (total, type(row), row.state) == (1, TamperedProposal, "rejected")
        assert row.desk is not None
    place.break_the_desk()
    assert (await place.another().page(None, 5, None))[1] == (TamperedProposal(proposal_id, "unknown", None),)


async def test_values_that_open_nothing_name_nobody_and_are_not_built_on(place: Place) -> None:
    """INV-05: the desk would never take such a proposal over."""
    first = await place.offboard("User 1")
    place.subjects.people.clear()
    place.spoil("UPDATE opening SET personal_values = CAST(replace(personal_values, 'user1', 'user9') AS BLOB)")
    assert (await place.get(first.proposal_id)).names == {}
    assert (await place.offboard("User 1")).is_new
