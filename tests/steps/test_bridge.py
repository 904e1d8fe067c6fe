"""A leaver whose licence comes by a rule that tests accountEnabled, on the demo tenant's app."""

import pytest

from licenseiq.playbooks.undo import CANNOT
from licenseiq_demo.state import DemoState
from licenseiq_desk.approval.preflight import held_in_run
from tests.steps.conftest import OneDesk, who
from tests.steps.test_offboarding import became, leaver_of, offboard
from tests.steps.test_undo import undo

pytestmark = pytest.mark.anyio


async def test_the_mailbox_outlives_the_rule_and_the_seat_is_free_at_the_end(desk: OneDesk, state: DemoState) -> None:
    person = next(one for one in state.tenant.people if one.id == who(desk, "leaver_licensed_by_account_rule"))
    (row,) = [one for one in person.states if one["assignedByGroup"]]
    group, seats = row["assignedByGroup"], state.tenant.consumed[row["skuId"]]
    plan, done = await offboard(desk, person, leaver_of(state, {person.id}))
    assert done.state == "complete", became(plan, done)
    assert not [one for one in person.states if one["skuId"] == row["skuId"]]
    assert (group in person.groups, state.tenant.consumed[row["skuId"]]) == (False, seats - 1)
    assert state.tenant.mail.boxes[person.id].kind == "shared"
    report = desk.desk.report(plan.tenant_id, "p-whole")
    assert report is not None
    said = held_in_run(desk.desk._store, plan.tenant_id, report.runs[0].run_id)
    assert "This plan gives the licence in person right after" in " ".join(one for row in said[1] for one in row.says)
    back = await undo(desk, "p-whole", "p-undo")
    assert any(one.kind == CANNOT and "until the rule gives it again" in one.instructions for one in back.hand_offs)
