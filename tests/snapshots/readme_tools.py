"""The table of tools in README.md, written from what the server publishes. `tests.snapshots.update` rewrites it."""

from pathlib import Path

from licenseiq_server.build import all_tools
from licenseiq_tools import PROPOSALS

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN = "<!-- tools: written by `uv run python -m tests.snapshots.update` -->"
END = "<!-- end of tools -->"


def table() -> str:
    """One row a tool, in the order in which a client sees them: what it answers, its arguments, and what it stores."""
    proposing = {entry.name for entry in PROPOSALS}
    rows = ["| tool | what it does | arguments | changes |", "|---|---|---|---|"]
    for name, tool in all_tools().items():
        first, _, _ = tool.description.partition(". ")
        cells = (
            f"`{name}`",
            f"{first.rstrip('.')}.",
            ", ".join(f"`{argument}`" for argument in tool.parameters["properties"]) or "none",
            "proposals only" if name in proposing else "nothing",
        )
        rows.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(rows)


def in_readme() -> str:
    """The table as README.md has it. Raises ValueError when its two markers are not there once each."""
    _, shown, _ = _parts()
    return shown.strip("\n")


def rewrite() -> None:
    """Puts the table of now between the markers."""
    before, _, after = _parts()
    README.write_text(f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}", encoding="utf-8")


def _parts() -> tuple[str, str, str]:
    text = README.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(END) < text.index(BEGIN):
        raise ValueError(f"README.md needs the lines {BEGIN} and {END}, once each and in this order.")
    before, _, rest = text.partition(BEGIN)
    shown, _, after = rest.partition(END)
    return before, shown, after
