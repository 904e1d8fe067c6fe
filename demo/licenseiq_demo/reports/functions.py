"""The list of report functions and how one is printed.

Column names and order: the pages `reportroot-get…` of the Graph reference; `Recipient Type` as live
reports carry it.
"""

import csv
import io
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from licenseiq_demo.reports import mail, overview, work
from licenseiq_demo.reports.overview import Row
from licenseiq_demo.reports.subject import Subject, subjects
from licenseiq_demo.tenant import DemoTenant

FUNCTIONS: dict[str, Callable[[Subject], Row]] = {
    "getOffice365ActiveUserDetail": overview.active,
    "getM365AppUserDetail": overview.apps,
    "getMailboxUsageDetail": mail.mailbox,
    "getEmailActivityUserDetail": mail.email,
    "getOneDriveUsageAccountDetail": work.drive,
    "getOneDriveActivityUserDetail": work.onedrive,
    "getSharePointActivityUserDetail": work.sharepoint,
    "getTeamsUserActivityUserDetail": work.teams,
}

ACTIVATIONS = "getOffice365ActivationsUserDetail"
"""The one function without a period, and with several rows for one person."""

PERIODS = {"D7": 7, "D30": 30, "D90": 90, "D180": 180}

BOM = b"\xef\xbb\xbf"


@cache
def columns() -> dict[str, list[str]]:
    """The columns of each function, in the order of the reference."""
    text = (files("licenseiq_demo") / "data" / "report_columns.csv").read_text(encoding="utf-8")
    return {row[0]: row[1:] for row in csv.reader(text.splitlines())}


def empty(function: str) -> bytes:
    """A report without a row."""
    return BOM + ",".join(columns()[function]).encode() + b"\n"


def print_report(tenant: DemoTenant, function: str, period: str, *, hide: bool, people: bool) -> bytes:
    """A report as bytes, with the byte order mark that Microsoft puts in front; without people a header."""
    out, row_of = io.StringIO(), FUNCTIONS.get(function)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns()[function])
    for who in subjects(tenant, PERIODS.get(period, 0), hide) if people else ():
        if row_of is None:
            writer.writerows(overview.activations(who))
        elif (row := row_of(who)) is not None:
            writer.writerow(row)
    return BOM + out.getvalue().encode()
