"""What is read of a mailbox through Exchange, and what all kinds of step about mailboxes share.

A mailbox is asked for by its principal name and answered for by its id: one that belongs to another account is not
understood (effects go by ids). Changes name it by that id too. Sources: graph-facts 1.6; Get-Mailbox and its neighbours
in Exchange's PowerShell reference.
"""

import re
from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotFound, NotReadable
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import Account
from licenseiq.steps.asking import Api, Ask, Asking, Call, Reading, Target
from licenseiq.steps.kind import fact

PERMISSION = "Exchange.ManageAsApp"
SHARED, USER = "SharedMailbox", "UserMailbox"
_BYTES = re.compile(r"\(([0-9][0-9,.\s]*) bytes\)")
_PURPOSE = {"shared": SHARED, "user": USER, "room": "RoomMailbox", "equipment": "EquipmentMailbox"}


async def one_row(ask: Asking, cmdlet: str, identity: str, **more: Json) -> Mapping[str, Json] | None:
    """The one row of a cmdlet about one mailbox; None where there is no such mailbox."""
    try:
        answer = await ask(Ask(cmdlet, Api.EXCHANGE, {"Identity": identity, **more}))
    except NotFound:
        return None
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    if len(rows) != 1:
        raise ValueError("not one row")
    return rows[0]


async def mailbox_row(ask: Asking, target: Target) -> Mapping[str, Json] | None:
    """The person's mailbox. ValueError for one that belongs to another account."""
    row = await one_row(ask, "Get-Mailbox", target.principal)
    if row is not None and str(row["ExternalDirectoryObjectId"]).lower() != target.text("user_id").lower():
        raise ValueError("another account's mailbox")
    return row


def bytes_of(text: Json) -> int:
    """'58 GB (62,277,025,792 bytes)' as a number of bytes. ValueError for another text, 'Unlimited' among them."""
    found = _BYTES.search(str(text))
    if found is None:
        raise ValueError("no size")
    return int(re.sub(r"[^0-9]", "", found[1]))


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    try:
        row = await mailbox_row(ask, target)
    except NotReadable:
        # Graph tells the kind, so that a conversion by hand can be read back without Exchange.
        answer = await ask(Ask(f"/users/{target.text('user_id')}/mailboxSettings/userPurpose"))
        kind = _PURPOSE.get(str(answer["value"]), str(answer["value"]))
        return {"there": True, "kind": kind, "by": "graph"}
    if row is None:
        return {"there": False, "by": "exchange"}
    return {
        "there": True,
        "by": "exchange",
        "kind": str(row["RecipientTypeDetails"]),
        "hidden": row["HiddenFromAddressListsEnabled"] is True,
        "forwards_to": str(row["ForwardingSmtpAddress"]) if row["ForwardingSmtpAddress"] else None,
        "forwards_inside": row["ForwardingAddress"] is not None,
        "synced": row["IsDirSynced"] is True,
        "mastered_on_premises": row["IsDirSynced"] is True and row.get("RemoteRecipientType") not in (None, "None"),
        "archive": row["ArchiveStatus"] != "None",
    }


MAILBOX = Reading(
    "mailbox",
    "the mailbox",
    PERMISSION,
    _read,
    paths=("/users/{id}/mailboxSettings/userPurpose",),
    cmdlets=("Get-Mailbox",),
)


def box(account: Account) -> Mapping[str, Json]:
    """What was read of the mailbox; empty where nothing was."""
    found = fact(account, MAILBOX.name)
    return found if isinstance(found, Mapping) else {}


def change(cmdlet: str, target: Target, **parameters: Json) -> Call:
    """A cmdlet on the person's mailbox, named by the id of its account."""
    return Call("POST", cmdlet, api=Api.EXCHANGE, parameters={"Identity": target.text("user_id"), **parameters})
