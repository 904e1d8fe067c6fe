"""Every request that reached the tenant, in order."""

from datetime import UTC, datetime
from typing import Any

from licenseiq_demo.wire import Asked


class Recorder:
    """Keeps one dictionary per request; `status` is None until it was answered.

    `is_change` says what was asked, `took_effect` whether the tenant changed; `inside` is the number of
    the `$batch` that carried the request.
    """

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._n = 0

    def open(self, request: Asked, kind: str = "graph", inside: int | None = None) -> dict[str, Any]:
        """Notes a request as it arrives; the caller fills in how it ended."""
        self._n += 1
        entry = {
            "n": self._n,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "kind": "exchange" if request.cmdlet else kind,
            "method": request.method,
            "path": request.path,
            "query": request.raw_query,
            "cmdlet": request.cmdlet,
            "who": request.who,
            "status": None,
            "is_change": request.is_change,
            "took_effect": False,
            "inside": inside,
            "faults": [],
        }
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forgets everything and counts from one again."""
        self.entries.clear()
        self._n = 0
