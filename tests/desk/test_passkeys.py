"""Approving with a passkey: what counts, and everything that does not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licenseiq.errors import LicenseIQError, Refused
from licenseiq.proposals.statement import Level, read_statement
from licenseiq_desk.approval import passkeys
from licenseiq_desk.store.blobs import as_bytes
from tests.desk.fakes import TENANT, World, plan_for, world_in
from tests.desk.passkey_world import WRONG, begin, enrol, kinds, nothing_was_approved, with_passkeys
from tests.desk.soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=30))
    yield made
    made.desk.close()
    made.inbox.close()


async def test_the_right_passkey_approves_and_the_run_completes(world: World) -> None:
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    decided = world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    assert decided.missing == 0
    assert await world.finish() == "complete"
    (approval,) = world.report().approvals
    assert (approval.level, approval.approver_kind) == ("L1", "passkey (enrolled by terminal bootstrap)")
    assert world.desk.verify_ledger(TENANT).is_whole


@pytest.mark.parametrize("name", WRONG)
async def test_an_answer_that_is_not_the_one_asked_for_is_refused(world: World, name: str) -> None:
    """INV-07."""
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    wrong = replace(key, **WRONG[name])
    with pytest.raises(Refused):
        world.desk.decisions.decide(begun.ticket, wrong.sign(begun.options))
    await nothing_was_approved(world)


async def test_an_unknown_key_is_refused(world: World) -> None:
    """INV-07: a key of its own does not help an agent."""
    who, key = enrol(world)
    world.put(plan_for())
    stranger = SoftAuthenticator()
    for answer in (stranger, replace(stranger, credential_id=key.credential_id)):
        begun = await begin(world, who)
        with pytest.raises(Refused):
            world.desk.decisions.decide(begun.ticket, answer.sign(begun.options))
    await nothing_was_approved(world)


async def test_a_replayed_answer_is_refused(world: World) -> None:
    """INV-03, INV-07."""
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    answer = key.sign(begun.options)
    fresh = await begin(world, who)
    with pytest.raises(Refused):
        world.desk.decisions.decide(fresh.ticket, answer)
    world.desk.decisions.decide(begun.ticket, answer)
    with pytest.raises(Refused):
        world.desk.decisions.decide(begun.ticket, answer)


async def test_a_ticket_is_used_up_by_a_wrong_answer(world: World) -> None:
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    with pytest.raises(Refused):
        world.desk.decisions.decide(begun.ticket, {"id": "x"})
    with pytest.raises(Refused):
        world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    await nothing_was_approved(world)


async def test_two_tries_at_once_make_one_approval(world: World) -> None:
    """INV-03."""
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    answer = key.sign(begun.options)

    def decide(_: int) -> bool:
        try:
            world.desk.decisions.decide(begun.ticket, answer)
        except LicenseIQError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(decide, range(4))) == 1
    assert len(world.report().approvals) == 1


async def test_a_counter_that_does_not_grow_may_be_a_copys(world: World) -> None:
    """INV-07."""
    who, key = enrol(world)
    for n in (1, 2):
        world.put(plan_for(evaluation_id=f"ev-{n}"), f"p-{n}")
    begun = await begin(world, who)
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    key.grows = False
    begun = await begin(world, who, "p-2")
    with pytest.raises(Refused):
        world.desk.decisions.decide(begun.ticket, key.sign(begun.options))


@pytest.mark.parametrize(("seconds", "refused"), [(300, False), (301, True), (-1, True)])
async def test_the_page_is_good_for_five_minutes(world: World, seconds: int, refused: bool) -> None:
    """INV-04."""
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    world.clock.move(seconds)
    if refused:
        with pytest.raises(Refused):
            world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
        await nothing_was_approved(world)
    else:
        world.desk.decisions.decide(begun.ticket, key.sign(begun.options))


async def test_a_revoked_approver_decides_nothing_and_what_has_not_begun_does_not_begin(world: World) -> None:
    """INV-07."""
    who, key = enrol(world)
    enrol(world, "Ben", "ben", by=who)
    world.put(plan_for())
    world.put(plan_for(evaluation_id="ev-2"), "p-2")
    begun, later = await begin(world, who), await begin(world, who, "p-2")
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    world.desk.revoke(TENANT, who, "terminal")
    with pytest.raises(Refused):
        world.desk.decisions.decide(later.ticket, key.sign(later.options))
    with pytest.raises(Refused):
        await begin(world, who, "p-2")
    await world.advance()
    assert (world.report().runs, world.tenant.sent) == ((), [])
    assert kinds(world)[-1] == "approval_refused"


async def test_a_plan_that_was_exchanged_is_not_what_was_signed(world: World) -> None:
    """INV-05."""
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    other = plan_for(evaluation_id="ev-2")
    with world.desk._store.database.write() as db:
        db.exec_driver_sql("UPDATE proposal SET plan = ?, digest = ?", (other.to_bytes(), other.digest()))
    with pytest.raises(Refused):
        world.desk.decisions.decide(begun.ticket, key.sign(begun.options))


async def test_a_stored_approval_that_was_changed_starts_nothing(world: World) -> None:
    """INV-05: level, waivers, evidence and approver are all under the signature."""
    who, key = enrol(world)
    other, _ = enrol(world, "Ben", "ben", by=who)
    world.put(plan_for())
    begun = await begin(world, who)
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    with world.desk._store.database.read() as db:
        statement = read_statement(as_bytes(db.exec_driver_sql("SELECT statement FROM approval").scalar_one()))
    forged = (
        replace(statement, level=Level.L2),
        replace(statement, waivers=({"kind": "holds_not_yet_read", "proposal": "x", "reason": "y"},)),
        replace(statement, approver={**statement.approver, "id": other}),
        replace(statement, policy_digest="0" * 64),
    )
    for one in forged:
        with world.desk._store.database.write() as db:
            db.exec_driver_sql(
                "UPDATE approval SET statement = ?, statement_digest = ?", (one.to_bytes(), one.digest())
            )
            db.exec_driver_sql("UPDATE approval_cover SET refused = NULL")
        await world.advance()
        assert (world.report().runs, world.tenant.sent) == ((), [])


async def test_positive_control_without_the_check_of_the_signature_a_forged_statement_would_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    with world.desk._store.database.write() as db:
        data = as_bytes(db.exec_driver_sql("SELECT statement FROM approval").scalar_one())
        forged = replace(read_statement(data), reason="changed")
        db.exec_driver_sql(
            "UPDATE approval SET statement = ?, statement_digest = ?", (forged.to_bytes(), forged.digest())
        )
    monkeypatch.setattr("licenseiq_desk.approval.verify.verify_evidence", lambda *_: None)
    assert await world.finish() == "complete"


@pytest.mark.parametrize("name", ["another port", "nobody verified"])
async def test_positive_control_a_desk_that_looks_less_closely_would_accept_it(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The refusals above go red when origin or verification are not looked at."""
    real = passkeys.verify_authentication_response

    def careless(**arguments: Any) -> Any:
        arguments |= {"expected_origin": WRONG["another port"]["origin"]} if name == "another port" else {}
        return real(**arguments | ({"require_user_verification": False} if name == "nobody verified" else {}))

    monkeypatch.setattr(passkeys, "verify_authentication_response", careless)
    who, key = enrol(world)
    world.put(plan_for())
    begun = await begin(world, who)
    assert world.desk.decisions.decide(begun.ticket, replace(key, **WRONG[name]).sign(begun.options)).missing == 0
