"""`licenseiq run`: how runs stand, and stopping one. Stopping is asked of the desk that runs."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from licenseiq.errors import Refused
from licenseiq_cli.desk_control import need
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.screen import Block, Column, Lines, Table, Title, show

_COLUMNS = (
    *map(Column, ("Run", "Proposal", "State", "Sign-in blocked", "People", "Steps")),
    Column("Since", flex=True),
)


_HELD = {
    "person": " by a person",
    "failures": ", as too many people failed",
    "unexpected_answer": " at an unexpected answer",
}


def run(options: argparse.Namespace) -> int:
    """0 when done. Raises Refused with the desk's words."""
    folder = demo_home() if options.demo else home()
    if options.action == "status":
        from licenseiq_desk.audit import runs

        found = runs(folder)
        if options.json:
            print(json.dumps({"runs": [dict(one) for one in found]}, indent=2))  # noqa: T201 - facts for machines
            return 0
        blocks: list[Block] = [Title("LicenseIQ", "runs")]
        if found:
            rows = [_row(one) for one in sorted(found, key=_calm)]
            blocks.append(Table(_COLUMNS, rows))
        else:
            blocks.append(Lines(("Nothing was approved yet.",)))
        show(blocks)
        return 0
    if options.action == "certificate":
        return _certificate(folder, options)
    told = need(folder, demo=options.demo).ask(f"/control/runs/{options.run_id}/{options.action}")
    print(json.dumps(told, indent=2) if options.json else _words(options.action))  # noqa: T201 - the answer
    return 0


def _row(one: Mapping[str, str | int]) -> tuple[str, ...]:
    """A run in the columns of the table."""
    far = (_of(one, *pair) for pair in (("blocked", "to_block"), ("people_ended", "people"), ("steps_ended", "steps")))
    return (str(one["run"]), str(one["proposal"]), _state(one), *far, str(one["created_at"]))


def _calm(one: Mapping[str, str | int]) -> bool:
    """Runs with something urgent come first."""
    return one["urgent"] == 0


def _state(one: Mapping[str, str | int]) -> str:
    state = str(one["state"]) + _HELD.get(str(one["held"]), "")
    return state if _calm(one) else f"{state}; urgent: {one['urgent']} to block by hand"


def _certificate(folder: Path, options: argparse.Namespace) -> int:
    """Prints a certificate as JSON, or writes it: as a page where the file's name ends in .html."""
    from licenseiq_desk.audit import certificate_of
    from licenseiq_desk.certificate import as_json

    found = certificate_of(folder, options.run_id)
    if options.to is None:
        print(as_json(found), end="")  # noqa: T201 - what was asked for
        return 0
    text = as_json(found)
    if options.to.endswith(".html"):
        from licenseiq_desk.certificate_html import as_html

        text = as_html(found)
    try:
        Path(options.to).write_text(text, encoding="utf-8")
    except OSError:
        raise Refused(
            "The certificate could not be written there.", "Name a file in a folder that you may write."
        ) from None
    print(f"The certificate of {options.run_id} is in {options.to}.")  # noqa: T201 - the answer
    return 0


def _of(one: Mapping[str, str | int], part: str, whole: str) -> str:
    """'12 of 500'; nothing where there is none, or where that was not noted."""
    return f"{one[part]} of {one[whole]}" if one[whole] else ""


def _words(action: str) -> str:
    return {
        "pause": "It rests before its next step, until 'licenseiq run resume'.",
        "resume": "It goes on.",
        "cancel": "It ends before its next step. What was sent already is found out first.",
    }[action]
