"""propose_undo: of a whole run, or of some people's part of it."""

import pytest

from licenseiq.privacy import Privacy
from tests.tools.talk import ask, content, error, text_of
from tests.tools.test_proposals import desk, run, stored

pytestmark = pytest.mark.anyio


async def test_one_persons_part_is_asked_for_by_name_and_nothing_changes(mode: str) -> None:
    proposals, proposal_id = await stored(mode, "approved", desk(run("complete", "done")), users=3)
    arguments = {"proposal_id": proposal_id, "users": ["user2@contoso.example"]}
    result = await ask(mode, "propose_undo", arguments, proposals=proposals)
    assert not result.is_error, text_of(result)
    assert "Nothing has changed" in text_of(result)
    await content(mode, "propose_undo", {"proposal_id": proposal_id}, proposals=proposals)
    assert proposals.undone == [(proposal_id, ("user2@contoso.example",)), (proposal_id, ())]


@pytest.mark.parametrize("users", [[], ["*"], ["all"], [" "]])
async def test_no_selector_means_everybody(mode: str, users: list[str]) -> None:
    """INV-20."""
    proposals, proposal_id = await stored(mode, "approved", desk(run("complete", "done")))
    result = await ask(mode, "propose_undo", {"proposal_id": proposal_id, "users": users}, proposals=proposals)
    assert (result.is_error, proposals.undone) == (True, [])


async def test_totals_alone_single_nobody_out_and_a_pseudonym_is_understood(mode: str) -> None:
    proposals, proposal_id = await stored(mode, "approved", desk(run("complete", "done")), users=2)
    named = {"proposal_id": proposal_id, "users": ["User 1"]}
    assert "LICENSEIQ_PRIVACY is aggregate" in await error(
        mode, "propose_undo", named, proposals=proposals, privacy=Privacy.AGGREGATE
    )
    assert proposals.undone == []
    seen = await content(
        mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals, privacy=Privacy.PSEUDONYMS
    )
    who = next(step["target"] for step in seen["steps"])
    assert who.startswith("person-")
    arguments = {"proposal_id": proposal_id, "users": [who]}
    await content(mode, "propose_undo", arguments, proposals=proposals, privacy=Privacy.PSEUDONYMS)
    ((_, (user_id,)),) = proposals.undone
    assert user_id in {known[0] for known in proposals.records[proposal_id].names.values()}
