"""Every dependency pinned exactly: `uv run python -m tests.pins` writes what uv resolves anew.

`pyproject.toml` gets the versions, for uv; `.ci/requirements.txt` gets them with hashes, for pip without uv.
To take newer versions: empty the list in `pyproject.toml`, run the command, run the tests.
"""

import re
import subprocess
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
HASHED = PYPROJECT.parent / ".ci" / "requirements.txt"
EXPORT = ("uv", "export", "--no-emit-project", "--no-annotate", "--no-header", "-q")
_LIST = re.compile(r"(?s)constraint-dependencies = \[\n(.*?)\]\n")


def pins(pyproject: str) -> tuple[str, ...]:
    """The pins of a pyproject's text, such as 'mcp==2.3.0', with their markers."""
    found = _LIST.search(pyproject)
    return tuple(re.findall(r'"([^"]+)"', found.group(1))) if found else ()


def with_pins(pyproject: str, exported: str) -> str:
    """The text with the pins of uv's export in place of its own. Markers with double quotes are not expected."""
    lines = [line.strip() for line in exported.splitlines() if "==" in line]
    listed = "".join(f'    "{line}",\n' for line in lines)
    return _LIST.sub(lambda _: f"constraint-dependencies = [\n{listed}]\n", pyproject)


def exported(*more: str) -> str:
    return subprocess.run([*EXPORT, *more], cwd=PYPROJECT.parent, check=True, capture_output=True, text=True).stdout


def main() -> None:
    versions = exported("--no-hashes", "--all-groups")
    PYPROJECT.write_text(with_pins(PYPROJECT.read_text(encoding="utf-8"), versions), encoding="utf-8")
    HASHED.write_text(exported("--no-dev"), encoding="utf-8")


if __name__ == "__main__":
    main()
