"""Deciding: how many people, several proposals at once, rejecting, waiving, levels."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq.errors import BadRequest, Refused
from licenseiq.policy import Policy
from licenseiq.ports import Protection
from licenseiq.proposals.plan import Blocker, Step
from licenseiq.proposals.statement import Decision, Level
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.level import Standing
from licenseiq_desk.desk import Desk
from tests.desk.fakes import TENANT, World, blocker, plan_for, world_in
from tests.desk.passkey_world import PARTY, begin, enrol, nothing_was_approved, with_passkeys

pytestmark = pytest.mark.anyio
LIMIT = Policy().people_per_approver


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=30))
    yield made
    made.desk.close()
    made.inbox.close()


async def test_two_people_decide_on_many_and_the_first_alone_starts_nothing(world: World) -> None:
    """INV-08."""
    ada, ada_key = enrol(world)
    ben, ben_key = enrol(world, "Ben", "ben", by=ada)
    world.put(plan_for(LIMIT + 1))
    first = await begin(world, ada)
    assert world.desk.decisions.decide(first.ticket, ada_key.sign(first.options)).missing == 1
    await nothing_was_approved(world)
    again = await begin(world, ada)
    with pytest.raises(Refused, match="already"):
        world.desk.decisions.decide(again.ticket, ada_key.sign(again.options))
    world.clock.move(3600)
    second = await begin(world, ben)
    assert world.desk.decisions.decide(second.ticket, ben_key.sign(second.options)).missing == 0
    assert await world.finish() == "complete"
    assert len(world.report().approvals) == 2


async def test_a_deletion_for_good_takes_two_people_and_an_approval_of_its_own(world: World) -> None:
    """INV-08: one person, one step, and still two approvers; a sole administrator cannot."""
    ada, ada_key = enrol(world)
    purge = Step(
        1, StepKind.PURGE_ACCOUNT, "s1", {}, {"account_is": "gone"}, {"account_is": "deleted"}, EffectClass.CHECKABLE
    )
    world.put(plan_for(steps=(purge,)))
    world.put(plan_for(evaluation_id="ev-2"), "p-2")
    with pytest.raises(Refused, match="two approvers"):
        await begin(world, ada)
    ben, _ = enrol(world, "Ben", "ben", by=ada)
    with pytest.raises(BadRequest, match="approval of its own"):
        await begin(world, ben, "p-1", "p-2")
    first = await begin(world, ada)
    assert world.desk.decisions.decide(first.ticket, ada_key.sign(first.options)).missing == 1
    await nothing_was_approved(world)


async def test_a_first_approval_of_somebody_revoked_meanwhile_does_not_count(world: World) -> None:
    """INV-08."""
    ada, ada_key = enrol(world)
    ben, ben_key = enrol(world, "Ben", "ben", by=ada)
    enrol(world, "Cem", "cem", by=ada)
    world.put(plan_for(LIMIT + 1))
    first = await begin(world, ada)
    world.desk.decisions.decide(first.ticket, ada_key.sign(first.options))
    world.desk.revoke(TENANT, ada, "terminal")
    second = await begin(world, ben)
    world.desk.decisions.decide(second.ticket, ben_key.sign(second.options))
    await world.advance()
    assert (world.report().runs, world.tenant.sent) == ((), [])


async def test_a_sole_administrator_has_a_limit_a_day(world: World) -> None:
    """INV-08."""
    who, key = enrol(world)
    half = Policy().sole_people_per_day // 2 + 1
    for n in (1, 2):
        world.put(plan_for(half, evaluation_id=f"ev-{n}"), f"p-{n}")
    begun = await begin(world, who)
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    with pytest.raises(Refused, match="24 hours"):
        await begin(world, who, "p-2")
    world.put(plan_for(LIMIT + 1), "p-3")
    with pytest.raises(Refused, match=r"second approver|alone"):
        await begin(world, who, "p-3")


async def test_several_proposals_are_decided_on_at_once_the_largest_first(world: World) -> None:
    who, key = enrol(world)
    world.put(plan_for(1), "p-1")
    world.put(plan_for(3, evaluation_id="ev-2"), "p-2")
    begun = await begin(world, who, "p-1", "p-2")
    assert [held.proposal_id for held, _ in begun.covered] == ["p-2", "p-1"]
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    await world.finish()
    assert [world.report(one).runs[0].state for one in ("p-1", "p-2")] == ["complete", "complete"]
    with pytest.raises(BadRequest):
        await begin(world, who, "p-1", "p-1")


async def test_a_rejection_is_signed_and_final(world: World) -> None:
    who, key = enrol(world)
    world.put(plan_for())
    with pytest.raises(BadRequest):
        await begin(world, who, decision=Decision.REJECT)
    begun = await begin(world, who, decision=Decision.REJECT, reason="They stay.")
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    await world.advance()
    assert (world.report().state, world.tenant.sent) == ("rejected", [])


CHECK = Blocker("prerequisite_to_check", (3,), "Check it.")


async def test_a_blocker_is_waived_with_a_reason_or_stays(world: World) -> None:
    who, key = enrol(world)
    for n, waived in ((1, {}), (2, {"p-2": [{"kind": CHECK.kind, "reason": "Checked with the vendor."}]})):
        world.put(plan_for(blockers=(CHECK,), evaluation_id=f"ev-{n}"), f"p-{n}")
        begun = await begin(world, who, f"p-{n}", waived=waived)
        world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
        await world.advance()
    assert [one.outcome for one in world.report("p-1").runs[0].steps][2] == "blocked"
    assert [one.outcome for one in world.report("p-2").runs[0].steps][2] == "done"


@pytest.mark.parametrize(
    "waiver",
    [
        {"kind": "holds_not_yet_read", "reason": "I know better."},
        {"kind": CHECK.kind, "reason": ""},
        {"kind": CHECK.kind, "reason": "x" * 301},
        {"kind": "protected_account", "reason": "It is mine."},
        {"kind": "data_not_preserved", "reason": "Nobody reads it."},
    ],
)
async def test_what_keeps_data_or_people_safe_is_never_waived(world: World, waiver: dict[str, str]) -> None:
    """INV-14."""
    who, _ = enrol(world)
    world.put(plan_for(blockers=(CHECK, blocker(1), Blocker("protected_account", (1,), "x"))))
    with pytest.raises(BadRequest):
        await begin(world, who, waived={"p-1": [waiver]})


async def test_protected_accounts_alone_are_not_offered(world: World) -> None:
    """INV-12."""
    who, _ = enrol(world)
    world.put(plan_for())
    world.tenant.protections = {one: Protection(readable=False) for one in world.tenant.accounts}
    with pytest.raises(Refused, match="protected"):
        await begin(world, who)


def test_a_real_tenant_needs_the_risk_to_be_accepted_or_a_desk_apart() -> None:
    with pytest.raises(Refused, match="accept_same_user_risk"):
        Standing().level(simulated=False)
    assert Standing(accepts_same_user=True).level(simulated=False) is Level.L1
    assert Standing(separate=True).level(simulated=False) is Level.L2
    assert Standing().level(simulated=True) is Level.L1


async def test_a_real_plan_is_not_carried_out_by_the_demos_desk(world: World) -> None:
    """INV-50."""
    with_passkeys(world, standing=Standing(accepts_same_user=True))
    who, _ = enrol(world)
    world.put(plan_for(simulated=False))
    with pytest.raises(Refused, match="demo's"):
        await begin(world, who)


async def test_a_real_tenants_desk_approves_with_the_risk_accepted_and_never_a_simulated_plan(tmp_path: Path) -> None:
    world = world_in(tmp_path)
    world.desk.close()
    authority = Authority(None, PARTY, Standing(accepts_same_user=True), sole=True)
    world.desk = Desk(world.home, world.inbox, authority=authority, around=world.clock.around())
    try:
        who, key = enrol(world)
        world.put(plan_for(simulated=False))
        world.put(plan_for(), "p-2")
        begun = await begin(world, who)
        world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
        assert await world.finish() == "complete"
        assert world.report().runs[0].level == "L1"
        with pytest.raises(Refused, match="demo"):
            await begin(world, who, "p-2")
    finally:
        world.desk.close()
        world.inbox.close()


async def test_one_approver_who_may_not_decide_alone_is_told_what_to_do(tmp_path: Path) -> None:
    """INV-08."""
    world = world_in(tmp_path)
    world.desk.close()
    authority = Authority(None, PARTY, Standing(accepts_same_user=True))
    world.desk = Desk(world.home, world.inbox, authority=authority, around=world.clock.around())
    try:
        who, _ = enrol(world)
        world.put(plan_for(simulated=False))
        with pytest.raises(Refused, match="sole_administrator"):
            await begin(world, who)
    finally:
        world.desk.close()
        world.inbox.close()
