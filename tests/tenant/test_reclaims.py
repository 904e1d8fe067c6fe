"""The seats of proposals, and how far the desk has come with each."""

import pytest

from licenseiq.errors import StateUnknown
from licenseiq.playbooks.change_request import Action, ChangeRequest
from licenseiq.ports import Progress
from licenseiq.proposals.states import ProposalState
from licenseiq.spending.savings import Reclaim, ReclaimState
from licenseiq_tenant.proposing.reclaims import reclaims_of
from tests.core.builders import BASIC
from tests.core.builders import E3 as CORE_E3
from tests.core.test_change_by_group import NEW, OLD, by_group, group, made_of
from tests.fake_catalogue import E3, E5
from tests.tenant.proposing_place import PEOPLE, TENANT, Place

pytestmark = pytest.mark.anyio


async def silent(_: str) -> None:
    return None


SILENT: Progress = silent


async def test_an_open_proposal_has_its_seats(place: Place) -> None:
    assert await place.another().reclaims() == ()
    await place.offboard(PEOPLE[0].user_id, PEOPLE[1].user_id)
    assert await place.another().reclaims() == (Reclaim(E5, 1, ReclaimState.OPEN),) * 2


async def test_a_seat_is_approved_then_done_when_the_run_has_read_it_back(place: Place) -> None:
    record = await place.offboard(PEOPLE[0].user_id)
    executor = await place.approve(record.proposal_id)
    assert await place.another().reclaims() == (Reclaim(E5, 1, ReclaimState.APPROVED),)
    for _ in range(4):
        await executor.advance_all(TENANT)
        place.world.clock.move(61)
    (found,) = await place.another().reclaims()
    assert (found.sku_id, found.seats, found.state) == (E5, 1, ReclaimState.DONE)
    assert found.done_at is not None


async def test_what_was_rejected_withdrawn_or_has_expired_has_no_seats(place: Place) -> None:
    rejected = await place.offboard(PEOPLE[0].user_id)
    withdrawn = await place.offboard(PEOPLE[1].user_id)
    await place.offboard(PEOPLE[2].user_id)
    place.world.desk.take_over(TENANT)
    place.world.desk.reject(TENANT, rejected.proposal_id, "no", "tester")
    place.withdraw(withdrawn.proposal_id)
    place.world.clock.move(3 * 24 * 3600)
    assert await place.another().reclaims() == ()


async def test_a_swap_frees_one_seat_and_takes_another(place: Place) -> None:
    request = ChangeRequest(Action.SWAP, users=(PEOPLE[0].user_id,), sku="Microsoft 365 E5", to_sku="Microsoft 365 E3")
    await place.another().change_licences(request, "test", SILENT)
    found = await place.another().reclaims()
    assert found == (Reclaim(E5, 1, ReclaimState.OPEN), Reclaim(E3, -1, ReclaimState.OPEN))


def test_a_swap_by_groups_frees_its_seat_with_the_last_group_and_takes_one_with_the_new() -> None:
    old, new, person = group(OLD, CORE_E3), group(NEW, BASIC), by_group(OLD)
    found = reclaims_of(made_of(old, new, person=person), ProposalState.OPEN.value, None)
    assert found == (Reclaim(BASIC, -1, ReclaimState.OPEN), Reclaim(CORE_E3, 1, ReclaimState.OPEN))


async def test_a_desk_that_cannot_be_read_is_no_empty_list(place: Place) -> None:
    await place.offboard(PEOPLE[0].user_id)
    place.break_the_desk()
    with pytest.raises(StateUnknown):
        await place.another().reclaims()
