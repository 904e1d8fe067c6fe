"""The commands, and what can be typed after each. `licenseiq --help` is the manual, so the words stand here.

A command exists because COMMANDS names it. Its module is imported when it runs: `serve` never loads the desk.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from licenseiq.spending.table import MOST_MONTHS, Per, SpendBy
from licenseiq_cli.audit_arguments import audit
from licenseiq_cli.clients.known import CLIENTS
from licenseiq_cli.settings import CLOUDS
from licenseiq_cli.subject_arguments import subject

# What can be exported.
TABLES = ("summary", "findings", "subscriptions", "renewals", "people")

_EPILOG = """\
first steps:
  licenseiq demo                try everything on a simulated tenant
  licenseiq serve --demo        let a chat ask about it (MCP over stdio)
  licenseiq install --help      put that into Claude Desktop, VS Code or Cursor
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
    parser.add_argument("--users", metavar="N", type=_people, help="how many people it has (default 250)")
    parser.add_argument("--seed", metavar="N", type=int, help="the seed of its people (default 7)")
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


def _score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="of the simulated demo tenant; needs no credentials")
    _json(parser)


def _prices(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, file, words in (
        ("import", "FILE.csv", "say what a price list would change, and with --apply change it"),
        ("list", "", "show your own prices, and the list prices behind them"),
        ("template", "", "print the tenant's purchases as a price list to fill in"),
        ("reconcile", "INVOICE.csv", "compare an invoice with the tenant, line by line"),
    ):
        action = actions.add_parser(name, help=words, description=_sentence(words))
        if file:
            action.add_argument("file", metavar=file, help="a CSV file; docs/prices.md names its columns")
        if name == "import":
            action.add_argument("--apply", action="store_true", help="store it; without this nothing is stored")
        action.add_argument("--demo", action="store_true", help="for the simulated demo tenant")
        if name != "template":
            _json(action)


def _hr(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("import", "say what HR's file would change, and with --apply change it"),
        ("status", "say from when HR's word is, and how many people it is about"),
        ("remove", "forget what HR said"),
    ):
        action = actions.add_parser(name, help=words, description=_sentence(words))
        if name == "import":
            columns = "a CSV file with the columns user, status (active, on leave, left), since, until; no reasons"
            action.add_argument("file", metavar="FILE.csv", help=columns)
            action.add_argument("--apply", action="store_true", help="store it; without this nothing is stored")
        action.add_argument("--demo", action="store_true", help="for the simulated demo tenant")
        _json(action)


def _renewals(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--within", metavar="DAYS", type=_days, help="only those with a deadline in so many days")
    what.add_argument("--mail", metavar="ID", help="print the e-mail to the reseller of this subscription")
    what.add_argument("--steps", metavar="ID", help="print what to click to change this subscription")
    parser.add_argument("--demo", action="store_true", help="for the simulated demo tenant")
    _json(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", required=True, metavar="PATH", help="a folder, or a file that ends like the format")
    parser.add_argument("--format", required=True, choices=("csv", "xlsx", "html"), help="html is a report to print")
    names = f"some of {','.join(TABLES)} (default: all that the format has)"
    parser.add_argument("--what", metavar="TABLES", type=_tables, help=names)
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument("--demo", action="store_true", help="export the simulated demo tenant")


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", default=".", metavar="PATH", help="a folder (default: this one), or a file of .html")
    parser.add_argument("--force", action="store_true", help="replace a report that is there")
    parser.add_argument("--demo", action="store_true", help="of the simulated demo tenant")
    parser.set_defaults(format="html", what=None)


def _spend(parser: argparse.ArgumentParser) -> None:
    groups = [by.value for by in SpendBy]
    parser.add_argument("--by", choices=groups, default=groups[0], help=f"the groups: {', '.join(groups)}")
    parser.add_argument("--under", metavar="PERSON", help="with --by manager: below whom to look")
    parser.add_argument("--compare", metavar="DAY", help="last_month, last_year, or a day such as 2026-10-31")
    parser.add_argument("--sum", metavar="GROUP", action="append", help="a group to add up; may be given again")
    parser.add_argument("--demo", action="store_true", help="of the simulated demo tenant")
    _json(parser)


def _forecast(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--months", metavar="N", type=_months, default=12, help="how far ahead (1 to 24, default 12)")
    parser.add_argument("--joiners", metavar="N", type=_number, default=0, help="people who join each month")
    parser.add_argument("--leavers", metavar="N", type=_number, default=0, help="people who leave each month")
    parser.add_argument(
        "--price-change", metavar="PERCENT", type=_percent, default=0, help="what if prices change by this"
    )
    parser.add_argument("--sku", metavar="SKU", help="one SKU: name, part number or id")
    parser.add_argument("--extra-seats", metavar="N", type=_number, default=0, help="what if we buy more; needs --sku")
    parser.add_argument("--with-proposals", action="store_true", help="as if all open proposals were carried out")
    parser.add_argument("--sum", choices=[per.value for per in Per], default=Per.MONTH.value, help="add months up")
    parser.add_argument("--demo", action="store_true", help="for the simulated demo tenant")
    _json(parser)


def _policy(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("show", "show every value of the policy, and what it means"),
        ("diff", "say what the policy of a file would add and remove; 1 if anything"),
        ("template", "print a section [policy] to begin with"),
    ):
        action = actions.add_parser(name, help=words, description=_sentence(words))
        if name == "diff":
            action.add_argument("file", metavar="FILE.toml", help="a file with a section [policy]")
        if name != "template":
            action.add_argument("--demo", action="store_true", help="for the simulated demo tenant")
            _json(action)


def _exceptions(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("add", "leave a finding as it is, for a reason and until a day"),
        ("list", "list the exceptions, and what they keep out of the exposure"),
        ("remove", "end an exception, so that its finding counts again"),
    ):
        action = actions.add_parser(name, help=words, description=_sentence(words))
        if name != "list":
            action.add_argument("finding_id", metavar="FINDING_ID", help="the finding's id, as the chat shows it")
        if name == "add":
            action.add_argument("--reason", required=True, metavar="TEXT", help="why; name no illness and no leave")
            action.add_argument("--owner", required=True, metavar="TEXT", help="who answers for it")
            action.add_argument("--until", required=True, metavar="DATE", type=_day, help="its last day: 2027-03-31")
            action.add_argument("--snooze", action="store_true", help="it is put off, not accepted")
        action.add_argument("--demo", action="store_true", help="for the simulated demo tenant")
        _json(action)


def _who(parser: argparse.ArgumentParser) -> None:
    words = "a pseudonym as the chat shows it; or a principal name, an id or a display name"
    parser.add_argument("person", metavar="PERSON", help=words)
    parser.add_argument("--demo", action="store_true", help="somebody of the simulated demo tenant")
    _json(parser)


def _desk(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--demo", action="store_true", help="work on the simulated demo tenant")
    which.add_argument("--sign-in", action="store_true", help="sign in yourself by a code, for as long as it runs")
    parser.add_argument("--port", metavar="PORT", type=_port, help="where its pages are (default 8765; 0: any)")
    parser.add_argument(
        "--poll", metavar="SECONDS", type=_seconds, default=0.5, help="how often to look for work (default 0.5)"
    )


def _proposals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="only those of the demo tenant")
    _json(parser)


def _approve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("proposal_id", metavar="ID", help="the proposal's id, as the chat or 'proposals' shows it")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--reject", metavar="REASON", help="reject it instead, for this reason")
    how.add_argument("--phrase", action="store_true", help="type a phrase here, also where a passkey could be used")
    _json(parser)


def _approvers(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("add", "let the first approver enrol a passkey, on the desk's page"),
        ("list", "list who may approve, and who let them in"),
        ("revoke", "end what an approver may approve, at once"),
    ):
        action = actions.add_parser(name, help=words, description=_sentence(words))
        if name == "add":
            action.add_argument("name", metavar="NAME", help="the approver's name, as records show it")
        if name == "revoke":
            action.add_argument("id", metavar="ID", help="the approver's id, as 'approvers list' shows it")
        action.add_argument("--demo", action="store_true", help="at the demo tenant's desk")
        _json(action)


def _run(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("status", "list the runs and how they stand"),
        ("pause", "let a run rest before its next step"),
        ("resume", "let a run that rests go on"),
        ("cancel", "end a run before its next step, for good"),
        ("certificate", "say who approved a run, what became of each step, and prove it from the ledger"),
    ):
        action = actions.add_parser(name, help=words, description=_sentence(words))
        if name != "status":
            action.add_argument("run_id", metavar="RUN", help="the run's id, as 'run status' shows it")
        if name == "certificate":
            words = "the file to write: a page where it ends in .html, else JSON"
            action.add_argument("--to", metavar="FILE", help=words)
        action.add_argument("--demo", action="store_true", help="of the demo tenant")
        _json(action)


def _database(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    words = "make the schemas and roles in PostgreSQL, or bring them to this version"
    init = actions.add_parser("init", help=words, description=_sentence(words))
    init.add_argument("--print", action="store_true", help="only print the statements, for an administrator to run")
    words = "say whether PostgreSQL answers, and what this account may do there"
    _json(actions.add_parser("status", help=words, description=_sentence(words)))


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
    Command("score", "score", "show what makes up the score, and what to do first", _score),
    Command("scan", "scan", "read the tenant now, and say how old everything is", _scan),
    Command("leavers", "leavers", "list who left and still has something: a way in, licences, rules", _score),
    Command("prices", "prices", "import your own prices, list them, and check an invoice", _prices),
    Command("hr", "hr", "take over from a file who left and who is on leave", _hr),
    Command("renewals", "renewals", "list what renews, which quantity to keep, and write the e-mail", _renewals),
    Command("export", "export", "write tables (CSV, XLSX) or a report to print (HTML)", _export),
    Command("report", "export", "write the report to print: what export does with --format html", _report),
    Command("spend", "spend", "show spend in groups, against another day, and what became of savings", _spend),
    Command("forecast", "spend", "show what the months to come cost, and what if", _forecast),
    Command("policy", "policy", "show the policy, and what another one would change", _policy),
    Command("exceptions", "exceptions", "leave findings as they are, for a reason and until a day", _exceptions),
    Command("who", "who", "say whose a pseudonym is, or which one somebody has", _who),
    Command("subject", "subject", "write a copy of what is held about a person, for that person", subject),
    Command("desk", "desk", "carry out what people have approved, until Ctrl-C", _desk),
    Command("proposals", "proposals", "list what was proposed, and what became of it", _proposals),
    Command("approve", "approve", "read one proposal and approve or reject it", _approve),
    Command("approvers", "approvers", "say who may approve with a passkey, and let the first one in", _approvers),
    Command("run", "run", "show runs, and pause, resume or cancel one", _run),
    Command("audit", "audit", "verify, export and anchor the ledger of everything that was done", audit),
    Command("database", "database", "keep the stores in PostgreSQL instead of files", _database),
)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object, for machines")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _port(text: str) -> int:
    return _whole(text, 0, 65535, "a port is a number from 0 to 65535")


def _people(text: str) -> int:
    return _whole(text, 1, 250_000, "give a number of people from 1 to 250000")


def _days(text: str) -> int:
    return _whole(text, 0, 3_660, "give a number of days from 0 to 3660")


def _tables(text: str) -> tuple[str, ...]:
    """In the order of TABLES, each once."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    if not asked or any(name not in TABLES for name in asked):
        raise argparse.ArgumentTypeError(f"give some of {', '.join(TABLES)}, with commas between")
    return tuple(name for name in TABLES if name in asked)


def _months(text: str) -> int:
    return _whole(text, 1, MOST_MONTHS, f"give a number of months from 1 to {MOST_MONTHS}")


def _number(text: str) -> int:
    return _whole(text, 0, 1_000_000, "give a whole number from 0 to 1000000")


def _percent(text: str) -> int:
    return _whole(text, -50, 100, "give whole percent from -50 to 100")


def _whole(text: str, least: int, most: int, words: str) -> int:
    """A ValueError would be told by argparse with the name of our function."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(words)
    return number


def _day(text: str) -> date:
    try:
        if len(text) == len("2027-03-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError("give a day as year, month and day, such as 2027-03-31")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and 0.05 <= seconds <= 3600):
        raise argparse.ArgumentTypeError("give a number of seconds from 0.05 to 3600")
    return seconds
