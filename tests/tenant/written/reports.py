"""The usage reports of the written tenant as CSV, with the columns of the reference, and rows of deleted accounts."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from tests.tenant.written.people import PEOPLE, Ago, Written

GIGABYTE = 2**30
LAG = 2
_PLATFORMS, _APPS = ("Windows", "Mac", "Mobile", "Web"), ("Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams")
Row = dict[str, object]


def principal(name: str) -> str:
    return f"{name}@contoso.example"


class Reports:
    """As of `now`, two days behind; with hidden names each is a hash."""

    def __init__(self, now: datetime, *, hidden: bool) -> None:
        self._now = now
        self._hidden = hidden

    def csv(self, function: str) -> str | None:
        """A report with its byte order mark; None for a function that there is not."""
        make = _ROWS.get(function)
        if make is None:
            return None
        rows = [self._head(one) | row for one in PEOPLE if one.kind and (row := make(self, one)) is not None]
        if function == "getOffice365ActiveUserDetail":
            busy = self.active(Written("name-again", (), None, 3, licensed=900))
            rows.append(self._head(PEOPLE[0]) | {"User Principal Name": self._name("name-again")} | busy)
            rows[-1] |= {"Is Deleted": "True", "Deleted Date": self.day(400)}
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        return "\ufeff" + out.getvalue()

    def day(self, ago: Ago) -> str:
        return "" if ago is None else (self._now - timedelta(days=max(ago, LAG))).date().isoformat()

    def copilot(self) -> Iterator[Row]:
        """The Copilot report as JSON: its holders alone."""
        for one in PEOPLE:
            if any(sku == "Microsoft_365_Copilot" for sku, _, _ in one.paths):
                last = self.day(one.ago("copilot")) or None
                yield {
                    "reportRefreshDate": self.day(LAG),
                    "userPrincipalName": self._name(one.name),
                    "lastActivityDate": last,
                    "copilotActivityUserDetailsByPeriod": [{"reportPeriod": 90}],
                }

    def active(self, one: Written) -> Row:
        last, licensed = self.day(one.used), self.day(one.licensed)
        products = ("Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams")
        row: Row = {f"{product} Last Activity Date": "" for product in products}
        row |= {"Exchange Last Activity Date": self.day(one.ago("exchange")), "Teams Last Activity Date": last}
        return row | {f"{product} License Assign Date": licensed for product in products}

    def mailbox(self, one: Written) -> Row:
        return {
            "Last Activity Date": self.day(one.ago("exchange")),
            "Storage Used (Byte)": one.gigabytes * GIGABYTE,
            "Prohibit Send/Receive Quota (Byte)": 100 * GIGABYTE,
            "Has Archive": one.archive,
            "Recipient Type": one.kind,
        }

    def email(self, one: Written) -> Row:
        meetings = 3 if "meetings" in one.more else 0
        return {
            "Last Activity Date": self.day(one.ago("mail")),
            "Send Count": 0,
            "Meeting Created Count": 0,
            "Meeting Interacted Count": meetings,
        }

    def apps(self, one: Written) -> Row:
        """Who works does so on Windows and in the browser, but for one."""
        used = one.used is not None and one.used < 90
        on = {"Windows": used and one.name != "e5-light", "Mac": False, "Mobile": False, "Web": used}
        flags = {f"{app} ({platform})": "Yes" if on[platform] else "No" for app in _APPS for platform in _PLATFORMS}
        return {"Last Activity Date": self.day(one.used), **flags}

    def drive(self, one: Written) -> Row | None:
        if one.kind != "User":
            return None
        owner = {"Owner Principal Name": self._name(one.name), "Storage Used (Byte)": 1000, "File Count": 3}
        return {"Last Activity Date": self.day(one.used), **owner}

    def dated(self, one: Written) -> Row:
        return {"Last Activity Date": self.day(one.used)}

    def activation(self, one: Written) -> Row | None:
        if one.kind != "User" or one.used is None:
            return None
        return {"Product Type": "MICROSOFT 365 APPS FOR ENTERPRISE", "Last Activated Date": self.day(300)}

    def _head(self, one: Written) -> Row:
        return {
            "Report Refresh Date": self.day(LAG),
            "User Principal Name": self._name(one.name),
            "Is Deleted": "False",
            "Deleted Date": "",
        }

    def _name(self, name: str) -> str:
        clear = principal(name)
        return hashlib.md5(clear.encode(), usedforsecurity=False).hexdigest().upper() if self._hidden else clear


_ROWS: dict[str, Callable[[Reports, Written], Row | None]] = {
    "getOffice365ActiveUserDetail": Reports.active,
    "getM365AppUserDetail": Reports.apps,
    "getMailboxUsageDetail": Reports.mailbox,
    "getEmailActivityUserDetail": Reports.email,
    "getOneDriveUsageAccountDetail": Reports.drive,
    "getSharePointActivityUserDetail": Reports.dated,
    "getTeamsUserActivityUserDetail": Reports.dated,
    "getOffice365ActivationsUserDetail": Reports.activation,
}
