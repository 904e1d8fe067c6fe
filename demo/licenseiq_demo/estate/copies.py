"""Copies of files that are under way. Each look at one, or at a library, moves all of them on."""

from dataclasses import dataclass, field
from typing import Literal

from licenseiq_demo.estate.drives import Drive, Item
from licenseiq_demo.people.person import Fields

Status = Literal["inProgress", "completed", "failed"]

LOOKS = 3
"""Looks until a copy is complete."""


@dataclass(slots=True)
class Copy:
    """One copy: what is still to be written, as (source, source item, target folder, name)."""

    target: Drive
    waiting: list[tuple[Drive, Item, Item, str]]
    total: int
    at: str
    fails: bool
    result: str | None = None
    status: Status = "inProgress"

    def move_on(self) -> None:
        """Writes a part of what is waiting; folders first, so that each file finds its own."""
        if self.status != "inProgress":
            return
        for _ in range(-(-self.total // LOOKS)):
            if self.waiting and not self._write():
                self.status = "failed"
                return
        if self.fails and len(self.waiting) * 2 <= self.total:
            self.status = "failed"
        elif not self.waiting:
            self.status = "completed"

    def _write(self) -> bool:
        """The next item and what waits below it; False when its folder is gone."""
        source, item, folder, name = self.waiting.pop(0)
        if folder.id not in self.target.items:
            return False
        made = self.target.add(name, folder, self.at, size=item.size, is_folder=item.is_folder)
        self.result = self.result or made.id
        self.waiting += [(source, each, made, each.name) for each in source.children(item)]
        return True

    def told(self) -> Fields:
        """An asyncJobStatus."""
        done = 100.0 * (1 - len(self.waiting) / self.total) if self.total else 100.0
        if self.status == "completed":
            return {"percentageComplete": 100.0, "resourceId": self.result, "status": "completed"}
        if self.status == "failed":
            error = {"code": "generalException", "message": "An unspecified error has occurred."}
            return {"operation": "ItemCopy", "percentageComplete": done, "status": "failed", "error": error}
        return {"operation": "ItemCopy", "percentageComplete": round(max(0.0, done), 1), "status": "inProgress"}


@dataclass(slots=True)
class Copies:
    """All copies by the ticket in their monitor's address."""

    by_ticket: dict[str, Copy] = field(default_factory=dict)

    def move_on(self) -> None:
        """Time passes for every copy."""
        for copy in self.by_ticket.values():
            copy.move_on()
