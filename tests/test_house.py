"""The house keeps its own rules: lint, types, import contracts and the size of files."""

import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path
from statistics import median

import pytest
from packaging.requirements import Requirement

from tests.pins import PYPROJECT, pins

TOP = Path(__file__).resolve().parent.parent
ROOMS = ("core", "tenant", "tools", "prompts", "server", "desk", "demo", "cli")


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


def test_what_is_installed_is_what_is_pinned() -> None:
    """Without this a pin could be written for one version and tested with another."""
    pinned = [Requirement(pin) for pin in pins(PYPROJECT.read_text(encoding="utf-8"))]
    wrong = {
        pin.name: (str(pin.specifier), version(pin.name))
        for pin in pinned
        if (pin.marker is None or pin.marker.evaluate()) and not pin.specifier.contains(version(pin.name))
    }
    assert len(pinned) > 50
    assert not wrong
    direct = {Requirement(text).name for text in requires("licenseiq") or ()}
    assert direct <= {pin.name for pin in pinned}
