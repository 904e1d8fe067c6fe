"""An offboarding and its undo on the demo: what was there is there again, and what cannot come back is named."""

from typing import Any

import pytest

from licenseiq.leaving import Forwarding, LeavingDefaults
from licenseiq.proposals.steps import StepKind
from licenseiq_demo.state import DemoState
from licenseiq_tenant.inbox.undo import UndoRequest
from tests.steps.conftest import OneDesk
from tests.steps.rich_leaver import enrich
from tests.steps.test_offboarding import leaver_of, offboard

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set()


def rows(person: Any) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return sorted((r["skuId"], r["assignedByGroup"], tuple(sorted(r["disabledPlans"]))) for r in person.states)


def everything(state: DemoState, person: Any) -> dict[str, Any]:
    """What somebody has, without ids that are drawn anew."""
    apps, box, drive = state.estate.apps, state.tenant.mail.boxes[person.id], state.estate.drives.of(person)
    assert drive is not None
    return {
        "licences": rows(person),
        "groups": sorted(person.groups),
        "sign-in": person.fields["accountEnabled"],
        "applications": sorted(
            {(row["resourceId"], row["appRoleId"]) for row in apps.assignments if row["principalId"] == person.id}
        ),
        "consents": sorted(
            (row["clientId"], row["resourceId"], row["scope"]) for row in apps.grants if row["principalId"] == person.id
        ),
        "devices": sorted((one["id"], one["accountEnabled"]) for one in state.estate.devices.of(person)),
        "owned": {key: sorted(those) for key, those in {**state.tenant.story.owners, **apps.owners}.items()},
        "mailbox": (box.kind, box.hidden),
        "reply": dict(box.replies),
        "rights": (sorted(box.full_access), sorted(box.send_as), sorted(box.on_behalf)),
        "forwarding": (box.forwarding_to, box.forwarding_smtp, box.deliver_and_forward),
        "of others": sorted(
            (key, right)
            for key, one in state.tenant.mail.boxes.items()
            for right in ("full_access", "send_as", "on_behalf")
            if person.id in getattr(one, right) and one.kind == "shared" and key != person.id
        ),
        "files": sorted(str(row["roles"]) + str(row.get("grantedToV2")) for row in drive.root.permissions),
    }


async def undo(desk: OneDesk, proposal_id: str, made: str) -> Any:
    tenant_id = desk.state.tenant.tenant_id
    desk.inbox.ask_undo(tenant_id, UndoRequest(made, proposal_id, {"client": "test"}), desk.clock.now())
    desk.desk.take_over(tenant_id)
    return desk.desk.proposal(tenant_id, made).plan


async def test_who_stays_after_all_has_everything_back_that_can_be(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    leaver, successor = leaver_of(state, used), leaver_of(state, used)
    enrich(state, leaver)
    before = everything(state, leaver)
    _, done = await offboard(desk, leaver, successor, LeavingDefaults(forwarding=Forwarding.SUCCESSOR), rounds=60)
    assert done.state == "complete", done
    gone = everything(state, leaver)
    assert {name for name in before if before[name] == gone[name]} == set()
    plan = await undo(desk, "p-whole", "p-undo")
    kinds = [step.kind for step in plan.steps]
    assert kinds[0] is StepKind.CHANGE_LICENCES
    assert kinds[-1] is StepKind.ENABLE_SIGN_IN
    assert StepKind.CONVERT_MAILBOX in kinds
    named = " ".join(one.instructions for one in plan.hand_offs)
    assert "authentication methods" in named
    assert leaver.id not in plan.to_bytes().decode()
    pending, _ = await desk.desk.begin_approval(plan.tenant_id, "p-undo", desk.writer, "tester")
    desk.desk.approve(pending, pending.phrase)
    back = await desk.go_on("p-undo", rounds=60)
    assert back.state == "complete", (kinds, back)
    assert everything(state, leaver) == before


async def test_what_was_never_done_has_no_undo_and_what_is_too_late_is_named(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    leaver, successor = leaver_of(state, used), leaver_of(state, used)
    tenant_id = state.tenant.tenant_id
    desk.inbox.ask_undo(tenant_id, UndoRequest("p-none", "p-nobody", {}), desk.clock.now())
    desk.desk.take_over(tenant_id)
    assert [one for one, _, _ in desk.desk.proposals(tenant_id)] == []
    await offboard(desk, leaver, successor)
    desk.clock.move(60 * 86_400)
    plan = await undo(desk, "p-whole", "p-late")
    assert StepKind.CHANGE_LICENCES not in [step.kind for step in plan.steps if "mailbox" in str(step.undo)]
    assert [one for one in plan.hand_offs if one.kind == "too_late_to_undo"]
