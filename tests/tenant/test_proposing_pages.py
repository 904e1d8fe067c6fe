"""The list of proposals, page by page."""

import pytest

from licenseiq.errors import BadRequest
from tests.tenant.proposing_place import PEOPLE, TENANT, Place

pytestmark = pytest.mark.anyio


async def put_some(place: Place, number: int) -> list[str]:
    """Proposals a second apart, newest first; the last two of one second."""
    ids = []
    for one in range(number):
        ids.append((await place.offboard(PEOPLE[one].user_id)).proposal_id)
        if one < number - 2:
            place.world.clock.move(1)
    return [*sorted(ids[-2:]), *reversed(ids[:-2])]


async def test_pages_show_each_proposal_once_whatever_comes_in_between(place: Place) -> None:
    ids = await put_some(place, 4)
    total, rows, after = await place.another().page(None, 1, None)
    seen = [row.proposal_id for row in rows]
    assert total == 4
    place.world.clock.move(1)
    newest = (await place.offboard(PEOPLE[4].user_id)).proposal_id
    for _ in range(3):
        assert after is not None
        assert len(after) <= 200
        total, rows, after = await place.another().page(None, 1, after)
        seen += [row.proposal_id for row in rows]
    assert (seen, after) == (ids, None)
    assert total == 5
    assert (await place.another().page(None, 1, None))[1][0].proposal_id == newest


async def test_a_page_of_one_state_counts_that_state_alone(place: Place) -> None:
    ids = await put_some(place, 4)
    place.world.desk.take_over(TENANT)
    place.world.desk.reject(TENANT, ids[0], "no", "tester")
    place.withdraw(ids[2])
    proposing = place.another()
    for state, expected in (("rejected", [ids[0]]), ("withdrawn", [ids[2]]), ("open", [ids[1], ids[3]])):
        total, rows, after = await proposing.page(state, 5, None)
        assert (total, [row.proposal_id for row in rows], after) == (len(expected), expected, None)
        assert {row.state for row in rows} == {state}
    _, rows, after = await proposing.page("open", 1, None)
    assert [row.proposal_id for row in (await proposing.page("open", 1, after))[1]] == [ids[3]]


@pytest.mark.parametrize("after", ["", "x", "0", "2026-11-23T09:00:00Z/", "2026-11-23T09:00:00Z/p 1", "/" * 10_000])
async def test_a_place_that_nobody_gave_out_is_refused(place: Place, after: str) -> None:
    with pytest.raises(BadRequest):
        await place.another().page(None, 5, after)
