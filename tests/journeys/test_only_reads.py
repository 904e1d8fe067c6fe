"""The negative twin: whatever is asked of the tools, and however, the tenant is only read (INV-01, INV-02, INV-06).

The desk runs meanwhile, and somebody is enrolled who could approve. `bench/no_unapproved_writes.py` does the same with
10,000 sequences.
"""

import pytest
from tests.journeys.desk_beside import DESK, desk_beside
from tests.journeys.processes import LICENSEIQ, TOOLS, Home, assert_only_reads, wait_until
from tests.journeys.sequences import Tally, ask_sequences, what_came

pytestmark = pytest.mark.anyio
SEED = 20_261_124
SERVE = (*LICENSEIQ, "serve", "--demo")
SEQUENCES = 100
FEW = 4


async def test_no_sequence_of_calls_changes_the_tenant_while_a_desk_runs_and_an_approver_is_enrolled(
    home: Home, mode: str
) -> None:
    """Every answer is a result or a clear refusal, too. A hundred sequences in each era."""
    with desk_beside(home):
        tally = await ask_sequences(home, mode, SEED, SEQUENCES, SERVE)
        wait_until(lambda: what_came(home).proposals, "the desk takes a proposal over")
    assert not tally.wrong, "\n".join(tally.wrong)
    # What was never carried out cannot be taken back.
    assert set(+tally.answered) | {"propose_undo"} == TOOLS, "a tool that never answered was not tried"
    assert (tally.sequences, tally.calls > 1.5 * SEQUENCES) == (SEQUENCES, True)
    assert tally.refused > tally.calls / 5, "hardly anything was hostile"
    came = what_came(home)
    assert (came.changes, came.approvals, came.runs, came.approvers) == ((), 0, 0, 1)
    assert_only_reads(home.demo)
    assert "Traceback" not in home.stderr


async def few_sequences(home: Home, server: tuple[str, ...], desk: tuple[str, ...]) -> Tally:
    with desk_beside(home, desk):
        tally = await ask_sequences(home, "auto", SEED, FEW, server)
        wait_until(lambda: what_came(home).changes, "a change on the tenant's record")
    return tally


async def test_positive_control_a_tool_that_writes_past_the_guard_is_found(home: Home) -> None:
    """The guarded client would have refused the change, and the check would have stayed green."""
    await few_sequences(home, ("-m", "tests.journeys.planted"), DESK)
    assert {(method, took) for method, _, took in what_came(home).changes} == {("PATCH", True)}
    with pytest.raises(AssertionError, match=r"PATCH.*writer"):
        assert_only_reads(home.demo)


async def test_positive_control_a_desk_that_approves_by_itself_is_found(home: Home) -> None:
    await few_sequences(home, SERVE, ("-m", "tests.journeys.self_approving"))
    came = what_came(home)
    assert came.approvals
    assert came.runs
    assert any(took for _, _, took in came.changes)
