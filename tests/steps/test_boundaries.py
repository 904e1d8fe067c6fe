"""Steps that are described as data, carried out by processes that die at a boundary of each of them. INV-17."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution.journal import Journal
from tests.desk.every_kind_world import USERS
from tests.desk.fakes import Killed, demo_of
from tests.journeys import boundaries
from tests.journeys.boundaries import Boundaries, Boundary
from tests.steps import conftest
from tests.steps.conftest import OneDesk
from tests.steps.test_access import ALL
from tests.steps.test_mailbox import GIVE, HIDE, REPLY, SHARE, leaver

pytestmark = pytest.mark.anyio
STEPS = (REPLY, SHARE, GIVE, HIDE, *ALL)


@pytest.fixture
def state() -> DemoState:
    """A tenant of its own for each death."""
    return DemoState(DemoTenant.build(USERS, 7, date(2026, 11, 23)))


@pytest.mark.parametrize("name", boundaries.NAMES)
async def test_a_process_that_dies_at_a_boundary_of_a_described_kind_loses_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, state: DemoState, writer: Any
) -> None:
    died: list[str] = []

    def at(passed: Boundary) -> None:
        if passed.name == name and passed.kind not in died:
            died.append(passed.kind)
            raise Killed

    one = OneDesk(tmp_path, state, writer)
    user_id = state.tenant.story.is_in("leaver_with_apps")[0]
    values = {**leaver(one), **one.values(user_id)}
    proposal_id = await one.approved(values, *STEPS)
    before = len(one.writes())
    watch = Boundaries(at)
    intend, close = watch.journal()
    monkeypatch.setattr(Journal, "intend", intend)
    monkeypatch.setattr(Journal, "close", close)
    behind = conftest._Behind
    monkeypatch.setattr(behind, "handle_async_request", watch.transport(behind.handle_async_request))
    for _ in range(4 * len(STEPS)):
        try:
            await one.desk.advance_all(state.tenant.tenant_id, writer)
        except Killed:
            one.desk.close()
            one.desk = Desk(one.home, one.inbox, demo=demo_of(state.tenant.tenant_id), around=one.clock.around())
        if one.told(proposal_id).state in ("complete", "partial", "failed"):
            break
        one.clock.move(61)
    done, took = one.told(proposal_id), one.writes()[before:]
    assert (done.state, set(died)) == ("complete", {step.kind for step in STEPS}), done
    assert one.desk.verify_ledger(state.tenant.tenant_id).is_whole
    with one.desk._store.database.read() as db:
        rows = db.exec_driver_sql("SELECT number, call FROM intent").all()
    one.close()
    # A call that is sent again is another intent for the same call; each call had its effect once.
    assert len(took) == len({(number, call) for number, call in rows}) > len(STEPS)
    # (Some calls are refused and come again later: the default method of sign-in goes last.)
    assert (len(rows) - len(took) >= len(STEPS)) is (name == boundaries.LEAVES)
