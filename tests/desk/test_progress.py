"""How far a run of many people is: in its status, and on the page that is open meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from licenseiq.proposals.states import Outcome
from licenseiq.steps.kind import Told
from licenseiq_desk import run_lines
from licenseiq_desk.audit import runs
from licenseiq_desk.execution.seen import StepSeen
from licenseiq_desk.pages import shown
from licenseiq_desk.progress import Progress
from tests.desk.fakes import TENANT, World, person_id, plan_for, world_in
from tests.desk.page_client import browser
from tests.desk.passkey_world import with_passkeys

pytestmark = pytest.mark.anyio
PEOPLE = 12


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=PEOPLE))
    yield made
    made.desk.close()
    made.inbox.close()


async def test_steps_people_and_blocked_accounts_are_counted_while_it_runs(world: World) -> None:
    world.put(plan_for(PEOPLE))
    await world.approve()
    seen: list[Progress] = []

    def look(step: StepSeen) -> None:
        if step.outcome is not None:
            (one,) = runs(world.home)
            seen.append(Progress(**{name: int(one[name]) for name in Progress.__dataclass_fields__}))

    await world.desk.advance_all(TENANT, world.tenant, look)
    assert [one.steps_ended for one in seen] == list(range(1, 3 * PEOPLE + 1))
    for before, after in pairwise(seen):
        assert (before.people_ended, before.blocked) <= (after.people_ended, after.blocked)
        assert after.people_ended <= after.blocked <= PEOPLE
    assert seen[-1] == Progress(3 * PEOPLE, 3 * PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE, 0)
    assert seen[-1].words() == "12 of 12 people finished, sign-in blocked for 12 of 12; 36 of 36 steps."


async def test_who_could_not_be_blocked_is_finished_and_not_counted_as_blocked(world: World) -> None:
    account = world.tenant.accounts[person_id(2)]
    world.tenant.accounts[person_id(2)] = replace(account, account_enabled=None)
    world.put(plan_for(PEOPLE))
    await world.approve()
    assert await world.finish() == "partial"
    (one,) = runs(world.home)
    assert (one["people_ended"], one["blocked"], one["to_block"]) == (PEOPLE, PEOPLE - 1, PEOPLE)


async def test_of_a_run_of_very_many_steps_a_page_shows_those_to_look_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "MOST_LINES", 4)
    account = world.tenant.accounts[person_id(2)]
    world.tenant.accounts[person_id(2)] = replace(account, account_enabled=None)
    world.put(plan_for(PEOPLE))
    await world.approve()
    await world.finish()
    async with browser(world) as client:
        run = (await client.get("/api/proposals/p-1")).json()["run"]
        page = (await client.get("/proposals/p-1")).text
    assert [(step["number"], step["outcome"]) for step in run["steps"]] == [
        (4, Outcome.DRIFTED),
        (5, Outcome.BLOCKED),
        (6, Outcome.BLOCKED),
    ]
    assert run["far"].endswith("36 of 36 steps. Shown are those to look at: 3 of 3.")
    assert run["far"] in page
    assert page.count("<li value=") == 3


async def test_what_became_of_very_many_steps_is_told_once_the_run_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To open it takes a desk seconds, which the run would wait."""
    opened: list[str] = []

    def told(_: object, __: str, run_id: str) -> dict[int, tuple[Told, ...]]:
        opened.append(run_id)
        return {}

    monkeypatch.setattr(run_lines, "told_of_run", told)
    monkeypatch.setattr(shown, "MOST_LINES", 4)
    world.tenant.faults = {"remove": ["throttled"]}
    world.put(plan_for(PEOPLE))
    await world.approve()
    await world.advance()
    async with browser(world) as client:
        run = (await client.get("/api/proposals/p-1")).json()["run"]
        assert (run["state"], opened) == ("waiting", [])
        await world.finish()
        await client.get("/api/proposals/p-1")
    assert len(opened) == 1
