"""`licenseiq export`: tables for a spreadsheet, or a report to print, of what was read last. Asks no tenant.

Who is in them is what LICENSEIQ_PRIVACY lets be seen: a file is handed on as easily as an answer in a chat.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.errors import BadRequest
from licenseiq.ports import Tenant
from licenseiq.privacy import Privacy, Pseudonyms
from licenseiq.text import one_line
from licenseiq.words import count
from licenseiq_cli.arguments import TABLES
from licenseiq_cli.export_data import Gathered, gather
from licenseiq_cli.export_files import places, write_all
from licenseiq_cli.export_formats import as_csv, as_xlsx
from licenseiq_cli.export_sheets import sheets_of
from licenseiq_cli.renewals import nothing_read
from licenseiq_cli.screen import Block, Column, Lines, Table, Title, show
from licenseiq_cli.settings import demo_environment, load_settings

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Reader, Where

File = tuple[Path, bytes, str]
# A report of totals: whoever wants single findings and people wants to sort them.
OF_THE_REPORT = ("summary", "subscriptions", "renewals")


def run(options: argparse.Namespace) -> int:
    """0 when written. Raises SettingsError, NotReady, NotReadable, BadRequest, Refused or DemoError."""
    import anyio

    is_report = options.format == "html"
    what: tuple[str, ...] = options.what or (OF_THE_REPORT if is_report else TABLES)
    if is_report and not set(what) <= set(OF_THE_REPORT):
        raise BadRequest("The report shows totals, and no single findings or people.", "Use --format xlsx or csv.")
    from licenseiq_cli.open_reader import demo_where, real_where

    privacy = load_settings(demo_environment(os.environ) if options.demo else os.environ).privacy
    where = demo_where() if options.demo else real_where()
    found = anyio.run(_gather, where, what, privacy)
    files = _report(options.to, found, what) if is_report else _tables(options, found, what)
    write_all({path: content for path, content, _ in files}, force=options.force)
    show(_blocks([(path, words) for path, _, words in files], found))
    return 0


def _report(to: str, found: Gathered, what: tuple[str, ...]) -> list[File]:
    from licenseiq_cli.html_report.page import page

    (path,) = places(to, ".html", ("",))
    return [(path, page(found, what).encode("utf-8", "replace"), "a report to print")]


def _tables(options: argparse.Namespace, found: Gathered, what: tuple[str, ...]) -> list[File]:
    sheets = sheets_of(found, what)
    if options.format == "xlsx":
        (path,) = places(options.to, ".xlsx", ("",))
        words = ", ".join(f"{sheet.name} {len(sheet.rows):,}" for sheet in sheets)
        return [(path, as_xlsx(sheets, found.head.as_of), f"rows: {words}")]
    paths = places(options.to, ".csv", tuple(sheet.name for sheet in sheets))
    return [(path, as_csv(sheet), count(len(sheet.rows), "row")) for path, sheet in zip(paths, sheets, strict=True)]


async def _gather(where: "Where", what: tuple[str, ...], privacy: Privacy) -> Gathered:
    from licenseiq_cli.open_reader import open_reader

    async with open_reader(where) as reader:
        head = await reader.tenant.last()
        if head is None:
            raise nothing_read(simulated=where.simulated)
        tenant = _seen(reader, where, privacy)
        # As the mode shows it, which says so among what is unknown.
        seen = await tenant.at(head.evaluation_id)
        return await gather(tenant, replace(seen, notes=head.notes), what, privacy)


def _seen(reader: "Reader", where: "Where", privacy: Privacy) -> Tenant:
    """The port through the mode of privacy. The tools' room is loaded only where a mode hides something."""
    if privacy is Privacy.NAMES:
        return reader.tenant
    from licenseiq_tenant.home_keys import PSEUDONYMS, home_key
    from licenseiq_tools.privacy import seen_through

    pseudonyms = Pseudonyms(home_key(where.home, PSEUDONYMS), reader.tenant.tenant_id)
    return seen_through(privacy, reader.tenant, reader.proposals, pseudonyms)[0]


def _blocks(files: list[tuple[Path, str]], found: Gathered) -> list[Block]:
    said = [f"{name} could not be exported: {one_line(str(error))}" for name, error in found.missing.items()]
    named = found.privacy is Privacy.NAMES and (found.findings is not None or found.people is not None)
    whose = "They hold names of people." if named else f"LICENSEIQ_PRIVACY is {found.privacy.value}."
    said.append(f"Only this account may read what was written. {whose}")
    rows = tuple((str(path), words) for path, words in files)
    head = found.head
    return [
        Title("LicenseIQ export", f"data as of {head.as_of:%Y-%m-%d %H:%M} UTC"),
        Table((Column(), Column(flex=True)), rows),
        Lines(tuple(said)),
    ]
