"""`licenseiq approvers`: who may approve, and letting the first one in. The desk has to run."""

import argparse
import json
import sys
import webbrowser

from licenseiq.times import iso
from licenseiq_cli.desk_control import need
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.screen import Block, Column, Lines, Table, Title, show
from licenseiq_desk.approval.approvers import Enrolled
from licenseiq_tenant.os_account import os_account

_COLUMNS = (Column("Id"), Column("Name", flex=True), Column("Enrolled"), Column("Since"))


def run(options: argparse.Namespace) -> int:
    """0 when done. Raises Refused and BadRequest with the desk's words."""
    folder = demo_home() if options.demo else home()
    if options.action == "list":
        return _list(options)
    control = need(folder, demo=options.demo)
    if options.action == "revoke":
        found = control.ask(f"/control/approvers/{options.id}/revoke")
        _tell(options, found, f"{options.id} approves nothing any more.")
        return 0
    found = control.ask("/control/enrolments", {"name": options.name, "account": os_account()})
    _tell(options, found, f"Open this within ten minutes, on this machine: {found['url']}")
    if sys.stdout.isatty() and not options.json:
        webbrowser.open(found["url"])
    return 0


def _list(options: argparse.Namespace) -> int:
    from licenseiq_desk.audit import approvers

    folder = demo_home() if options.demo else home()
    found = approvers(folder)
    if options.json:
        rows = [{"id": one.approver_id, "name": one.name, **_facts(one)} for one in found]
        print(json.dumps({"approvers": rows}, indent=2))  # noqa: T201 - facts for machines
        return 0
    blocks: list[Block] = [Title("LicenseIQ", "approvers")]
    if found:
        rows_shown = [(one.approver_id, one.name, one.enrolled, _since(one)) for one in found]
        blocks.append(Table(_COLUMNS, rows_shown))
    else:
        blocks.append(
            Lines(("Nobody may approve with a passkey yet. 'licenseiq approvers add NAME' lets the first one in.",))
        )
    show(blocks)
    return 0


def _facts(one: Enrolled) -> dict[str, str | None]:
    return {"enrolled": one.enrolled, "at": iso(one.at), "revoked_at": iso(one.revoked_at) if one.revoked_at else None}


def _since(one: Enrolled) -> str:
    return f"{iso(one.at)}{f', revoked {iso(one.revoked_at)}' if one.revoked_at else ''}"


def _tell(options: argparse.Namespace, found: dict[str, object], words: str) -> None:
    print(json.dumps(found, indent=2) if options.json else words)  # noqa: T201 - what the command is for
