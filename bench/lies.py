"""A tenant that lies, and people who meddle: `uv run python -m bench.lies`, 500 runs.

Each run carries out one of three plans, which take every kind of step, against one to three lies (200 without effect;
the effect and then a dropped connection; stale readings; a storm of 429; 403 and 500 in the middle; half an answer;
answers that say nothing) and sometimes against somebody else who changes or deletes an account between two steps. What
the desk then says is compared with what is so, which the tenant is asked past its lies. It runs on the demo's
application in this process, with a clock that jumps, so that waiting takes no time. Then the same check is tried on an
executor whose read-back is skipped, and has to find it. Ends with 1 when anything is otherwise.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio
from tests.desk.lying_tenant import Told, lied_to, seeds
from tests.journeys.described_kinds import COMING_AND_GOING, LEAVING

from bench.figures import line
from licenseiq.proposals.steps import StepKind
from licenseiq_desk.execution import calls_taker, step_taker

PLANTED = 40
PLANS: tuple[tuple[str, Sequence[tuple[StepKind, str]]], ...] = (
    ("with code of their own", ()),
    ("leaving", LEAVING),
    ("coming and going", COMING_AND_GOING),
)


@contextmanager
def read_back_skipped() -> Iterator[None]:
    """What was sent counts as done, whatever is read: the planted fault."""
    honest = step_taker.holds

    def holds(goal: Any, account: Any, before: Any = None, values: Any = None) -> bool:
        return before is not None or honest(goal, account, before, values)

    step_taker.holds = calls_taker.holds = holds
    try:
        yield
    finally:
        step_taker.holds = calls_taker.holds = honest


async def tried(seed: int, count: int) -> list[tuple[str, Told]]:
    return [
        (f"{name}, {PLANS[place % 3][0]}", await lied_to(name, PLANS[place % 3][1]))
        for place, name in enumerate(seeds(seed, count))
    ]


def tell(found: list[tuple[str, Told]]) -> bool:
    """Whether no run said what is not so."""
    ends = Counter(told.state for _, told in found)
    names = sorted({name for _, told in found for name in told.lies})
    print(f"{'against':<38}{'runs':>6}{'complete':>10}{'partial':>9}{'failed':>8}{'other':>7}")
    for name in names:
        mine = Counter(told.state for _, told in found if name in told.lies)
        other = sum(mine.values()) - mine["complete"] - mine["partial"] - mine["failed"]
        print(
            f"{name:<38}{sum(mine.values()):>6}{mine['complete']:>10}{mine['partial']:>9}{mine['failed']:>8}{other:>7}"
        )
    print()
    false_steps = sum(len(told.false_steps) for _, told in found)
    false_complete = [told for _, told in found if told.false_complete]
    hidden = sum(told.is_hidden for told in false_complete)
    line("runs", ", ".join(f"{state} {count}" for state, count in ends.most_common()))
    line("steps said to be done and not so", str(false_steps))
    line('false "complete"', str(len(false_complete) - hidden))
    line("undone behind stale answers", str(hidden))
    line("ledgers that do not verify", str(sum(not told.is_whole for _, told in found)))
    for name, told in [one for one in found if one[1].is_false][:10]:
        print(f"WRONG {name}: {told.state}, {told.false_steps} {told.untrue}, {', '.join(told.lies)}")
    return not any(told.is_false for _, told in found)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs against a tenant that lies: nothing false may be said.")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    began = time.monotonic()
    print(f"seed {options.seed}\n")
    kept = tell(anyio.run(tried, options.seed, options.runs))
    print("\nplanted: an executor whose read-back is skipped\n")
    with read_back_skipped():
        kept &= not tell(anyio.run(tried, options.seed, PLANTED))
    print()
    line("as promised", "yes" if kept else "NO")
    line("took", f"{time.monotonic() - began:.0f} s")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
