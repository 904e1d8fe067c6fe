"""What a run says in a terminal."""

from io import StringIO

from licenseiq.proposals.states import Outcome
from licenseiq_cli.carry_out import FAR, MOST_STEPS, Steps
from licenseiq_cli.desk import EACH_STEP, Diary
from licenseiq_cli.desk_screen import Screen
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.fakes import plan_for


def test_of_a_long_run_only_what_is_to_be_looked_at_and_how_far_it_is() -> None:
    said = StringIO()
    diary = Diary(Screen(said), " --demo")
    for number in range(1, 5 * EACH_STEP + 1):
        outcome = Outcome.BLOCKED if number == 3 * EACH_STEP + 7 else Outcome.DONE
        diary.step(StepSeen("run-1", number, "leave_groups", "s1", "reading"))
        diary.step(StepSeen("run-1", number, "leave_groups", "s1", "outcome", outcome))
    lines = said.getvalue().splitlines()
    assert len(lines) == EACH_STEP + 1 + 4
    assert [line for line in lines if "blocked" in line] == [lines[EACH_STEP + 2]]
    assert lines[-1].endswith("run-1: 500 steps so far; see 'licenseiq run status --demo'.")


def test_a_large_plan_is_not_shown_step_by_step_while_somebody_watches() -> None:
    said, plan = StringIO(), plan_for(MOST_STEPS)
    steps = Steps(Screen(said), plan)
    for step in plan.steps:
        outcome = Outcome.FAILED if step.number == 7 else Outcome.DONE
        steps.observe(StepSeen("run-1", step.number, step.kind.value, step.subject, "outcome", outcome))
    lines = [line.strip() for line in said.getvalue().splitlines()]
    assert steps.shown == len(plan.steps)
    assert lines[0].startswith("7. ")
    assert lines[1:] == [f"{number} of 600 steps" for number in range(FAR, 601, FAR)]
