"""`licenseiq approve ID`: opens the desk's page where somebody has a passkey; else a person reads the plan here.

Typing its phrase approves it, and it is carried out before their eyes: on the demo alone."""

import argparse
import json
import os
import sys
import webbrowser
from contextlib import closing
from pathlib import Path

import anyio

from licenseiq.errors import NotFound, Refused
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.states import RUN_ENDS
from licenseiq.proposals.stored import DeskReport
from licenseiq_cli import desk_control
from licenseiq_cli.carry_out import carry_out, report, summary
from licenseiq_cli.database_url import stores_of
from licenseiq_cli.desk_screen import Screen
from licenseiq_cli.desk_settings import desk_port
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.open_desk import PAGE_HOST, OpenDesk, open_demo_desk
from licenseiq_cli.policy_of import PolicyFile
from licenseiq_cli.proposals import tenant_of
from licenseiq_desk.desk import Desk
from licenseiq_desk.render import kind_of
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.inbox.store import Inbox

REQUESTER = "terminal, unauthenticated"


def run(options: argparse.Namespace) -> int:
    """Returns 0 when the plan is complete (or was rejected as asked), else 1. Raises LicenseIQError."""
    screen = Screen(sys.stderr if options.json else sys.stdout)
    folder, proposal_id = demo_home(), str(options.proposal_id)
    tenant_id = tenant_of(folder, proposal_id)
    if tenant_id is None:
        return _show_page(_real_page(proposal_id, options), proposal_id, options)
    if options.reject is None and not options.phrase and (url := _page(folder, proposal_id)) is not None:
        return _show_page(url, proposal_id, options)
    if options.reject is not None:
        found, code = _reject(folder, tenant_id, proposal_id, options.reject, screen), 0
    else:
        found = DeskState(folder).report(tenant_id, proposal_id)
        if found is not None and not _is_open(found):
            carried_out = " and carried out" if found.state == "approved" else ""
            screen.line(f"This proposal was {found.state}{carried_out} before; nothing is done now.")
        else:
            try:
                found = anyio.run(_approve, folder, tenant_id, proposal_id, screen)
            except KeyboardInterrupt:
                screen.rest()
                screen.line(
                    "Stopped. What was approved goes on with the same command, or with `licenseiq desk --demo`."
                )
                return 130
        code = 0 if found is not None and _tell(found, proposal_id, screen) else 1
    if options.json:
        print(json.dumps(_facts(proposal_id, found), indent=2))  # noqa: T201 - the facts that were asked for
    return code


def _real_page(proposal_id: str, options: argparse.Namespace) -> str:
    """The page of a real tenant's proposal. Raises NotFound, and Refused where nobody can decide on it now."""
    if tenant_of(home(), proposal_id) is None:
        raise NotFound("There is no proposal of that id.", "See `licenseiq proposals` for the ids.")
    if options.phrase or options.reject is not None:
        raise Refused(
            "A real tenant's proposal is decided on with a passkey, to reject it as well; nothing was changed.",
            f"Run `licenseiq approve {proposal_id}` without that option.",
        )
    if desk_control.find(home()) is None and stores_of(home()) is not None:
        # A desk apart leaves its address to nobody. It says who may approve there.
        return f"http://{PAGE_HOST}:{desk_port(os.environ, home())}/proposals/{proposal_id}"
    desk_control.need(home(), demo=False)
    if (url := _page(home(), proposal_id)) is None:
        raise Refused("Nobody may approve here yet.", "Let the first approver in: `licenseiq approvers add NAME`.")
    return url


def _page(folder: Path, proposal_id: str) -> str | None:
    """The proposal's page, if a desk runs and somebody is enrolled there."""
    control = desk_control.find(folder)
    return f"{control.url}/proposals/{proposal_id}" if control is not None and control.approvers else None


def _show_page(url: str, proposal_id: str, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps({"proposal_id": proposal_id, "decide_at": url}, indent=2))  # noqa: T201 - what was asked for
        return 0
    Screen(sys.stdout).line(f"Read it and decide with your passkey: {url}")
    if sys.stdout.isatty():
        webbrowser.open(url)
    return 0


def _is_open(found: DeskReport) -> bool:
    """Whether there is something left to decide or to carry out."""
    return found.state == "open" or found.goes_on


async def _approve(folder: Path, tenant_id: str, proposal_id: str, screen: Screen) -> DeskReport | None:
    """The desk's report afterwards; None when nothing was approved."""
    async with open_demo_desk(folder) as opened:
        if opened.tenant_id != tenant_id:
            raise Refused(
                "This proposal is for a demo tenant that has ended; each start makes a new one.", "Propose it again."
            )
        for rejected in opened.desk.take_over(tenant_id).rejected:
            if rejected.proposal_id == proposal_id:
                raise rejected.why
        found = report(opened, proposal_id)
        if found.state == "open":
            if not await _decide(opened, proposal_id, screen):
                return None
            screen.line("Approved. Carrying it out:", "bold")
        elif _is_open(found):
            screen.line("Approved already, so no phrase is needed: its run goes on.", "bold")
        else:
            return found
        found = await carry_out(opened, proposal_id, screen)
        screen.line()
        return found


async def _decide(opened: OpenDesk, proposal_id: str, screen: Screen) -> bool:
    """Shows the plan and asks for its phrase. True when it was approved; Refused for a wrong phrase."""
    try:
        pending, lines = await opened.desk.begin_approval(opened.tenant_id, proposal_id, opened.writer, REQUESTER)
    except EffectWaits as error:
        raise Refused(
            f"{error.what_happened} Nothing was approved.", f"Try again in {error.seconds:.0f} seconds."
        ) from error
    screen.line(f"Proposal {proposal_id}", "bold")
    for line in lines:
        screen.line(line, _STYLES.get(kind_of(line), ""))
    screen.line()
    typed = screen.ask(f"Nothing has changed yet. Type exactly: {pending.phrase}")
    if typed is None:
        screen.line("Nothing was approved.")
        return False
    try:
        opened.desk.approve(pending, typed)
    except Refused as error:
        again = f"Nothing was approved. Run `licenseiq approve {proposal_id}` to try again."
        raise Refused(error.what_happened, again) from error
    return True


_STYLES = {"warn": "yellow", "step warn": "yellow", "total": "bold", "person": "bold", "detail": "dim", "fine": "dim"}


def _reject(folder: Path, tenant_id: str, proposal_id: str, reason: str, screen: Screen) -> DeskReport | None:
    """Saying no needs neither the demo nor a phrase: nothing is done by it."""
    with closing(Inbox(folder)) as inbox, closing(Desk(folder, inbox, policy=PolicyFile(folder))) as desk:
        for rejected in desk.take_over(tenant_id).rejected:
            if rejected.proposal_id == proposal_id:
                raise rejected.why
        desk.reject(tenant_id, proposal_id, reason, REQUESTER)
        screen.line(f"Rejected {proposal_id}. Nothing was changed in the tenant.")
        return desk.report(tenant_id, proposal_id)


def _tell(found: DeskReport, proposal_id: str, screen: Screen) -> bool:
    """Says how it ended; True when the plan is complete."""
    if found.state != "approved":
        screen.line(f"The proposal is {found.state}. Make a new proposal if it should be done after all.", "yellow")
        return False
    last = found.last_run
    if last is None:
        return False
    is_complete = last.state == "complete"
    screen.line(summary(last), "bold green" if is_complete else "bold yellow")
    if last.state not in RUN_ENDS:
        screen.line(f"It goes on with `licenseiq desk --demo`, or with `licenseiq approve {proposal_id}` again.")
    if found.ledger is not None:
        screen.line(f"Ledger: {found.ledger.size} entries, root")
        screen.line(f"  {found.ledger.root}")
    screen.line(f"In the chat, ask for get_proposal {proposal_id}; here, `licenseiq audit verify`.")
    return is_complete


def _facts(proposal_id: str, found: DeskReport | None) -> dict[str, object]:
    last = found.last_run if found is not None else None
    head = found.ledger if found is not None else None
    return {
        "proposal_id": proposal_id,
        "state": "open" if found is None else found.state,
        "run": None
        if last is None
        else {
            "run_id": last.run_id,
            "state": last.state,
            "steps": [{"number": s.number, "kind": s.kind, "outcome": s.outcome, "note": s.note} for s in last.steps],
        },
        "ledger": None if head is None else {"size": head.size, "root": head.root},
    }
