"""A tenant that lies, and somebody who meddles: nothing is said to be done that is not so. INV-17, INV-36.

`bench/lies.py` does the same with five hundred runs.
"""

from collections.abc import Sequence

import pytest

from licenseiq.proposals.steps import StepKind
from licenseiq_desk.execution import step_taker
from tests.desk.lying_tenant import LIES, MEDDLING, Told, lied_to, seeds
from tests.journeys.described_kinds import COMING_AND_GOING, LEAVING

pytestmark = pytest.mark.anyio
SEED, RUNS, DESCRIBED = 5, 16, 2


async def told_by(names: list[str]) -> list[Told]:
    return [await lied_to(name) for name in names]


def wrong(found: list[Told]) -> list[Told]:
    return [told for told in found if told.is_false]


async def test_whatever_the_tenant_says_no_run_and_no_step_is_done_that_is_not_so() -> None:
    found = await told_by(seeds(SEED, RUNS))
    assert wrong(found) == []
    assert {name for told in found for name in told.lies} == {*LIES, *MEDDLING}, "a lie that was not told was not tried"
    assert {"complete", "partial"} <= {told.state for told in found}


@pytest.mark.parametrize("lines", [LEAVING, COMING_AND_GOING], ids=["leaving", "coming and going"])
async def test_no_described_step_is_said_to_be_done_that_is_not_so(lines: Sequence[tuple[StepKind, str]]) -> None:
    assert wrong([await lied_to(name, lines) for name in seeds(SEED, DESCRIBED)]) == []


async def test_positive_control_an_executor_whose_read_back_is_skipped_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    holds = step_taker.holds
    monkeypatch.setattr(
        step_taker, "holds", lambda goal, account, *before, **named: bool(before) or holds(goal, account, **named)
    )
    assert any(told.false_steps for told in wrong(await told_by(seeds(SEED, 10))))
