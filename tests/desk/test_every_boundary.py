"""A process that dies at every boundary of every kind of step, and others that finish. INV-17.

Here the process only seems to die. `tests/journeys/test_killed_desk.py` kills a real one, `bench/crash.py` many.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest

from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS
from licenseiq_desk.execution.journal import Journal
from tests.desk.every_kind_world import Play, play
from tests.desk.fakes import TENANT, Killed
from tests.journeys import boundaries, every_kind
from tests.journeys.boundaries import Boundaries, Boundary

pytestmark = pytest.mark.anyio
STALE = [{"what": "stale_reads", "method": method, "reads": 2} for method in ("PATCH", "POST", "DELETE")]


class Watched(httpx.AsyncBaseTransport):
    """The way to the tenant, with the boundaries on it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, watch: Boundaries) -> None:
        self._send = watch.transport(type(inner).handle_async_request)
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        found: httpx.Response = await self._send(self._inner, request)
        return found


async def dies_at(name: str, home: Path, monkeypatch: pytest.MonkeyPatch, faults: list[Any]) -> tuple[Play, list[str]]:
    """The plan of every kind, carried out by processes of which each dies at the next step's boundary of this name.
    The kinds at whose boundary one died."""
    died: list[str] = []

    def at(passed: Boundary) -> None:
        if passed.name == name and passed.kind not in died:
            died.append(passed.kind)
            raise Killed

    watch = Boundaries(at)
    intend, close = watch.journal()
    monkeypatch.setattr(Journal, "intend", intend)
    monkeypatch.setattr(Journal, "close", close)
    async with play(home, lambda inner: Watched(inner, watch)) as found:
        found.state.faults.replace(faults)
        for _ in range(3 * len(found.plan.steps)):
            try:
                await found.world.advance()
            except Killed:
                found.world.reopen()
            else:
                if found.world.report().runs[0].state == "complete":
                    break
            found.world.clock.move(61)
        assert found.world.report().runs[0].state == "complete"
        assert found.world.desk.verify_ledger(TENANT).is_whole
        assert found.untrue() == []
        # No request without its intent: a second sending is on record too.
        assert len(found.changes()) <= sum(found.sends().values())
        assert max(found.sends().values()) <= 2
    return found, died


def test_every_kind_is_in_the_plan_or_is_described_as_data() -> None:
    """What a described kind does at its boundaries is one piece of code for all of them."""
    cast = every_kind.Cast(("a", "a"), ("b", "b"), "g", "s", "h")
    assert {step.kind for step in every_kind.steps(cast)} | set(KINDS) == set(StepKind)


@pytest.mark.parametrize("faults", [[], STALE], ids=["fresh", "stale"])
@pytest.mark.parametrize("name", boundaries.NAMES)
async def test_a_process_that_dies_at_a_boundary_loses_nothing_and_repeats_only_what_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, faults: list[Any]
) -> None:
    found, died = await dies_at(name, tmp_path, monkeypatch, faults)
    assert set(died) == {step.kind for step in found.plan.steps}
    took = [entry for entry in found.changes() if entry["took_effect"]]
    assert len(took) == len(found.plan.steps), "an effect came twice"


async def test_positive_control_without_its_intents_a_process_sends_what_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "intents", lambda *_: ())
    with pytest.raises(AssertionError):
        await dies_at(boundaries.ANSWERED, tmp_path, monkeypatch, STALE)
