"""Services are compared before and after a change of licences: nothing is lost but what the plan says goes."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps.asking import Ask
from licenseiq.steps.services_kept import AS_PLANNED, UNPLANNED
from licenseiq_desk.execution import effects
from licenseiq_desk.execution.told import told_of_run
from licenseiq_desk.run_lines import run_lines
from tests.desk.fakes import E3, E5, TENANT, Unreadable, World, person_id, plan_for

pytestmark = pytest.mark.anyio
MAIL, VOICE, TEAMS = (f"00000000-0000-4000-9000-{n:012d}" for n in (1, 2, 3))
NAMES = {MAIL: "EXCHANGE_S_ENTERPRISE", VOICE: "MCOEV", TEAMS: "TEAMS1"}
PATH = f"/users/{person_id(1)}/licenseDetails"


def swap(*may_go: str) -> Step:
    arguments = {"remove": [E5], "add": []}
    goal = {"direct_licences_absent": [E5], "services_lost_only": list(may_go)}
    precondition, kind = {"direct_licences_present": [E5]}, StepKind.CHANGE_LICENCES
    return Step(1, kind, "s1", arguments, goal, precondition, EffectClass.SET_VALUED, None, "no way back in this test")


def details(**status: str) -> dict[str, Any]:
    """The answer of `GET /users/{id}/licenseDetails`, from the status of plans by name of NAMES."""
    ids = {name: key for key, name in NAMES.items()}
    plans = [
        {"servicePlanId": ids[name], "servicePlanName": name, "provisioningStatus": found, "appliesTo": "User"}
        for name, found in status.items()
    ]
    return {"value": [{"skuId": E3, "servicePlans": plans}]}


def services(world: World, before: dict[str, Any], after: dict[str, Any]) -> None:
    def answer(_: Ask) -> dict[str, Any]:
        return after if world.tenant.sent else before

    world.tenant.answers[PATH] = answer


ALL = {"EXCHANGE_S_ENTERPRISE": "Success", "MCOEV": "Success", "TEAMS1": "PendingActivation"}


async def carried_out(world: World, *may_go: str) -> tuple[str, str]:
    world.put(plan_for(steps=(swap(*may_go),), kind="license_changes", hand_offs=()))
    await world.approve()
    state = await world.finish(rounds=80)
    return state, world.report().runs[0].steps[0].note or ""


async def test_what_the_plan_says_may_go_and_it_is_told_by_name(world: World) -> None:
    services(world, details(**ALL), details(EXCHANGE_S_ENTERPRISE="Success", TEAMS1="PendingActivation"))
    assert await carried_out(world, VOICE) == ("complete", "")
    run = world.report().runs[0]
    (line,) = told_of_run(world.desk._store, TENANT, run.run_id)[1]
    assert (line.key, line.name, line.how, line.by_hand) == (VOICE, "MCOEV", AS_PLANNED, False)
    lines = run_lines(world.desk._store, TENANT, "p-1", run)
    assert lines.told == (f"person1@contoso.example: Service: {AS_PLANNED}: MCOEV",)


@pytest.mark.parametrize(("left", "words"), [({}, ""), ({"EXCHANGE_S_ENTERPRISE": "Error"}, " (it reads Error)")])
async def test_a_service_that_should_stay_and_is_lost_is_never_a_change_that_went_well(
    world: World, left: dict[str, str], words: str
) -> None:
    services(world, details(**ALL), details(**left))
    state, note = await carried_out(world, VOICE)
    assert state == "failed"
    assert "1 service that should stay is not there" in note
    run = world.report().runs[0]
    lines = run_lines(world.desk._store, TENANT, "p-1", run)
    assert f"person1@contoso.example: Service 'EXCHANGE_S_ENTERPRISE': {UNPLANNED}{words}" in lines.by_hand


async def test_positive_control_a_plan_that_compares_nothing_does_not_see_the_loss(world: World) -> None:
    services(world, details(**ALL), details())
    assert (await carried_out(world, VOICE, MAIL))[0] == "complete"


async def test_a_service_that_is_set_up_anew_is_waited_for(world: World) -> None:
    services(world, details(**ALL), details(EXCHANGE_S_ENTERPRISE="PendingInput"))
    world.put(plan_for(steps=(swap(VOICE),), hand_offs=()))
    await world.approve()
    (progress,) = await world.advance()
    assert progress.state == "waiting"
    services(world, details(**ALL), details(EXCHANGE_S_ENTERPRISE="Success"))
    assert await world.finish() == "complete"


async def test_where_services_cannot_be_read_nothing_is_sent(world: World) -> None:
    """INV-21."""
    world.tenant.answers = Unreadable()
    assert await carried_out(world, VOICE) == (
        "failed",
        "The account could not be read. The desk lacks LicenseAssignment.Read.All.",
    )
    assert not world.tenant.sent


async def test_a_way_back_is_done_once_what_was_taken_is_there_again(world: World) -> None:
    back = replace(swap(), goal={"direct_licences_absent": [E5], "services_there": [VOICE]})
    services(world, details(), details(MCOEV="PendingInput"))
    world.put(plan_for(steps=(back,), hand_offs=()))
    await world.approve()
    (progress,) = await world.advance()
    assert progress.state == "waiting"
    services(world, details(), details(MCOEV="Success"))
    assert await world.finish() == "complete"


def test_services_that_may_go_are_ids_and_nothing_else() -> None:
    assert effects.EFFECTS[StepKind.CHANGE_LICENCES].fits(swap(VOICE))
    assert not effects.EFFECTS[StepKind.CHANGE_LICENCES].fits(swap("everything"))
