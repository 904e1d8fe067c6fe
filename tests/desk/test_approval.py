"""What makes an approval, and what does not."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.errors import LicenseIQError, NotFound, Refused, Tampered
from licenseiq.policy import Policy
from licenseiq.ports import Protection
from licenseiq.proposals.canonical import canonical, digest
from licenseiq.proposals.plan import read_plan
from licenseiq.proposals.statement import read_statement
from licenseiq_desk.approval import records
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.records import AlreadyConsumed
from licenseiq_desk.approval.verify import Ground, verify
from tests.desk.fakes import START, TENANT, World, demo_of, person_id, plan_for

pytestmark = pytest.mark.anyio


async def begin(world: World):  # type: ignore[no-untyped-def]
    world.desk.take_over(TENANT)
    return (await world.desk.begin_approval(TENANT, "p-1", world.tenant, "tester"))[0]


def raw(world: World, sql: str, *values: object) -> None:
    with world.desk._store.database.write() as db:
        db.exec_driver_sql(sql, values)


async def refused_and_nothing_sent(world: World) -> None:
    await world.advance()
    assert world.tenant.sent == []
    assert world.report().runs == ()


async def test_a_wrong_phrase_is_refused_and_uses_the_try_up(world: World) -> None:
    world.put(plan_for())
    pending = await begin(world)
    with pytest.raises(Refused, match="phrase"):
        world.desk.approve(pending, "approve 00000000")
    with pytest.raises(Refused, match="tried already"):
        world.desk.approve(pending, pending.phrase)
    assert world.report().state == "open"


@pytest.mark.parametrize(
    "demo",
    [
        DemoTenant(TENANT, lambda _: None),
        DemoTenant("7d1f0c52-0f4e-4e7b-9a37-3f2f7ad3c002", lambda _: b"x" * 32),
    ],
)
async def test_what_is_not_the_proven_demo_is_refused(world: World, demo: DemoTenant) -> None:
    world.reopen(demo)
    world.put(plan_for())
    with pytest.raises(Refused):
        await begin(world)


async def test_a_plan_that_is_not_simulated_is_refused_on_the_demo(world: World) -> None:
    world.put(plan_for(simulated=False))
    with pytest.raises(Refused, match="demo tenant only"):
        await begin(world)


async def test_a_demo_that_vanishes_before_the_phrase_is_typed_approves_nothing(world: World) -> None:
    world.put(plan_for())
    pending = await begin(world)
    world.desk._demo = DemoTenant(TENANT, lambda _: None)
    with pytest.raises(Refused, match="prove"):
        world.desk.approve(pending, pending.phrase)
    assert world.report().state == "open"


async def test_an_expired_a_rejected_and_an_unknown_proposal_are_refused(world: World) -> None:
    world.put(plan_for())
    world.desk.take_over(TENANT)
    world.put(plan_for(2, expires=START + timedelta(hours=48)), "p-2")
    world.clock.move(24 * 3600)
    with pytest.raises(Refused, match="expired"):
        await begin(world)
    world.desk.take_over(TENANT)
    world.desk.reject(TENANT, "p-2", "not now", "tester")
    with pytest.raises(Refused, match="rejected already"):
        await world.desk.begin_approval(TENANT, "p-2", world.tenant, "tester")
    with pytest.raises(NotFound):
        await world.desk.begin_approval(TENANT, "p-3", world.tenant, "tester")


@pytest.mark.parametrize(("seconds", "is_refused"), [(300, False), (301, True)])
async def test_the_decision_has_five_minutes(world: World, seconds: int, is_refused: bool) -> None:
    """INV-04."""
    world.put(plan_for())
    pending = await begin(world)
    world.clock.move(seconds)
    if is_refused:
        with pytest.raises(Refused, match=r"five minutes|Five minutes"):
            world.desk.approve(pending, pending.phrase)
    else:
        assert world.desk.approve(pending, pending.phrase)


@pytest.mark.parametrize(("seconds", "runs"), [(300, 1), (301, 0), (-1, 0)])
async def test_the_window_bounds_the_start_of_the_run(world: World, seconds: int, runs: int) -> None:
    """INV-04."""
    world.put(plan_for())
    await world.approve()
    world.clock.move(seconds)
    await world.advance()
    assert len(world.report().runs) == runs


async def test_a_reading_that_took_long_grows_old_before_the_window_ends(world: World) -> None:
    protection = world.tenant.protection

    async def slow(user_id: str) -> Protection:
        world.clock.move(60)
        return await protection(user_id)

    world.tenant.protection = slow  # type: ignore[method-assign]
    world.put(plan_for())
    pending = await begin(world)
    world.clock.move(250)
    with pytest.raises(Refused, match="What was read"):
        world.desk.approve(pending, pending.phrase)


async def test_when_everybody_is_protected_there_is_nothing_to_approve(world: World) -> None:
    """INV-12."""
    world.put(plan_for())
    world.tenant.protections[person_id(1)] = Protection(readable=False)
    with pytest.raises(Refused, match="protected"):
        await begin(world)


async def test_too_many_people_are_refused(world: World) -> None:
    """INV-11: N passes, N + 1 does not."""
    world.put(plan_for(3))
    world.reopen(policy=Policy(people_per_plan=3))
    await begin(world)
    world.reopen(policy=Policy(people_per_plan=2))
    with pytest.raises(Refused, match="allows 2"):
        await begin(world)


async def test_an_approval_starts_one_run_from_two_threads(world: World) -> None:
    """INV-03."""
    world.put(plan_for())
    approval_id = await world.approve()
    barrier, results = threading.Barrier(2), []

    def start() -> None:
        executor = world.desk.executor(world.tenant)
        barrier.wait()
        try:
            results.append(anyio.run(executor.start, TENANT, approval_id, "p-1"))
        except AlreadyConsumed as error:
            results.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await anyio.to_thread.run_sync(thread.join)
    assert sorted(type(result).__name__ for result in results) == ["AlreadyConsumed", "str"]
    assert len(world.report().runs) == 1
    with pytest.raises(AlreadyConsumed):
        await world.desk.executor(world.tenant).start(TENANT, approval_id, "p-1")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE approval SET statement = CAST(replace(statement, 'tester', 'nobody') AS BLOB)",
        "UPDATE approval SET statement_digest = 'ab'",
        "UPDATE approval SET nonce = 'ab'",
        "UPDATE approval SET evidence = CAST(replace(evidence, 'typed-phrase', 'typed-phrasf') AS BLOB)",
        "UPDATE approval SET evidence = CAST('{}' AS BLOB)",
        "UPDATE approval SET evidence = CAST(replace(evidence, '_sha256\":\"', '_sha256\":\"0') AS BLOB)",
        "UPDATE approval_cover SET preflight_digest = 'ab'",
        "UPDATE preflight SET record = CAST(replace(record, 'checks', 'cheeks') AS BLOB)",
        "UPDATE proposal SET plan = CAST(replace(plan, 's1', 's2') AS BLOB)",
        "UPDATE proposal SET state = 'rejected'",
        "UPDATE approval SET statement = 'text'",
    ],
)
async def test_anything_changed_in_the_store_starts_no_run(world: World, sql: str) -> None:
    """INV-01, INV-05."""
    world.put(plan_for())
    await world.approve()
    raw(world, sql)
    await world.advance()
    assert world.tenant.sent == []
    with world.desk._store.database.read() as db:
        assert db.exec_driver_sql("SELECT COUNT(*) FROM run").scalar_one() == 0


async def test_another_demo_than_the_one_approved_on_starts_no_run(world: World) -> None:
    world.put(plan_for())
    await world.approve()
    world.reopen(demo_of(secret=b"t" * 32))
    await refused_and_nothing_sent(world)


async def test_a_demo_that_does_not_answer_now_is_asked_again(world: World) -> None:
    world.put(plan_for())
    await world.approve()
    world.reopen(DemoTenant(TENANT, lambda _: None))
    await refused_and_nothing_sent(world)
    world.reopen()
    assert await world.finish() == "complete"


async def test_positive_control_without_the_verifier_a_forged_approval_would_run(world: World) -> None:
    """INV-01: the same forgery, once with the check and once without."""
    world.put(plan_for())
    await world.approve()
    raw(world, "UPDATE approval SET evidence = CAST('{}' AS BLOB)")
    executor = world.desk.executor(world.tenant)
    with pytest.raises(Tampered):
        await executor.start(TENANT, "ap-2", "p-1")
    blind = replace(executor, verifier=lambda approval, *_: read_statement(approval.statement))
    await blind.advance_all(TENANT)
    assert len(world.tenant.sent) == 3


def _leaves(value: object, path: tuple[object, ...] = ()):  # type: ignore[no-untyped-def]
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield path, value


def _mutated(value: object, path: tuple[object, ...]):  # type: ignore[no-untyped-def]
    if not path:
        if isinstance(value, bool):
            return not value
        return value + 1 if isinstance(value, int) else f"{value or ''}x"
    if isinstance(value, dict):
        return {**value, path[0]: _mutated(value[path[0]], path[1:])}
    return [_mutated(item, path[1:]) if number == path[0] else item for number, item in enumerate(value)]  # type: ignore[arg-type,var-annotated]


PLAN = plan_for(2)
TREE = json.loads(PLAN.to_bytes())


@settings(max_examples=120, deadline=None)
@given(st.sampled_from([path for path, _ in _leaves(TREE)]))
def test_every_leaf_of_a_plan_changes_what_is_approved(path: tuple[object, ...]) -> None:
    """INV-05."""
    data = canonical(_mutated(TREE, path))
    assert digest(data) != PLAN.digest()
    approval, demo, policy = _approved()
    with pytest.raises(LicenseIQError):
        verify(approval, data, Ground(TENANT, Authority(demo), policy, START, {}))


def test_a_plan_written_again_has_the_same_digest_and_still_verifies() -> None:
    """INV-05."""
    again = read_plan(PLAN.to_bytes()).to_bytes()
    assert again == PLAN.to_bytes()
    approval, demo, policy = _approved()
    ground = Ground(TENANT, Authority(demo), policy, START + timedelta(minutes=5), {})
    assert verify(approval, again, ground).digest()


def _approved() -> tuple[records.StoredApproval, DemoTenant, Policy]:
    """A genuine approval of PLAN, without a store."""
    from licenseiq.proposals.statement import Covered, Decision, Level, Statement
    from licenseiq_desk.approval.phrase import bound, phrase_for
    from licenseiq_desk.approval.policy_digest import policy_digest

    demo, policy, end = demo_of(), Policy(), START + timedelta(minutes=5)
    covers = (Covered(PLAN.digest(), "ab"),)
    statement = Statement(
        TENANT, covers, Decision.APPROVE, (), {"kind": "k"}, Level.L0, policy_digest(policy), START, end, "nonce"
    )
    signed = statement.digest()
    answer = demo.proof(bytes.fromhex(signed))
    assert answer is not None
    evidence = {
        "kind": "typed-phrase",
        "phrase_sha256": bound(phrase_for(PLAN.digest()), signed),
        "demo_nonce": signed,
        "demo_answer": answer.hex(),
    }
    stored = records.StoredApproval(
        "ap-1", "p-1", "ab", statement.to_bytes(), signed, canonical(evidence), "nonce", None, None
    )
    return stored, demo, policy
