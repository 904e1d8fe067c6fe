"""A CSV file that somebody names to a command: its bytes, and what is said of one whose lines are wrong."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from licenseiq.table_file import Problem
from licenseiq_cli.prices_words import problem_rows, problem_words
from licenseiq_cli.program import program
from licenseiq_cli.report_json import JsonValue
from licenseiq_cli.screen import Lines, Title, show

WRONG, WRONG_USE = 1, 2


def read_file(name: str, most_bytes: int) -> bytes | None:
    """The file's bytes, one more than `most_bytes` at most; None when it cannot be read, which is said."""
    try:
        with Path(name).open("rb") as file:
            return file.read(most_bytes + 1)
    except OSError:
        print(f"{program()}: The file cannot be read. Check its name.", file=sys.stderr)  # noqa: T201
        return None


def nothing_stored(errors: Sequence[Problem], *, as_json: bool) -> int:
    """Says what is wrong, line by line. Gives the exit code."""
    if as_json:
        facts: dict[str, JsonValue] = {"stored": False, "errors": problem_rows(errors)}
        print(json.dumps(facts, indent=2))  # noqa: T201 - facts for machines
    else:
        show([Title("LicenseIQ", "nothing was stored"), Lines(problem_words(errors), bullets=True)])
    return WRONG
