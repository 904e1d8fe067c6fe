"""What is true of the demo tenant, straight from its Graph over HTTP and from the packaged list prices.

No code of the product has a part in it: what a journey test compares an answer with must not come from what answers.
Money is in millionths of a US dollar a month; None is a price that is not known.
"""

import csv
import io
import ssl
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from tests.tenant.on_demo import OnDemo

Row = dict[str, Any]
PRICES = Path(__file__).resolve().parents[2] / "tenant/licenseiq_tenant/prices/data/prices.toml"
USER = (
    "id,displayName,userPrincipalName,department,country,usageLocation,jobTitle,accountEnabled,userType,"
    "createdDateTime,employeeOrgData,licenseAssignmentStates"
)
# Causes of accounts of which silence says nothing: programs, guests, and what is kept for emergencies.
NO_EMPLOYEES = {"guest", "service", "scanner", "break_glass", "admin_of_before"}
# Reports on what single people did, and the column with the day. Of OneDrive the first one tells: to its own report
# others can move the date.
REPORTS = {
    "getOffice365ActiveUserDetail": None,
    "getM365AppUserDetail": "Last Activity Date",
    "getTeamsUserActivityUserDetail": "Last Activity Date",
    "getEmailActivityUserDetail": "Last Activity Date",
    "getSharePointActivityUserDetail": "Last Activity Date",
}
PRODUCT_DAYS = ("OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams")
SUCCESS_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
SAME_EVENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
    """One SKU that money is paid for. `price` is that of a seat a month."""

    sku_id: str
    part: str
    enabled: int
    consumed: int
    price: int | None

    @property
    def paid(self) -> int:
        """Seats that are paid for: more can be taken than bought."""
        return max(self.enabled, self.consumed)

    @property
    def spend(self) -> int | None:
        return self.cost(self.paid)

    def cost(self, seats: int) -> int | None:
        return None if self.price is None else seats * self.price

    @property
    def claimable(self) -> int:
        """Seats that nobody holds, without the two in a hundred (one at least) that are kept for joiners."""
        return max(0, self.enabled - self.consumed - max(1, -(-self.enabled * 2 // 100)))


@dataclass(frozen=True)
class Facts:
    """The tenant as read at one moment. `causes` is the demo's own note of why each account is as it is, by id."""

    skus: list[Row]
    subscriptions: list[Row]
    users: dict[str, Row]
    sign_ins: dict[str, Row]
    reports: dict[str, dict[str, Row]]
    mailboxes: dict[str, Row]
    copilot: dict[str, str]
    activations: dict[str, str]
    causes: dict[str, str]
    today: date

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The paid SKUs by part number: neither free nor a trial."""
        current, free = _list_prices()
        trials = {s["skuId"] for s in self.subscriptions if s["isTrial"]}
        rows = [row for row in self.skus if row["skuId"] not in free | trials and row["appliesTo"] == "User"]
        return {
            row["skuPartNumber"]: Line(
                row["skuId"],
                row["skuPartNumber"],
                row["prepaidUnits"]["enabled"],
                row["consumedUnits"],
                current.get(row["skuId"]),
            )
            for row in rows
        }

    @cached_property
    def by_id(self) -> dict[str, Line]:
        return {line.sku_id: line for line in self.lines.values()}

    @property
    def spend(self) -> int:
        return sum(line.spend or 0 for line in self.lines.values())

    @property
    def seats(self) -> int:
        return sum(line.paid for line in self.lines.values())

    @property
    def unpriced(self) -> int:
        return sum(line.paid for line in self.lines.values() if line.price is None)

    @cached_property
    def held(self) -> dict[str, frozenset[str]]:
        """The paid SKUs of everybody who takes a seat of one, by id; a licence in error takes none."""
        found = {}
        for user_id, user in self.users.items():
            states = user["licenseAssignmentStates"]
            mine = {one["skuId"] for one in states if one["state"] in ("Active", "ActiveWithError")} & self.by_id.keys()
            if mine:
                found[user_id] = frozenset(mine)
        return found

    def holders(self, part: str) -> set[str]:
        sku_id = self.lines[part].sku_id
        return {user_id for user_id, held in self.held.items() if sku_id in held}

    def cost(self, sku_ids: frozenset[str]) -> int:
        """A month of these seats, as far as their prices are known."""
        return sum(self.by_id[sku_id].price or 0 for sku_id in sku_ids)

    def unpriced_of(self, sku_ids: frozenset[str]) -> int:
        return sum(self.by_id[sku_id].price is None for sku_id in sku_ids)

    def groups(self, by: str) -> dict[str | None, tuple[int, int, int]]:
        """People, seats and spend of those who hold paid seats, by department, country or cost centre."""
        people: Counter[str | None] = Counter()
        seats: Counter[str | None] = Counter()
        spend: Counter[str | None] = Counter()
        for user_id, held in self.held.items():
            name = self._group(self.users[user_id], by)
            people[name] += 1
            seats[name] += len(held)
            spend[name] += self.cost(held)
        return {name: (people[name], seats[name], spend[name]) for name in people}

    def _group(self, user: Row, by: str) -> str | None:
        if by == "cost_center":
            return (user["employeeOrgData"] or {}).get("costCenter")
        if by == "country":
            return user["country"] or self.country_of.get(user["usageLocation"], user["usageLocation"])
        value: str | None = user[by]
        return value

    @cached_property
    def country_of(self) -> dict[str, str]:
        """What this tenant calls the country of each usage location."""
        both = [user for user in self.users.values() if user["country"] and user["usageLocation"]]
        return {user["usageLocation"]: user["country"] for user in both}

    @cached_property
    def last_human(self) -> dict[str, date | None]:
        """The last day on which a human is seen, by id; None for never.

        A success within minutes of an interactive attempt is a human's; a later one is a program's. Attempts count
        where successes were not recorded yet (Graph: resource signInActivity). The active-users report's Exchange
        date can be a client's or a calendar's, so mail is told by the report on what people sent and read, where that
        speaks of somebody.
        """
        return {user_id: self._last_human(user) for user_id, user in self.users.items()}

    def _last_human(self, user: Row) -> date | None:
        days: list[date | None] = [self._signed_in(user)]
        upn = user["userPrincipalName"]
        for report, column in REPORTS.items():
            row = self.reports[report].get(upn)
            if row is None:
                continue
            columns = [column] if column else [f"{product} Last Activity Date" for product in PRODUCT_DAYS]
            if column is None and upn not in self.reports["getEmailActivityUserDetail"]:
                columns.append("Exchange Last Activity Date")
            days += [_day(row[one]) for one in columns]
        days += [_day(self.copilot.get(upn, "")), _day(self.activations.get(upn, ""))]
        return max((day for day in days if day is not None), default=None)

    def _signed_in(self, user: Row) -> date | None:
        row = self.sign_ins.get(user["id"]) or {}
        attempt, background, success = (
            _moment(row.get(f"last{kind}DateTime")) for kind in ("SignIn", "NonInteractiveSignIn", "SuccessfulSignIn")
        )
        if success is None:
            seen = max((one for one in (attempt, background) if one is not None), default=None)
            created = _moment(user["createdDateTime"])
            return seen.date() if seen and (created is None or created < SUCCESS_SINCE) else None
        if attempt is not None and attempt >= success - SAME_EVENT:
            return success.date()
        if background is None or background < success - SAME_EVENT:
            return success.date()
        return attempt.date() if attempt is not None else None

    def silent_for(self, user_id: str) -> int:
        """Days since a human was seen; since the account exists, where none ever was."""
        last = self.last_human[user_id]
        if last is None:
            created = _moment(self.users[user_id]["createdDateTime"])
            assert created is not None
            last = created.date()
        return (self.today - last).days

    def was_never_seen(self, user_id: str) -> bool:
        """Neither a human nor a program."""
        return self.last_human[user_id] is None and not self.sign_ins.get(user_id)

    def is_at_work(self, user_id: str) -> bool:
        """An enabled account that a human used within 90 days, and that is older than 45; Graph does not tell the age
        of accounts from before June 2018."""
        user, created = self.users[user_id], _moment(self.users[user_id]["createdDateTime"])
        is_old = created is None or (self.today - created.date()).days >= 45
        last = self.last_human[user_id]
        return bool(user["accountEnabled"]) and is_old and last is not None and (self.today - last).days < 90

    def uses_copilot(self, user_id: str) -> bool:
        """Within 90 days, by the Copilot report."""
        last = _day(self.copilot.get(self.users[user_id]["userPrincipalName"]))
        return last is not None and last >= self.today - timedelta(days=90)

    def is_held_twice(self, user_id: str, sku_id: str) -> bool:
        """Directly and by a group."""
        states = self.users[user_id]["licenseAssignmentStates"]
        return {one["assignedByGroup"] is None for one in states if one["skuId"] == sku_id} == {True, False}

    def is_covered(self, user_id: str, sku_id: str) -> bool:
        """Whether each service of the SKU that is a user's is in what else the person holds, by the tenant's SKUs."""
        plans = {
            sku["skuId"]: {one["servicePlanId"] for one in sku["servicePlans"] if one["appliesTo"] == "User"}
            for sku in self.skus
        }
        others = [plans[other] for other in self.held[user_id] if other != sku_id]
        return bool(others) and plans[sku_id] <= set().union(*others)

    def blocked(self) -> set[str]:
        """Who holds a paid seat, cannot sign in, and is no mailbox for many."""
        return {one for one in self.held if self.users[one]["accountEnabled"] is False and not self.is_mailbox(one)}

    def is_employee(self, user_id: str) -> bool:
        """Somebody who can sign in, and of whom silence says something."""
        is_open = self.users[user_id]["accountEnabled"] and not self.is_mailbox(user_id)
        return bool(is_open) and self.causes[user_id] not in NO_EMPLOYEES

    def silent_employees(self) -> set[str]:
        """Holders of paid seats of whom a sign was seen, but none of a human for 90 days."""
        mine = {one for one in self.held if self.is_employee(one) and not self.was_never_seen(one)}
        return {one for one in mine if self.silent_for(one) >= 90}

    def unused_copilots(self) -> set[str]:
        """Holders at work."""
        return {one for one in self.holders("Microsoft_365_Copilot") if self.is_at_work(one)} - {
            one for one in self.users if self.uses_copilot(one)
        }

    def renewals(self, days: int) -> dict[str, Row]:
        """The paid purchases still running whose next date comes within so many days, by id."""
        return {
            one["id"]: one
            for one in self.subscriptions
            if one["skuId"] in self.by_id
            and one["status"] != "Suspended"
            and (day := _day(one["nextLifecycleDateTime"])) is not None
            and 0 <= (day - self.today).days <= days
        }

    def is_mailbox(self, user_id: str) -> bool:
        """Shared, a room or equipment, by the mailbox report."""
        row = self.mailboxes.get(self.users[user_id]["userPrincipalName"])
        return row is not None and row["Recipient Type"].lower() not in ("", "user")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _list_prices() -> tuple[dict[str, int], set[str]]:
    """The current list price of each SKU, and the SKUs that have none because they are free or paid by the tenant."""
    found = tomllib.loads(PRICES.read_text(encoding="utf-8"))
    current = {i: row["usd_micros"] for row in found["price"] if row["status"] == "current" for i in row["sku_ids"]}
    return current, {row["sku_id"] for row in (*found["free"], *found["not_per_user"])}


def read_facts(demo: OnDemo, today: date) -> Facts:
    """Asks the demo as its reader, each source once."""
    reader = demo.found("reader")
    token = {"Authorization": f"Bearer {reader.token}"}
    with httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeout=30) as client:

        def rows(path: str, **asked: str) -> list[Row]:
            found: list[Row] = []
            url: str | None = f"{reader.url}{path}"
            params: dict[str, str] | None = asked or None
            while url:
                body = client.get(url, headers=token, params=params).raise_for_status().json()
                found += body["value"]
                url, params = body.get("@odata.nextLink"), None
            return found

        def report(name: str, call: str = "(period='D180')") -> list[Row]:
            moved = client.get(f"{reader.url}/reports/{name}{call}", headers=token)
            assert moved.status_code == 302
            # The address of a download holds all that is needed, and takes no token.
            text = client.get(moved.headers["Location"]).raise_for_status().text
            return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))

        users = rows("/users", **{"$select": USER, "$top": "999"})
        sign_ins = rows("/users", **{"$select": "id,signInActivity", "$top": "500"})
        copilot = rows("/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D180')")
        activated: dict[str, str] = {}
        for row in report("getOffice365ActivationsUserDetail", ""):
            upn, day = row["User Principal Name"], row["Last Activated Date"]
            activated[upn] = max(activated.get(upn, ""), day)
        return Facts(
            skus=rows("/subscribedSkus"),
            subscriptions=rows("/directory/subscriptions"),
            users={user["id"]: user for user in users},
            sign_ins={row["id"]: row["signInActivity"] for row in sign_ins if row.get("signInActivity")},
            reports={name: _by_upn(report(name)) for name in REPORTS},
            mailboxes=_by_upn(report("getMailboxUsageDetail")),
            copilot={row["userPrincipalName"]: row["lastActivityDate"] for row in copilot},
            activations=activated,
            causes={one["id"]: one["cause"] for one in demo.control("GET", "/people")},
            today=today,
        )


def _by_upn(rows: list[Row]) -> dict[str, Row]:
    """Without those who were deleted; the report on apps has none of them, and no column for it."""
    return {row["User Principal Name"]: row for row in rows if row.get("Is Deleted") != "True"}
