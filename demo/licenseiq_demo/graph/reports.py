"""Report functions: a redirect to a download that needs no token and takes none.

"302 Found … preauthenticated download URL … valid for a short period" (graph, api/reportroot-get…).
"""

import re
import secrets
import time
from dataclasses import replace

from licenseiq_demo.faults.effects import HTML
from licenseiq_demo.faults.rules import DOWNLOADS
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.reports.functions import ACTIVATIONS, FUNCTIONS, PERIODS, empty, print_report
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError

LIFETIME = 300.0
"""Seconds that a download URL works."""

_CALL = re.compile(r"^/reports/(?P<function>\w+)(?:\((?:period=)?'?(?P<period>\w*)'?\))?$", re.IGNORECASE)
_FILE = re.compile(r"^/drives/(?P<drive>[^/]+)/items/(?P<item>[^/]+)/content$", re.IGNORECASE)
_NAMES = {name.lower(): name for name in (*FUNCTIONS, ACTIVATIONS)}


def _read(path: str) -> tuple[str, str]:
    call = _CALL.match(path)
    name = _NAMES.get(call["function"].lower()) if call else None
    if call is None or name is None:
        segment = path.rpartition("/")[2].partition("(")[0]
        raise GraphError(404, "BadRequest", f"Resource not found for the segment '{segment}'.")
    period = (call["period"] or "").upper()
    if name == ACTIVATIONS and not period:
        return name, period
    if period not in PERIODS:
        raise GraphError(400, "BadRequest", "Invalid period value specified. Supported values: D7, D30, D90, D180.")
    return name, period


def report(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /reports/<function>(period='D90')`."""
    _read(request.path)
    return redirected(state, request)


def redirected(state: DemoState, request: Asked) -> Answer:
    """302 to what the request's path names, without a token and for a while."""
    ticket = secrets.token_urlsafe(24)
    state.downloads[ticket] = (request.path, time.monotonic() + LIFETIME)
    return Answer(302, headers={"Location": f"{request.base}/_download/{ticket}"}, raw=b"", media="text/plain")


def download(state: DemoState, request: Asked) -> Answer:
    """The CSV behind a ticket, or a file as zero bytes; 401 when a token is sent along, 403 when the ticket is unknown
    or old."""
    if "authorization" in request.headers:
        raise GraphError(401, "InvalidAuthenticationToken", "This address takes no token.")
    path, until = state.downloads.get(request.path.rpartition("/")[2], ("", 0.0))
    if time.monotonic() > until:
        raise GraphError(403, "ExpiredDownloadUrl", "The download address has expired.")
    if found := _FILE.match(path):
        drive = state.estate.drives.by_id(found["drive"])
        size = drive.items[found["item"]].size if drive is not None and found["item"] in drive.items else 0
        return Answer(media="application/octet-stream", filler=size)
    struck = {rule.what for rule in state.faults.take(replace(request, path=path), DOWNLOADS)}
    if "html_report" in struck:
        return Answer(raw=HTML, media="text/html; charset=utf-8")
    function, period = _read(path)
    if "empty_report" in struck:
        return Answer(raw=empty(function), media="application/octet-stream")
    key = (function, period, state.faults.on("concealed_names"), not state.faults.on("nobody"))
    if key not in state.printed:
        state.printed[key] = print_report(state.tenant, function, period, hide=key[2], people=key[3])
    body = state.printed[key]
    if "cut_report" in struck:
        body = body[: body.rstrip().rfind(b",")]
    if "twice_report" in struck:
        body += body.partition(b"\n")[2]
    name = {"Content-Disposition": f'attachment; filename="{function}{period}.csv"'}
    return Answer(raw=body, media="application/octet-stream", headers=name)
