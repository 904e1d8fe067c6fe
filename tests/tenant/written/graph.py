"""The written tenant over HTTP: the requests that a scan makes, answered from the list of people."""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from licenseiq_tenant.prices import load_catalogue
from tests.tenant.written import people as who
from tests.tenant.written.people import PEOPLE, Written
from tests.tenant.written.reports import Reports, principal

TENANT = "20000000-0000-4000-8000-000000000000"
GROUP = "10000000-0000-4000-8000-000000000001"
# Bought beyond what is taken, seats past their end, suspended seats.
UNITS = {who.E3: (-3, 5, 0), who.E5: (4, 0, 2), who.POWER_BI: (1, 0, 0)}
# Products that nobody of the list holds: what applies to the tenant as a whole, one that no table knows, a trial, a
# free one, and one whose purchase has ended.
# (id, part number, for users, bought, taken, past their end, suspended, is a trial)
OTHERS = (
    ("40000000-0000-4000-8000-000000000001", "CONTOSO_TENANT_WIDE", False, 500, 0, 0, 0, False),
    ("40000000-0000-4000-8000-000000000002", "BRAND_NEW_PRODUCT", True, 20, 3, 0, 0, False),
    ("295a8eb0-f78d-45c7-8b5b-1eed5ed02dff", "MEETING_ROOM_TRIAL", True, 25, 0, 0, 0, True),
    ("f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE", True, 10_000, 2, 0, 0, False),
    ("18181a46-0d4e-45cd-891e-60aabd171b4e", "STANDARDPACK", True, 0, 4, 0, 6, False),
)
_CATALOGUE = load_catalogue()
SKU_IDS = {one.part_number: one.sku_id for one in _CATALOGUE.skus.values()}


class WrittenGraph:
    """`hidden`: names are concealed in reports. `premium`: the tenant has Entra ID P1."""

    def __init__(self, *, hidden: bool = False, premium: bool = True) -> None:
        self.now = datetime.now(UTC)
        self.hidden, self.premium = hidden, premium
        self.reports = Reports(self.now, hidden=hidden)
        self.unknown: list[str] = []
        self.base = ""

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The base URL, with its version, while it answers."""
        graph = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                return

            def do_GET(self) -> None:
                status, body, more = graph.answer(self.path)
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(data))} | more).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield f"{self.base}/v1.0"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def answer(self, target: str) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(target)
        path, query = re.sub(r"^/(v1\.0|beta)", "", unquote(parts.path)), parse_qs(parts.query)
        if path.startswith("/download/"):
            return 200, self.reports.csv(path.removeprefix("/download/")), {"Content-Type": "text/csv"}
        if (report := re.match(r"/reports/(\w+)", path)) and self.reports.csv(report[1]) is not None:
            return 302, "", {"Location": f"{self.base}/download/{report[1]}"}
        if path == "/users/$count":
            return 200, str(len(PEOPLE)), {"Content-Type": "text/plain"}
        if path == "/users" and "signInActivity" in query.get("$select", [""])[0] and not self.premium:
            code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
            return 403, {"error": {"code": code, "message": code}}, {}
        found = self._found(path, query)
        if found is None:
            self.unknown.append(target)
            return 404, {"error": {"code": "Request_ResourceNotFound", "message": "?"}}, {}
        return 200, found, {"Content-Type": "application/json"}

    def _found(self, path: str, query: dict[str, list[str]]) -> dict[str, Any] | None:
        if path == "/users":
            return self._users(query)
        if path.endswith("/delta"):
            return {"value": [], "@odata.deltaLink": f"{self.base}/v1.0{path}?$deltatoken=1"}
        if path == "/admin/reportSettings":
            return {"displayConcealedNames": self.hidden}
        if re.fullmatch(r"/groups/[^/]+/members", path):
            inside = [one for one in PEOPLE if any(grouped for _, grouped, _ in one.paths)]
            return {"value": [{"@odata.type": "#microsoft.graph.user", "id": user_id(one)} for one in inside]}
        if "getMicrosoft365CopilotUsageUserDetail" in path:
            return {"value": list(self.reports.copilot())}
        lists = {
            "/organization": [{"id": TENANT, "displayName": "Contoso", "countryLetterCode": "US", "assignedPlans": []}],
            "/subscribedSkus": list(self._skus()),
            "/directory/subscriptions": list(self._subscriptions()),
            "/groups": [{"id": GROUP, "displayName": "E3", "assignedLicenses": [{"skuId": SKU_IDS[who.E3]}]}],
            "/roleManagement/directory/roleAssignments": [],
            "/roleManagement/directory/roleEligibilityScheduleInstances": [],
        }
        return {"value": lists[path], "@odata.count": len(lists[path])} if path in lists else None

    def _users(self, query: dict[str, list[str]]) -> dict[str, Any]:
        if "signInActivity" in query.get("$select", [""])[0]:
            return {"value": [self._sign_in(one) for one in PEOPLE]}
        if "$expand" in query:
            return {"value": [{"id": user_id(one)} for one in PEOPLE]}
        return {"value": [self._user(one) for one in PEOPLE]}

    def _user(self, one: Written) -> dict[str, Any]:
        states: list[dict[str, Any]] = [
            {
                "skuId": SKU_IDS[sku],
                "assignedByGroup": GROUP if grouped else None,
                "state": state,
                "error": "CountViolation" if state == "Error" else "None",
                "disabledPlans": [],
            }
            for sku, grouped, state in one.paths
        ]
        return {
            "id": user_id(one),
            "userPrincipalName": principal(one.name),
            "displayName": one.name.title(),
            "usageLocation": "US",
            "userType": one.user_type,
            "accountEnabled": one.enabled,
            "createdDateTime": self._at(one.created),
            "licenseAssignmentStates": states,
        }

    def _sign_in(self, one: Written) -> dict[str, Any]:
        if one.sign_in is None:
            return {"id": user_id(one)}
        names = ("lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime")
        return {"id": user_id(one), "signInActivity": dict(zip(names, map(self._at, one.sign_in), strict=True))}

    def _skus(self) -> Iterator[dict[str, Any]]:
        """Consumed are the seats of paths that are not in error, each person's once."""
        taken = Counter(sku for one in PEOPLE for sku in {sku for sku, _, state in one.paths if state == "Active"})
        for sku, consumed in sorted(taken.items()):
            beyond, warning, suspended = UNITS.get(sku, (0, 0, 0))
            units = {"enabled": consumed + beyond, "warning": warning, "suspended": suspended, "lockedOut": 0}
            plans = sorted(_CATALOGUE.plans[SKU_IDS[sku]])
            yield {
                "skuId": SKU_IDS[sku],
                "skuPartNumber": sku,
                "capabilityStatus": "Enabled",
                "appliesTo": "User",
                "consumedUnits": consumed,
                "prepaidUnits": units,
                "servicePlans": [{"servicePlanId": plan, "servicePlanName": plan} for plan in plans],
                "subscriptionIds": [f"sub-{sku}"],
            }

        for sku_id, name, for_users, enabled, consumed, warning, suspended, _ in OTHERS:
            yield {
                "skuId": sku_id,
                "skuPartNumber": name,
                "capabilityStatus": "Enabled" if enabled else "Suspended",
                "appliesTo": "User" if for_users else "Company",
                "consumedUnits": consumed,
                "prepaidUnits": {"enabled": enabled, "warning": warning, "suspended": suspended, "lockedOut": 0},
                "servicePlans": [],
                "subscriptionIds": [f"sub-{name}"],
            }

    def _subscriptions(self) -> Iterator[dict[str, Any]]:
        trials = {one[0] for one in OTHERS if one[-1]}
        for sku in self._skus():
            is_trial = sku["skuId"] in trials
            yield {
                "id": sku["subscriptionIds"][0],
                "skuId": sku["skuId"],
                "skuPartNumber": sku["skuPartNumber"],
                "status": sku["capabilityStatus"],
                "isTrial": is_trial,
                "totalLicenses": sku["prepaidUnits"]["enabled"] + sku["prepaidUnits"]["suspended"],
                "createdDateTime": self._at(20 if is_trial else 700),
                "nextLifecycleDateTime": self._at(-10 if is_trial else -200),
            }

    def _at(self, ago: int | None) -> str | None:
        return None if ago is None else (self.now - timedelta(days=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def user_id(one: Written) -> str:
    return f"00000000-0000-4000-8000-{PEOPLE.index(one) + 1:012d}"
