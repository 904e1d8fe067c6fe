"""What each fault of Graph makes of each source, as a Markdown table: `uv run python -m bench.faults`.

Cases and expectations are those of `tests/tenant/test_fault_matrix.py`. A cell says how the source ends where it was
never read, and where it was read a day before. Ends with 1 when a cell is not as expected.
"""

import sys
import tempfile
from pathlib import Path

from tests.tenant.fault_matrix import CASES, KINDS, SOURCES, first_scan, run, wrong
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Home

from licenseiq.readings import Source
from licenseiq_demo import process

USERS = 60


def main() -> int:
    cells: dict[tuple[Source, str], list[str]] = {}
    surprises: list[str] = []
    with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as name:
        folder = Path(name)
        demo = OnDemo(folder / "demo")
        try:
            process.find_or_start(demo.home, "reader", users=USERS)
            scanned = first_scan(Home(_new(folder / "scanned"), demo))
            for place, (lane, fault, known) in enumerate(CASES):
                outcomes = run(Home(_new(folder / str(place)), demo), scanned, lane, fault, known)
                for source, outcome in outcomes.items():
                    cells.setdefault((source, fault), []).append(outcome.words())
                    if said := wrong(source, fault, known, outcome):
                        surprises.append(
                            f"- {source.value}, {fault}, {'read before' if known else 'never read'}: {said}"
                        )
        finally:
            process.stop(demo.home)
    lines = [f"| source | {' | '.join(KINDS)} |", f"|---|{'---|' * len(KINDS)}"]
    for source in SOURCES:
        row = ("; ".join(dict.fromkeys(cells.get((source, fault), ["–"]))) for fault in KINDS)
        lines.append(f"| {source.value} | {' | '.join(row)} |")
    found = [f"Not as expected: {len(surprises)} of {sum(len(tried) for tried in cells.values())}.", *surprises]
    sys.stdout.write("\n".join([*lines, "", *found, ""]))
    return 1 if surprises else 0


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    sys.exit(main())
