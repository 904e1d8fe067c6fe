"""Whole erasures, as the playbook plans them, on the demo tenant's app. INV-45."""

from datetime import timedelta

import pytest

from licenseiq.context import Context
from licenseiq.playbooks.erasure import GRACE_DAYS, inventory, plan_erasure
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.steps import StepKind
from licenseiq_demo.people.person import Person as DemoPerson
from licenseiq_demo.state import DemoState
from licenseiq_desk.approval.preflight import accounts_read
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals
from licenseiq_tenant.prices import load_catalogue
from tests.desk.passkey_world import bodies_of
from tests.steps.conftest import Done, OneDesk, faults, step
from tests.steps.test_offboarding import became, leaver_of, person_of

pytestmark = pytest.mark.anyio
ENDED = ["done", "done", "done", "done"]


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set()


async def erase(desk: OneDesk, whom: DemoPerson, grace_days: int = 0, rounds: int = 12) -> tuple[Plan, Done]:
    now, state = desk.clock.now(), desk.state
    grounds = Grounds(
        Context(state.tenant.tenant_id, now, load_catalogue()), "e1", True, {"client": "test"}, now, lambda: b"s" * 32
    )
    plan, openings = plan_erasure(person_of(state, whom), grace_days, grounds)
    desk.inbox.put("p-erase", plan, openings, "key")
    desk.desk.take_over(plan.tenant_id)
    pending, _ = await desk.desk.begin_approval(plan.tenant_id, "p-erase", desk.writer, "tester")
    desk.desk.approve(pending, pending.phrase)
    return plan, await desk.go_on("p-erase", rounds)


def opened(desk: OneDesk, proposal_id: str) -> list[str]:
    store, tenant_id = desk.desk._store, desk.state.tenant.tenant_id
    return sorted(proposals.openings(store, tenant_id, proposal_id, proposals.get(store, tenant_id, proposal_id).plan))


async def test_nothing_of_somebody_is_left_and_the_ledger_verifies(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    whom = leaver_of(state, used)
    before = await desk.approved(desk.values(whom.id), step(StepKind.REMOVE_APP_GRANTS, {"app_grants_absent": True}))
    assert whom.id in accounts_of(desk, before)
    plan, done = await erase(desk, whom)
    assert (done.state, done.outcomes) == ("complete", ENDED), became(plan, done)
    assert state.tenant.find(whom.id) is None
    assert whom.id not in state.tenant.removed
    assert opened(desk, "p-erase") == opened(desk, before) == []
    (body,) = bodies_of(desk.desk, Kind.SUBJECT_ERASED)
    assert sorted(body["proposals"]) == sorted(["p-erase", before])
    assert desk.desk.verify_ledger(plan.tenant_id).is_whole
    await desk.desk.advance_all(plan.tenant_id, desk.writer)
    assert len(bodies_of(desk.desk, Kind.SUBJECT_ERASED)) == 1
    desk.close()
    left = b"".join(path.read_bytes() for path in desk.home.rglob("*") if path.is_file())
    assert [one for one in (whom.id, whom.upn, whom.fields["displayName"]) if str(one).encode() in left] == []


def accounts_of(desk: OneDesk, proposal_id: str) -> str:
    """What was read of the person before a decision."""
    return str(accounts_read(desk.desk._store, desk.state.tenant.tenant_id, proposal_id, "s1"))


async def test_for_some_days_it_can_be_restored_and_the_names_stay_until_then(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    whom = leaver_of(state, used)
    plan, done = await erase(desk, whom, GRACE_DAYS, rounds=2)
    assert (done.state, done.outcomes) == ("waiting", ["done", "done", "done", None])
    assert whom.id in state.tenant.removed
    assert opened(desk, "p-erase") == ["s1"]
    desk.clock.move(timedelta(days=GRACE_DAYS).total_seconds())
    done = await desk.go_on("p-erase")
    assert (done.state, done.outcomes) == ("complete", ENDED), became(plan, done)
    assert opened(desk, "p-erase") == []


@pytest.mark.parametrize("situation", ["litigation_hold", "ediscovery_mailbox", "ediscovery_site"])
async def test_a_hold_stops_it_and_everything_stays(desk: OneDesk, state: DemoState, situation: str) -> None:
    """INV-14."""
    whom = state.tenant.by_id[state.tenant.situations[situation]]
    _, done = await erase(desk, whom)
    assert done.state == "partial"
    assert done.outcomes[2:] == ["blocked", "blocked"]
    assert "legal_hold" in done.notes[2]
    assert state.tenant.find(whom.id) is not None
    assert opened(desk, "p-erase") == ["s1"]


async def test_a_case_that_comes_in_the_grace_time_stops_the_deletion_for_good(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    whom = leaver_of(state, used)
    await erase(desk, whom, GRACE_DAYS, rounds=2)
    desk.policy = type(desk.policy)(legal_hold_user_ids=frozenset({whom.id}))
    desk.clock.move(timedelta(days=GRACE_DAYS).total_seconds())
    done = await desk.go_on("p-erase")
    assert (done.state, done.outcomes[3]) == ("partial", "blocked")
    assert whom.id in state.tenant.removed


async def test_without_the_right_to_delete_a_person_does_it_and_nothing_is_forgotten_before(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    whom = leaver_of(state, used)
    await faults(desk, "forbid:delete_users")
    _, done = await erase(desk, whom)
    await faults(desk)
    assert (done.state, done.outcomes[2:]) == ("waiting", ["waiting", None])
    assert "Handed over to a person" in done.notes[2]
    assert state.tenant.find(whom.id) is not None
    assert opened(desk, "p-erase") == ["s1"]


def test_the_inventory_says_what_is_not_known(state: DemoState, used: set[str]) -> None:
    rows = {one.name: one.found for one in inventory(person_of(state, leaver_of(state, used)))}
    assert rows["app grants"] is rows["sign-in and audit logs"] is None
    assert rows["licences"] is not None
