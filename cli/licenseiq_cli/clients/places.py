"""Where each client's file lies. Pure, but for `packaged_claudes`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from licenseiq.errors import Refused
from licenseiq_cli.clients.known import Client


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` exists where the client is installed; what lies between it and the file may be created."""

    file: PurePath
    folder: PurePath


def place_of(
    client: Client,
    platform: str,
    environ: Mapping[str, str],
    home: PurePath,
    here: PurePath,
    packages: Sequence[str] = (),
) -> Place:
    """The file of `client` on `platform` (sys.platform's words), for the person whose home is given.

    `here` is the current folder; `packages` is what `packaged_claudes` found. Refused when there are several.
    """
    if client.name == "claude-code":
        # Not ~/.claude.json: running sessions rewrite it all the time, and it holds sign-ins.
        return Place(here / ".mcp.json", here)
    if client.name == "cursor":
        return Place(home / ".cursor" / "mcp.json", home / ".cursor")
    settings = _settings_folder(platform, environ, home)
    if client.name == "vscode":
        return Place(settings / "Code" / "User" / "mcp.json", settings / "Code")
    folder = settings / "Claude"
    if len(packages) > 1:
        raise Refused(
            "Several packages of Claude Desktop are installed, and which of them you use cannot be told.",
            "Open Settings > Developer > Edit Config in Claude Desktop, and give that file with --config.",
        )
    if packages:
        # Windows shows an app from a package a folder of its own in place of %APPDATA%.
        folder = local_folder(environ, home) / "Packages" / packages[0] / "LocalCache" / "Roaming" / "Claude"
    return Place(folder / "claude_desktop_config.json", folder)


def local_folder(environ: Mapping[str, str], home: PurePath) -> PurePath:
    """%LOCALAPPDATA% of Windows."""
    return _absolute(environ.get("LOCALAPPDATA"), home) or home / "AppData" / "Local"


def packaged_claudes(local: Path) -> list[str]:
    """The names of Claude Desktop's packages in %LOCALAPPDATA% that were started at least once."""
    found = (local / "Packages").glob("Claude_*")
    return sorted(package.name for package in found if (package / "LocalCache" / "Roaming" / "Claude").is_dir())


def _settings_folder(platform: str, environ: Mapping[str, str], home: PurePath) -> PurePath:
    if platform == "win32":
        return _absolute(environ.get("APPDATA"), home) or home / "AppData" / "Roaming"
    if platform == "darwin":
        return home / "Library" / "Application Support"
    return _absolute(environ.get("XDG_CONFIG_HOME"), home) or home / ".config"


def _absolute(text: str | None, home: PurePath) -> PurePath | None:
    """A relative path counts as not set: the rule of XDG, and safe elsewhere."""
    path = type(home)(text) if text else None
    return path if path is not None and path.is_absolute() else None
