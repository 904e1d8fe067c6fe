"""The house keeps its own rules: lint, types, import contracts and the size of files."""

import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

TOP = Path(__file__).resolve().parent.parent
ROOMS = ("core", "tenant", "tools", "server", "desk", "demo", "cli")


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "ruff", "format", "--check", "."],
        [sys.executable, "-m", "mypy"],
        [str(Path(sys.executable).parent / "lint-imports")],
    ],
    ids=["lint", "format", "types", "contracts"],
)
def test_the_house_is_clean(command: list[str]) -> None:
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_no_file_holds_two_ideas() -> None:
    sizes = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for room in ROOMS
        for path in (TOP / room).rglob("*.py")
    }
    too_long = {str(path.relative_to(TOP)): lines for path, lines in sizes.items() if lines > 400}
    assert not too_long, f"over 400 lines, each is two ideas: {too_long}"
    assert median(sizes.values()) <= 120
    assert sum(lines <= 250 for lines in sizes.values()) >= 0.9 * len(sizes)
