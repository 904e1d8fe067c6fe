"""Files are safe before the last licence goes that keeps them, or an approver has signed that they may be lost."""

from dataclasses import replace

import pytest

from licenseiq.policy import Policy
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps import checks_of
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import Held, Now
from licenseiq.steps.onedrive_kept import LOST, ONEDRIVE_KEPT
from licenseiq_demo.catalogue import by_id
from licenseiq_demo.people.person import Person
from licenseiq_desk.execution.checking import ask_again, ask_all
from tests.desk.fakes import START
from tests.steps.conftest import OneDesk, faults
from tests.steps.test_onedrive import COPY, leaver

pytestmark = pytest.mark.anyio
NOW = Now(START, Policy(), simulated=False)


def licences_step(kind: StepKind, **goal: object) -> Step:
    return Step(1, kind, "s1", {}, goal, {"exists": True}, EffectClass.SET_VALUED, None, "-")  # type: ignore[arg-type]


def taking(*sku_ids: str) -> Step:
    return licences_step(StepKind.REMOVE_DIRECT_LICENCES, direct_licences_absent=list(sku_ids))


def with_files(sku_id: str) -> bool:
    return any(plan.name.startswith(("SHAREPOINTENTERPRISE", "SHAREPOINTSTANDARD")) for plan in by_id()[sku_id].plans)


def holder(desk: OneDesk, *, by_group: bool = False) -> tuple[Person, str, str]:
    """Somebody with files and one licence that keeps them; its SKU and group ('' directly)."""
    for person in desk.state.tenant.people:
        keeps = [row for row in person.states if row["state"] == "Active" and with_files(row["skuId"])]
        if len(keeps) == 1 and person.drive_bytes and bool(keeps[0]["assignedByGroup"]) is by_group:
            return person, keeps[0]["skuId"], keeps[0]["assignedByGroup"] or ""
    raise AssertionError("nobody")


async def held(desk: OneDesk, step: Step, person: Person, now: Now = NOW, **more: str) -> Held | None:
    target = Target(desk.values(person.id, **more))
    answers = await ask_again(step, desk.writer, person.id, target, now)
    return next(one.held for one in answers if one.check == ONEDRIVE_KEPT.name)


@pytest.mark.parametrize("by_group", [False, True], ids=["directly", "by_a_group"])
async def test_the_last_licence_that_keeps_files_waits_and_names_the_day_of_the_loss(
    desk: OneDesk, by_group: bool
) -> None:
    person, sku_id, group_id = holder(desk, by_group=by_group)
    step = licences_step(StepKind.LEAVE_GROUP, not_in_group=group_id) if by_group else taking(sku_id)
    found = await held(desk, step, person)
    assert found is not None
    assert (found.kind, found.waivable) == (LOST, True)
    assert "archived on 2027-02-24" in found.cure


async def test_a_licence_without_files_goes_and_so_does_one_beside_another_that_keeps_them(desk: OneDesk) -> None:
    person, sku_id, _ = holder(desk)
    other = next(one for one in by_id() if one != sku_id and with_files(one) and one in sold(desk))
    swap = licences_step(
        StepKind.CHANGE_LICENCES,
        direct_licences_absent=[sku_id],
        direct_licences_active=[other],
        direct_plans_disabled={other: []},
    )
    assert await held(desk, taking("c5928f49-12ba-48f7-ada3-0d743a3601d5"), person) is None
    assert await held(desk, swap, person) is None
    off = {other: [plan.plan_id for plan in by_id()[other].plans]}
    without = replace(swap, goal={**swap.goal, "direct_plans_disabled": off})
    assert await held(desk, without, person) is not None, "positive control: switched off, it keeps nothing"


def sold(desk: OneDesk) -> set[str]:
    return {row["skuId"] for person in desk.state.tenant.people for row in person.states}


async def test_whoever_has_no_onedrive_loses_nothing(desk: OneDesk) -> None:
    person = next(
        one
        for one in desk.state.tenant.people
        if not one.drive_bytes and any(with_files(r["skuId"]) for r in one.states)
    )
    assert await held(desk, taking(*(row["skuId"] for row in person.states)), person) is None


async def test_what_could_not_be_read_is_not_safe(desk: OneDesk) -> None:
    """INV-21: a missing permission is never an empty library."""
    person, sku_id, _ = holder(desk)
    await faults(desk, "forbid:files")
    found = await held(desk, taking(sku_id), person)
    await faults(desk)
    assert found is not None
    assert "Files.Read.All" in found.cure


async def test_a_plan_that_copies_first_is_approvable_and_asked_again_before_the_licence(desk: OneDesk) -> None:
    """INV-14: what the copy does is taken as done in the preflight only; before the licence it is read."""
    values = leaver(desk)
    person = desk.state.tenant.by_id[str(values["user_id"])]
    plan, _ = desk.plan(values, COPY, replace(taking(*{row["skuId"] for row in person.states}), after=(1,)))
    copies_first = await ask_all(plan, "s1", desk.writer, person.id, Target(values), NOW)
    assert [one.held for one in copies_first if one.check == ONEDRIVE_KEPT.name] == [None]
    alone = replace(plan, steps=(plan.steps[0], replace(plan.steps[1], after=())))
    answers = await ask_all(alone, "s1", desk.writer, person.id, Target(values), NOW)
    assert any(one.held is not None for one in answers), "positive control: nothing makes it wait for the copy"
    before = await ask_again(plan.steps[1], desk.writer, person.id, Target(values), NOW)
    assert any(one.held is not None for one in before)
    assert (await desk.take(values, COPY)).outcomes == ["done"]
    after = await ask_again(plan.steps[1], desk.writer, person.id, Target(values), NOW)
    assert [one.held for one in after if one.check == ONEDRIVE_KEPT.name] == [None]


@pytest.mark.parametrize(
    "kind", [StepKind.REMOVE_DIRECT_LICENCES, StepKind.CHANGE_LICENCES, StepKind.LEAVE_GROUP], ids=str
)
def test_every_step_that_can_take_a_licence_asks(kind: StepKind) -> None:
    """INV-14."""
    assert ONEDRIVE_KEPT in checks_of(kind)
