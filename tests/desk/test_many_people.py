"""Runs of many people: what is counted while they go on, and how long a wait is."""

from random import Random

import anyio
import anyio.lowlevel
import httpx
import pytest

from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import Outcome
from licenseiq.steps.asking import Ask
from licenseiq.steps.holds import CASES
from licenseiq_desk.at_once import each
from licenseiq_desk.execution import order
from licenseiq_desk.execution.exchange import Exchange
from licenseiq_desk.execution.graph_writer import GraphWriter
from licenseiq_desk.execution.sending import AskedToWait, Patient
from tests.desk.fakes import World, person_id, plan_for
from tests.desk.on_demo_app import Graph

pytestmark = pytest.mark.anyio
PEOPLE = 6


def by_the_whole_plan(plan: Plan, outcomes: dict[int, Outcome]) -> tuple[int, int, bool]:
    """The same count, as its words say it."""
    people = {step.subject for step in plan.steps}
    failed = {step.subject for step in plan.steps if order.stops(step, outcomes.get(step.number))}
    left = {step.subject for step in plan.steps if step.number not in outcomes}
    return len(failed), len(failed | (people - left)), bool(left)


@pytest.mark.parametrize("seed", range(20))
def test_people_are_counted_as_the_whole_plan_would_count_them(seed: int) -> None:
    random, plan = Random(seed), plan_for(PEOPLE)
    outcomes: dict[int, Outcome] = {}
    taken = random.sample(plan.steps, len(plan.steps))
    people = order.People(plan, outcomes)
    for place, step in enumerate(taken):
        outcomes[step.number] = random.choice(list(Outcome))
        people.note(step, outcomes[step.number])
        assert people.done == by_the_whole_plan(plan, outcomes)
        if place == PEOPLE:
            people = order.People(plan, outcomes)  # another process


async def test_nobody_comes_back_before_the_time_that_the_tenant_asked_for_is_over(world: World) -> None:
    """Times are written in whole seconds; a fraction of one is still to be waited out. (The fake asks for 20 s.)"""
    world.clock.now_is = world.clock.now().replace(microsecond=900_000)
    world.tenant.faults = {"disable": ["throttled"]}
    world.put(plan_for())
    await world.approve()
    await world.advance()
    sent = len(world.tenant.sent)
    world.clock.move(19.9)
    assert await world.advance() == ()
    assert len(world.tenant.sent) == sent
    world.clock.move(0.2)
    await world.advance()
    assert len(world.tenant.sent) > sent


async def test_several_are_read_at_once_in_their_order_and_an_error_is_raised_as_it_is() -> None:
    running, most, begun = 0, 0, list[int]()

    async def read(number: int) -> int:
        nonlocal running, most
        begun.append(number)
        running += 1
        most = max(most, running)
        await anyio.lowlevel.checkpoint()
        running -= 1
        if number == 50:
            raise EffectWaits("Wait.", seconds=5)
        return number

    assert await each(range(20), read, 4) == list(range(20))
    assert most == 4
    with pytest.raises(EffectWaits):
        await each(range(40, 90), read, 4)
    assert max(begun) < 60


class Storm(httpx.AsyncBaseTransport):
    """Asks to wait for seven seconds, whatever is wanted."""

    def __init__(self) -> None:
        self.asked = list[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return httpx.Response(429, headers={"Retry-After": "7"})


async def test_once_one_was_asked_to_wait_nothing_more_leaves_until_it_is_over_for_all() -> None:
    """INV-36: those who are at a step of somebody else then do not ask on."""
    now, storm = 100.0, Storm()
    patient = Patient(Graph(storm, "t"), AskedToWait(lambda: now))
    writer = GraphWriter(patient, exchange=Exchange(Patient(Graph(storm, "t"), patient.asked)))

    async def waits() -> float:
        with pytest.raises(EffectWaits) as caught:
            await writer.account(person_id(1))
        with pytest.raises(EffectWaits):
            await writer.exchange.rows("Get-Mailbox", {}, "a mailbox", "-")
        return caught.value.seconds

    assert (await waits(), len(storm.asked)) == (7, 1)
    now = 106.5
    assert (await waits(), len(storm.asked)) == (0.5, 1)
    now = 107.0
    await waits()
    assert len(storm.asked) == 2
    now = 200.0
    with pytest.raises(EffectWaits):
        await writer.ask(Ask(CASES), "cases", "-")
    await waits()
    assert len(storm.asked) == 4, "the slow lane of eDiscovery holds nobody else"
