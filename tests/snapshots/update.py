"""Writes what every tool publishes into tests/snapshots/tools, and their table into README.md; and the keys of the
policy into docs/policy.md.

Run `uv run python -m tests.snapshots.update`.
"""

import json
from pathlib import Path
from typing import Any

import anyio
from mcp import Client

from licenseiq_server import build_server
from licenseiq_tools import PROPOSALS, READS
from tests.fakes import opener
from tests.snapshots import policy_keys, readme_tools

COMMAND = "uv run python -m tests.snapshots.update"
FOLDER = Path(__file__).parent / "tools"


async def published(mode: str) -> dict[str, dict[str, Any]]:
    """What a client of this era sees of every tool."""
    server = build_server(opener(), read_only=False, version="0")
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
    return {
        tool.name: {
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "input_schema": tool.input_schema,
            "output_schema": tool.output_schema,
            "annotations": tool.annotations.model_dump(exclude_none=True) if tool.annotations else None,
        }
        for tool in tools
    }


def as_text(tool: dict[str, Any]) -> str:
    return json.dumps(tool, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    known = {entry.name for entry in READS + PROPOSALS}
    for stale in (path for path in FOLDER.glob("*.json") if path.stem not in known):
        stale.unlink()
    for name, tool in (await published("auto")).items():
        (FOLDER / f"{name}.json").write_text(as_text(tool), encoding="utf-8")
    readme_tools.rewrite()
    policy_keys.rewrite()


if __name__ == "__main__":
    anyio.run(main)
