"""One account and what its owner did with it."""

from dataclasses import dataclass
from typing import Any, Literal

Fields = dict[str, Any]
"""A resource as Graph would write it; a missing key is a property that Graph leaves out."""

MailboxKind = Literal["user", "shared", "room", "equipment"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Days since each thing was last done, counted from today; None means never.

    `interactive` and `background` count failed attempts as well, `success` does not, as in Graph's
    signInActivity. `mailbox` is anything that touched the mailbox, a phone that polls included; `mail` is
    a person who read or sent. `visio` and `project` are when it was last activated on a device. What somebody did with
    a product shows only while they hold it. The counts are those of 90 days.
    """

    interactive: int | None = None
    background: int | None = None
    success: int | None = None
    mailbox: int | None = None
    mail: int | None = None
    teams: int | None = None
    onedrive: int | None = None
    sharepoint: int | None = None
    desktop: int | None = None
    mobile: int | None = None
    web: int | None = None
    copilot: int | None = None
    visio: int | None = None
    project: int | None = None
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox: what it is for and how full it is."""

    kind: MailboxKind
    used_bytes: int
    items: int
    archive: bool = False


@dataclass(slots=True)
class Person:
    """An account of the tenant; `fields` is its Graph form and the only part that writes change."""

    cause: str
    fields: Fields
    usage: Usage
    mailbox: Mailbox | None
    drive_bytes: int | None
    groups: list[str]
    manager: str | None = None

    @property
    def id(self) -> str:
        """The object id."""
        return str(self.fields["id"])

    @property
    def upn(self) -> str:
        """The user principal name."""
        return str(self.fields["userPrincipalName"])

    @property
    def states(self) -> list[Fields]:
        """Its licenseAssignmentStates, one row for each way in which it got a product."""
        rows: list[Fields] = self.fields["licenseAssignmentStates"]
        return rows
