"""The real desk, killed by SIGKILL ten times in one run, and the run ends as if nothing had been (INV-17)."""

from pathlib import Path

import pytest
from tests.journeys import boundaries
from tests.journeys.boundaries import Boundary
from tests.journeys.every_kind import same_end
from tests.journeys.killing import killing
from tests.tenant.on_demo import OnDemo

pytestmark = pytest.mark.anyio
KILLS = 10


def ten_of(clean: list[Boundary]) -> list[Boundary]:
    """One boundary of each step, each time another one, and two more; in the order of the run."""
    steps = {one.number: [other for other in clean if other.number == one.number] for one in clean}
    chosen = [
        next(one for one in mine if one.name == boundaries.NAMES[place % len(boundaries.NAMES)])
        for place, mine in enumerate(steps.values())
    ]
    more = [one for one in clean if one not in chosen and one.name == boundaries.CLOSED]
    return sorted([*chosen, *more[: KILLS - len(chosen)]], key=clean.index)


async def test_ten_kills_of_the_real_process_lose_nothing_and_repeat_only_what_is_recorded(
    running: OnDemo, tmp_path: Path
) -> None:
    running.reset()
    async with killing(running, tmp_path) as one:
        proposal_id = await one.begin(stale=False)
        one.desk.start()
        clean = await one.found(proposal_id)
        passed = one.desk.trace()
        assert (clean.lost, clean.sent_again, clean.unrecorded) == (False, 0, 0)
        one.desk.kill()

        proposal_id = await one.begin(stale=False)
        chosen = ten_of(passed)
        for place in chosen:
            one.desk.arm(place)
            one.desk.start()
            await one.dies()
        one.desk.arm(None)
        one.desk.start()
        found = await one.found(proposal_id)
        assert one.plan is not None
        assert len(chosen) == KILLS
        assert (found.lost, found.unrecorded, found.twice(one.plan)) == (False, 0, 0)
        assert same_end(found.after, clean.after)
        assert any(step.outcome == "confirmed_after_restart" for step in found.run.steps)
    running.reset()
