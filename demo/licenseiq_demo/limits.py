"""Graph's own limits on the slow lanes, off unless asked for.

Numbers: "Microsoft Graph service-specific throttling limits" (graph, throttling-limits): `/users` with
signInActivity 10 requests a minute, each usage report 14 in ten minutes, eDiscovery 5 a minute, provisioning on demand
5 in ten seconds.
"""

import re
import time
from collections import deque
from collections.abc import Callable

from licenseiq_demo.wire import Asked, GraphError

_ON_DEMAND = re.compile(r"^/servicePrincipals/.*/provisionOnDemand$", re.IGNORECASE)
_REPORT = re.compile(r"^/reports/(\w+)", re.IGNORECASE)


def lane(request: Asked) -> tuple[str, int, float] | None:
    """Name, requests and seconds of the limit that counts this request."""
    if request.path.lower().startswith("/users") and "signInActivity" in request.query.get("$select", ""):
        return "users with signInActivity", 10, 60.0
    if request.path.lower().startswith("/security/cases"):
        return "eDiscovery", 5, 60.0
    if _ON_DEMAND.match(request.path):
        return "provisionOnDemand", 5, 10.0
    report = _REPORT.match(request.path)
    return (report.group(1).lower(), 14, 600.0) if report else None


class Limits:
    """Sliding windows; answers 429 with the seconds until the oldest request leaves its window.

    `scale` shortens all of them, so that a test need not wait a minute.
    """

    def __init__(self, on: bool = False, clock: Callable[[], float] = time.monotonic, scale: float = 1.0) -> None:
        self.on = on
        self.scale = scale
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def check(self, request: Asked) -> None:
        """Counts the request, or refuses it; a refused one counts too, as Graph's do."""
        found = lane(request)
        if not self.on or found is None:
            return
        name, most, seconds = found[0], found[1], found[2] * self.scale
        now = self._clock()
        seen = self._seen.setdefault(name, deque(maxlen=most))
        full = len(seen) == most and now - seen[0] < seconds
        seen.append(now)
        if full:
            wait = seconds - (now - seen[0])
            raise GraphError(429, "TooManyRequests", "Too many requests.", Retry_After=str(int(wait) + 1))
