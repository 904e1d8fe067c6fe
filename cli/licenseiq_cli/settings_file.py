"""Changing `licenseiq.toml` without harming what else stands in it: comments, order and line ends are kept.

Only whole lines of the plain form `key = "value"` are touched. The result is parsed before it is written: if anything
but the wanted keys differs, nothing is written and a person is told what to change by hand.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from licenseiq.errors import SettingsError
from licenseiq_cli.settings import FILE_NAME

_HEAD = "# Written by 'licenseiq connect'. Secrets do not belong here.\n"


def change(home: Path, wanted: Mapping[str, str | None]) -> Path:
    """Sets each key to its text, or removes it where that is None. Returns the file. Raises SettingsError."""
    from licenseiq_tenant.graph.token_cache import write_private

    # A link is followed, so that the settings stay where the person keeps them.
    file = (home / FILE_NAME).resolve()
    before = _text(file)
    after = changed(before, wanted)
    if after != before and (before or any(wanted.values())):
        write_private(file, after)
    return home / FILE_NAME


def changed(text: str, wanted: Mapping[str, str | None]) -> str:
    """The text of the file with the keys as `wanted`. Raises SettingsError where that would harm anything else."""
    try:
        known = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise SettingsError(f"{FILE_NAME} is not valid TOML, so it was not changed.", "Correct it first.") from None
    end = "\r\n" if "\r\n" in text else "\n"
    lines = (text or _HEAD).splitlines(keepends=True)
    if not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    for key, value in wanted.items():
        plain = re.compile(rf"""(\s*{key}\s*=\s*)("[^"\\]*"|'[^']*')(\s*(?:#.*)?\r?\n)""")
        found = [(n, match) for n, line in enumerate(lines) if (match := plain.fullmatch(line))]
        if found:
            at, match = found[0]
            lines[at] = "" if value is None else f"{match[1]}{_quoted(value)}{match[3]}"
        elif value is not None:
            # Before the first table, whose key it would otherwise become.
            table = next((n for n, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
            lines.insert(table, f"{key} = {_quoted(value)}{end}")
    after = "".join(lines)
    expected = {key: value for key, value in known.items() if key not in wanted}
    expected |= {key: value for key, value in wanted.items() if value is not None}
    if _parsed(after) != expected:
        raise SettingsError(
            f"{FILE_NAME} is written in a way that could not be changed safely, so it was left as it is.",
            f"Set or remove these keys by hand: {', '.join(wanted)}.",
        )
    return after


def _parsed(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _quoted(value: str) -> str:
    # JSON's strings are TOML's, but for a byte that JSON leaves bare; the parse above would refuse it.
    return json.dumps(value, ensure_ascii=False)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"{FILE_NAME} could not be read, so it was not changed.", "Make it a UTF-8 text that this account may read."
        ) from None
