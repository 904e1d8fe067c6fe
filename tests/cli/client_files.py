"""Files of chat clients, for the tests of `licenseiq install`."""

from datetime import UTC, datetime
from pathlib import Path

from licenseiq_cli.clients.change import install
from licenseiq_cli.clients.edit import Spot

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ENTRY = {"command": "/opt/licenseiq", "args": ["serve"]}
STRICT = Spot("mcpServers", "licenseiq", comments=False)
VSCODE = Spot("servers", "licenseiq", comments=True)


def installed(file: Path, spot: Spot = STRICT) -> str:
    return install(file, file.parent, "The client", spot, ENTRY, NOW).done


def written(folder: Path, content: str | bytes, name: str = "mcp.json") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def copies(file: Path) -> list[Path]:
    return sorted(file.parent.glob(f"{file.name}.licenseiq-backup-*"))
