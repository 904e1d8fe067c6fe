"""The commands, and what can be typed after each. `licenseiq --help` is the manual, so the words stand here.

A command exists because COMMANDS names it. Its module is imported when it runs: `serve` never loads the desk.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass

from licenseiq_cli.clients.known import CLIENTS
from licenseiq_cli.settings import CLOUDS

_EPILOG = """\
first steps:
  licenseiq demo                try everything on a simulated tenant
  licenseiq serve --demo        let a chat ask about it (MCP over stdio)
  licenseiq connect             do the same with a real tenant, read only
  licenseiq approve ID          read and approve what the chat has proposed

exit codes: 0 done, 1 something was found wrong, 2 wrong use or settings
'licenseiq COMMAND --help' says more about one command."""


@dataclass(frozen=True, slots=True)
class Command:
    """`module` is imported from licenseiq_cli and its `run(options) -> int` gives the exit code."""

    name: str
    module: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]


def build_parser() -> argparse.ArgumentParser:
    """The parser of everything. The options hold `command` (None without one) and `module`."""
    parser = argparse.ArgumentParser(
        prog="licenseiq",
        description="Finds Microsoft 365 licences that nobody uses,\nand takes them back once a person has approved.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND [options]")
    for command in COMMANDS:
        added = commands.add_parser(command.name, help=command.help, description=_sentence(command.help))
        command.add_arguments(added)
        added.set_defaults(module=command.module)
    return parser


def _demo(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--serve", metavar="PORT", type=_port, help="only serve it, on this port until Ctrl-C (0: any)")
    what.add_argument("--stop", action="store_true", help="stop the one that runs")
    parser.add_argument("--users", metavar="N", type=_people, default=250, help="how many people it has (default 250)")
    parser.add_argument("--seed", metavar="N", type=int, default=7, help="the seed of its people (default 7)")
    _json(parser)


def _connect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", metavar="ID", help="the tenant's id, or one of its domains")
    parser.add_argument("--client-id", metavar="ID", help="the application id of the reader's registration")
    parser.add_argument("--cloud", choices=sorted(CLOUDS), help="the national cloud (default global, also for GCC)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--browser", action="store_true", help="a person signs in, in a browser that opens here")
    how.add_argument("--device-code", action="store_true", help="a person signs in elsewhere, with a code shown here")
    how.add_argument("--certificate", metavar="PATH", help="a service signs in, with certificate and key in this file")
    how.add_argument("--forget", action="store_true", help="remove the kept sign-in and the connection")
    parser.add_argument("--no-scan", action="store_true", help="do not read the tenant yet")


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="try the simulated demo tenant; needs no credentials")
    _json(parser)


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="serve the simulated demo tenant; needs no credentials")
    parser.add_argument("--read-only", action="store_true", help="leave out the tools that propose changes")


def _scan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="read the simulated demo tenant; needs no credentials")
    _json(parser)


def _desk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="work on the demo tenant, the only one so far")
    parser.add_argument(
        "--poll", metavar="SECONDS", type=_seconds, default=0.5, help="how often to look for work (default 0.5)"
    )


def _proposals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="only those of the demo tenant")
    _json(parser)


def _approve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("proposal_id", metavar="ID", help="the proposal's id, as the chat or 'proposals' shows it")
    parser.add_argument("--reject", metavar="REASON", help="reject it instead, for this reason")
    _json(parser)


def _audit(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    words = "check that no entry of the ledger was changed or removed"
    verify = actions.add_parser("verify", help=words, description=_sentence(words))
    verify.add_argument("--demo", action="store_true", help="only the demo tenant's ledger")
    _json(verify)


def _install(parser: argparse.ArgumentParser) -> None:
    names = [client.name for client in CLIENTS]
    parser.add_argument("client", metavar="CLIENT", choices=names, help=f"one of {', '.join(names)}")
    parser.add_argument("--demo", action="store_true", help="as licenseiq-demo, for the simulated tenant")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--print", action="store_true", help="only show what would be written, and where")
    what.add_argument("--undo", action="store_true", help="take our entry out again, and nothing else")
    parser.add_argument("--config", metavar="PATH", help="the client's file, if it lies elsewhere")


COMMANDS: tuple[Command, ...] = (
    Command("demo", "demo", "show what LicenseIQ finds in a simulated tenant of 250 people", _demo),
    Command("connect", "connect", "sign in to a real tenant, read only, and get its first score", _connect),
    Command("check", "check", "try what can be read, and say what is missing and who can grant it", _check),
    Command("serve", "serve", "let a chat ask, over the Model Context Protocol on stdio", _serve),
    Command("install", "install", "tell a chat client how to start LicenseIQ, or take that back", _install),
    Command("scan", "scan", "read the tenant now, and say how old everything is", _scan),
    Command("desk", "desk", "carry out what people have approved, until Ctrl-C", _desk),
    Command("proposals", "proposals", "list what was proposed, and what became of it", _proposals),
    Command("approve", "approve", "read one proposal and approve or reject it", _approve),
    Command("audit", "audit", "check the ledger of everything that was done", _audit),
)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object, for machines")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _people(text: str) -> int:
    people = int(text)
    if not 1 <= people <= 250_000:
        raise argparse.ArgumentTypeError("give a number of people from 1 to 250000")
    return people


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and 0.05 <= seconds <= 3600):
        raise argparse.ArgumentTypeError("give a number of seconds from 0.05 to 3600")
    return seconds
