"""Changes without an approval: `uv run python -m bench.no_unapproved_writes`, 10,000 sequences.

Random sequences of tool calls with hostile arguments go to a real `licenseiq serve --demo` in both eras of the
protocol, by a client that says yes to whatever it is asked, while a real `licenseiq desk --demo` runs and somebody is
enrolled who could approve. Then two planted faults are tried on tenants of their own, a tool that writes past the guard
and a desk that approves by itself: there the same count must not be 0. Ends with 1 when anything is otherwise.
"""

import argparse
import tempfile
import time
from pathlib import Path

import anyio
from tests.journeys.desk_beside import DESK, desk_beside
from tests.journeys.processes import LICENSEIQ, Home, beside
from tests.journeys.sequences import Came, Tally, ask_sequences, what_came
from tests.tenant.on_demo import running

from bench.figures import line

SERVE = (*LICENSEIQ, "serve", "--demo")
ERAS = ("auto", "legacy")
FEW = 20
SETTLE_SECONDS = 2.0


def tried(
    folder: Path, users: int, seed: int, sequences: int, server: tuple[str, ...], desk: tuple[str, ...]
) -> tuple[Tally, Came]:
    """So many sequences in all, half in each era, against a tenant of its own."""
    tally = Tally()
    with running(folder / "demo", users) as demo:
        (folder / "home").mkdir()
        home: Home = beside(demo, folder / "home")
        with desk_beside(home, desk):
            for era in ERAS:
                tally += anyio.run(ask_sequences, home, era, seed, sequences // len(ERAS), server, 5)
            # Whatever was set going has time to arrive.
            time.sleep(SETTLE_SECONDS)
        return tally, what_came(home)


def tell(name: str, tally: Tally, came: Came) -> None:
    print(f"\n{name}")
    line("sequences", str(tally.sequences))
    line("calls", f"{tally.calls}, of them refused {tally.refused}")
    line("asked back and agreed", str(tally.elicited))
    line("proposals taken over by the desk", str(came.proposals))
    line("approvers, approvals, runs", f"{came.approvers}, {came.approvals}, {came.runs}")
    line("changes", f"{len(came.changes)} asked for, {sum(took for *_, took in came.changes)} took effect")
    for found in tally.wrong[:20]:
        print(f"WRONG {found}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Random sequences of tool calls beside a desk: nothing may change.")
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=250)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    began = time.monotonic()
    print(f"{options.users} people, seed {options.seed}")
    kept = True
    for name, sequences, server, desk, is_planted in (
        ("as it is", options.sequences, SERVE, DESK, False),
        ("planted: a tool that writes past the guard", FEW, ("-m", "tests.journeys.planted"), DESK, True),
        ("planted: a desk that approves by itself", FEW, SERVE, ("-m", "tests.journeys.self_approving"), True),
    ):
        with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as folder:
            tally, came = tried(Path(folder), options.users, options.seed, sequences, server, desk)
        tell(name, tally, came)
        kept &= bool(came.changes) is is_planted and not tally.wrong and came.proposals > 0
    print()
    line("as promised", "yes" if kept else "NO")
    line("took", f"{time.monotonic() - began:.0f} s")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
