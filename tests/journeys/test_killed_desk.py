"""The real desk, killed by SIGKILL ten times in one run, and the run ends as if nothing had been (INV-17)."""

from pathlib import Path

import pytest
from tests.journeys import boundaries
from tests.journeys.boundaries import Boundary
from tests.journeys.every_kind import CodeKinds
from tests.journeys.killing import killing

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


async def test_ten_kills_of_the_real_process_lose_nothing_and_repeat_only_what_is_recorded(tmp_path: Path) -> None:
    (alone := tmp_path / "alone").mkdir()
    async with killing(CodeKinds(), alone) as one:
        await one.begin()
        clean, passed = await one.found(), one.desk.trace()
    assert (clean.lost, clean.sent_again(clean), clean.unrecorded) == ((), 0, 0)

    (killed := tmp_path / "killed").mkdir()
    async with killing(CodeKinds(), killed) as one:
        first, *others = chosen = ten_of(passed)
        await one.begin(place=first)
        for place in (*others, None):
            await one.dies()
            one.start_again(place)
        found = await one.found()
        same = one.script.same_end(found.after, clean.after, ())
    assert len(chosen) == KILLS
    assert (found.lost, found.unrecorded, found.twice, same) == ((), 0, (), True)
    assert any(step.outcome == "confirmed_after_restart" for step in found.run.steps)
