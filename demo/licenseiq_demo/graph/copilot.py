"""The Copilot report: JSON in pages of two hundred, of holders of a licence only.

"copilotReportRoot: getMicrosoft365CopilotUsageUserDetail" (microsoft-365-copilot, extensibility/api).
"""

import re
from urllib.parse import quote

from licenseiq_demo import odata
from licenseiq_demo.catalogue import by_part
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.person import Fields
from licenseiq_demo.reports.functions import PERIODS
from licenseiq_demo.reports.subject import Subject, subjects
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection

PAGE = 200
_CALL = re.compile(r"getMicrosoft365CopilotUsageUserDetail\(period='(?P<period>\w+)'\)", re.IGNORECASE)
_APPS = ("microsoftTeams", "word", "excel", "powerPoint", "outlook", "oneNote", "loop")


def usage(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D90')`."""
    call = _CALL.fullmatch(keys["function"])
    period = call["period"].upper() if call else ""
    if period not in (*PERIODS, "ALL"):
        raise GraphError(404, "BadRequest", "Resource not found for the segment.")
    days = PERIODS.get(period, PERIODS["D180"])
    everybody = () if state.faults.on("nobody") else subjects(state.tenant, days, state.faults.on("concealed_names"))
    holder = by_part()["Microsoft_365_Copilot"].sku_id
    rows = [_row(who) for who in everybody if holder in who.sku_ids and not who.gone]
    found, extra = odata.page(request, rows, lambda row: row, PAGE)
    if "nextLink" in extra:
        # Parentheses and quotes are part of this path.
        extra["nextLink"] = extra["nextLink"].replace(quote(request.path, safe="/$"), request.path)
    return collection(request, "Collection(microsoft.graph.copilotUsageUserDetail)", found, **extra)


def _row(who: Subject) -> Fields:
    last = who.day(who.person.usage.copilot)
    return {
        "reportRefreshDate": who.refreshed,
        "userPrincipalName": who.upn,
        "displayName": who.name,
        "lastActivityDate": last,
        "copilotChatLastActivityDate": last,
        **{f"{app}CopilotLastActivityDate": last if n % 3 == 0 else "" for n, app in enumerate(_APPS)},
        "copilotActivityUserDetailsByPeriod": [{"reportPeriod": who.period}],
    }
