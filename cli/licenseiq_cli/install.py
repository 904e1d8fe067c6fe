"""`licenseiq install CLIENT`: tells a chat client how to start the server, and with `--undo` takes that back."""

import argparse
import json
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from licenseiq_cli.clients.change import Change, install, undo
from licenseiq_cli.clients.edit import Spot
from licenseiq_cli.clients.entry import Entry, Machine, checkout_of, entry_for, left_out, secrets_set
from licenseiq_cli.clients.known import Client, client_of
from licenseiq_cli.clients.places import Place, local_folder, packaged_claudes, place_of
from licenseiq_cli.homes import demo_home
from licenseiq_cli.settings import FILE_NAME, OF_THE_DEMO, load_settings

_FIRST_QUESTION = "How healthy are our licences?"


def run(options: argparse.Namespace) -> int:
    """Adds, removes or prints the entry. SettingsError for a wrong setting, Refused where a file is not fit for it."""
    client = client_of(options.client)
    spot = Spot(client.section, "licenseiq-demo" if options.demo else "licenseiq", client.comments)
    place = _place(client, options.config)
    if options.undo:
        return _say(_undone(undo(Path(place.file), spot, datetime.now(UTC)), spot))
    machine = Machine(Path(sys.executable), checkout_of(Path(__file__)), _uv())
    entry = entry_for(client, machine, os.environ, demo=options.demo)
    notes = _left_out(demo_home(), OF_THE_DEMO) if options.demo else _notes()
    if options.print:
        return _say(_shown(client, spot, place, entry, chosen=options.config is not None) + notes)
    change = install(Path(place.file), Path(place.folder), client.title, spot, entry, datetime.now(UTC))
    return _say([*_installed(change, spot), *notes, client.after, f"Then ask: {_FIRST_QUESTION}"])


def _uv() -> str | None:
    found = shutil.which("uv")
    return str(Path(found).absolute()) if found else None


def _place(client: Client, config: str | None) -> Place:
    if config is not None:
        file = Path(os.path.expanduser(config)).absolute()
        return Place(file, file.parent)
    home = Path.home()
    desktop = sys.platform == "win32" and client.name == "claude-desktop"
    packages = packaged_claudes(Path(local_folder(os.environ, home))) if desktop else []
    return place_of(client, sys.platform, os.environ, home, Path.cwd(), packages)


def _installed(change: Change, spot: Spot) -> list[str]:
    if change.done == "already there":
        return [f"{spot.name} is already there, in {change.file}. Nothing was changed."]
    words = "was added to" if change.done == "added" else "was replaced in"
    return [f"{spot.name} {words} {change.file}", *_kept(change)]


def _undone(change: Change, spot: Spot) -> list[str]:
    if change.done == "not there":
        return [f"{spot.name} is not in {change.file}. Nothing was changed."]
    return [f"{spot.name} was removed from {change.file}", *_kept(change), "Restart the client to see it gone."]


def _kept(change: Change) -> list[str]:
    return [f"The file as it was before: {change.copy}"] if change.copy is not None else []


def _notes() -> list[str]:
    """What a person has to know of the settings of this terminal. SettingsError for a wrong one, which otherwise only
    a log of the client would tell."""
    settings = load_settings()
    lines = []
    if secrets := secrets_set(os.environ):
        lines.append(
            f"Not written, because it is a secret: {', '.join(secrets)}. A client's file is no place for it: "
            "sign in with 'licenseiq connect', or use the client's own store of secrets."
        )
    lines += _left_out(settings.home, left_out(os.environ))
    if settings.tenant_id is None or settings.client_id is None:
        lines.append("No tenant is set up yet: run 'licenseiq connect', or install with --demo to try it.")
    return lines


def _left_out(folder: Path, looked_at: Sequence[str]) -> list[str]:
    """Whoever has set a mode of privacy here would take it for set in the chat as well."""
    others = [name for name in left_out(os.environ) if name in looked_at]
    if not others:
        return []
    keys = " and ".join(name.removeprefix("LICENSEIQ_").lower() for name in others)
    return [f"Not handed on: {', '.join(others)}. Set {keys} in {folder / FILE_NAME}, which the server reads."]


def _shown(client: Client, spot: Spot, place: Place, entry: Entry, *, chosen: bool) -> list[str]:
    lines = [f"Add this to {place.file}", "", json.dumps({spot.section: {spot.name: entry}}, indent=2), ""]
    # PowerShell would take the quotes out of the JSON.
    if client.name == "claude-code" and not chosen and sys.platform != "win32":
        words = ["claude", "mcp", "add-json", "--scope", "user", spot.name, json.dumps(entry)]
        lines += ["or, for all your folders, let Claude Code add it:", "", shlex.join(words), ""]
    return [*lines, client.after]


def _say(lines: list[str]) -> int:
    print("\n".join(lines))  # noqa: T201 - what the command has done
    return 0
