"""`licenseiq subject export`: a copy of what is held about a person, for that person (GDPR, article 15).

For somebody at a terminal: no tool of the chat gives such a copy. It signs in as the desk does, since the desk's app
may read what the reader's may not, and can do nothing with it but read this one person.
"""

import argparse
import json
import os
import signal
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio

from licenseiq.errors import Ambiguous, NotFound, Refused
from licenseiq.privacy import is_pseudonym
from licenseiq.words import count
from licenseiq_cli.desk_screen import Screen
from licenseiq_cli.desk_settings import load_desk_settings
from licenseiq_cli.homes import demo_home
from licenseiq_cli.open_desk import running_demo
from licenseiq_cli.who import who
from licenseiq_cli.writer import writer_source
from licenseiq_desk.desk import Desk
from licenseiq_desk.people import is_guid, is_principal
from licenseiq_desk.subject.asking import OnePerson, SubjectGraph
from licenseiq_desk.subject.export import Copy, Wanted, export_subject
from licenseiq_tenant.graph.client import Connection, open_graph
from licenseiq_tenant.graph.credentials import static_token, tenant_of
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.os_account import account_name, os_account


@dataclass(frozen=True, slots=True)
class Where:
    """A tenant as the desk reaches it, and its home."""

    home: Path
    tenant_id: str
    connection: Connection
    is_demo: bool


def run(options: argparse.Namespace) -> int:
    """0 when the copy is whole, 1 when something could not be read. Raises Refused, BadRequest, NotFound, Ambiguous,
    NotReadable and SettingsError."""
    screen = Screen(sys.stderr if options.json else sys.stdout)
    to = Path(os.path.expanduser(options.to)).absolute()
    if os.path.lexists(to):
        raise Refused(f"{to} is there already. Nothing was read.", "Name a folder that is not there yet.")
    # Asked to end, it takes what it has written with it, as with Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        made = anyio.run(_export, options, to, screen)
    finally:
        signal.signal(signal.SIGTERM, before)
        screen.rest()
    _tell(made, options, screen)
    return 1 if made.unread else 0


async def _demo() -> Where:
    demo = await anyio.to_thread.run_sync(running_demo, demo_home())
    if demo is None:
        raise Refused("The demo tenant does not run.", "Start it with `licenseiq demo`.")
    return Where(demo_home(), demo.tenant_id, Connection(demo.url, static_token(demo.token)), is_demo=True)


async def _real(person: bool) -> Where:
    """Refuses a token of another tenant, as the desk does."""
    known = load_desk_settings(os.environ)
    source = writer_source(known, os.environ, person=person)
    if tenant_of(await source()) not in (None, known.tenant_id):
        raise Refused(
            "The desk's sign-in gave a token for another tenant than LICENSEIQ_TENANT_ID names.",
            "Set LICENSEIQ_TENANT_ID and LICENSEIQ_WRITER_CLIENT_ID to ids of the same tenant.",
        )
    return Where(known.home, known.tenant_id, Connection(known.graph_url, source), is_demo=False)


def _meant(where: Where, asked: str) -> str:
    """An id or a principal name as it is; for a pseudonym or a display name the id that was read last."""
    asked = asked.strip()
    if is_guid(asked) or (is_principal(asked) and not is_pseudonym(asked)):
        return asked.lower() if is_guid(asked) else asked
    found = [one for one in who(where.home, asked, demo=where.is_demo) if one.tenant_id == where.tenant_id]
    if not found:
        raise NotFound("Nobody of this tenant goes by that name.", "Give a principal name or an id.")
    if len(found) > 1:
        names = [one.principal_name or one.user_id for one in found]
        raise Ambiguous("Several people go by that name.", "Give an id: 'licenseiq who' shows them.", names)
    return found[0].user_id


async def _export(options: argparse.Namespace, to: Path, screen: Screen) -> Copy:
    where = await (_demo() if options.demo else _real(options.sign_in))
    asked = _meant(where, options.person)
    rule = OnePerson(where.connection.base_url)
    # The desk's stores and its ledger: nobody approves or carries anything out here.
    with closing(Inbox(where.home)) as inbox, closing(Desk(where.home, inbox)) as desk:
        async with open_graph(where.connection, rule) as graph:
            subject = SubjectGraph(graph, rule)
            screen.busy("Looking for the account")
            whom = await subject.whom(asked)
            by = account_name(where.home, os_account())
            wanted = Wanted(to, options.with_files, by, datetime.now(UTC), where.connection.base_url)
            return await export_subject(desk, where.home, where.tenant_id, subject, whom, wanted, screen.busy)


def _tell(made: Copy, options: argparse.Namespace, screen: Screen) -> None:
    if options.json:
        unread = [{"what": one.what, "why": one.unread, "permission": one.permission or None} for one in made.unread]
        facts = {"to": str(made.to), "files": made.files, "unread": unread, "manifest_sha256": made.manifest}
        print(json.dumps(facts, indent=2))  # noqa: T201 - what was asked for
        return
    screen.line(f"{count(made.files, 'file')} in {made.to}; begin with index.html.")
    for one in made.unread:
        screen.line(f"  Not read: {one.what}. {one.unread}", "yellow")
    screen.line(
        "It names other people too: look through it before you hand it over. The ledger notes that it was made."
    )
