"""Whether a mailbox outlives the licence that a step takes: shared and small enough, kept by another licence, or let go
as the end state says.

Without a licence a shared mailbox holds 50 GB, and no archive (Microsoft's page "About shared mailboxes"); a user's
mailbox is gone after 30 days. What is not known holds the step back.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.leaving import EndState
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account
from licenseiq.steps.asking import Asking, Reading, Target
from licenseiq.steps.holds import MAILBOX_HOLDS, kept, says_no_end, stays_shared
from licenseiq.steps.kind import Check, Held, Now, fact
from licenseiq.steps.licence_loss import LICENCE_PLANS, Loss, is_deletion, loss
from licenseiq.steps.mailbox import PERMISSION, SHARED, bytes_of, mailbox_row, one_row
from licenseiq.steps.rules_of_groups import RULES_OF_GROUPS

GIB = 1024**3
ROOM_WITHOUT_LICENCE_GIB = 50
_NEED_NO_LICENCE = (SHARED, "RoomMailbox", "EquipmentMailbox")


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Kind, bytes, items, and whether there is an archive; null where there is no mailbox."""
    row = await mailbox_row(ask, target) if target.user_id is not None else None
    if row is None:
        return None
    found = await one_row(ask, "Get-MailboxStatistics", target.principal)
    if found is None:
        raise ValueError("a mailbox without a size")
    return {
        "kind": str(row["RecipientTypeDetails"]),
        "bytes": bytes_of(found["TotalItemSize"]),
        "items": cast("int", found["ItemCount"]),
        "archive": row["ArchiveStatus"] != "None",
    }


MAILBOX_SIZE = Reading(
    "mailbox_size",
    "the size of the mailbox",
    PERMISSION,
    _read,
    cmdlets=("Get-Mailbox", "Get-MailboxStatistics"),
)


def _held(step: Step, target: Target, account: Account, now: Now) -> Held | None:
    lost = loss(step, target, account)
    if says_no_end(step, now) or not (lost.mailbox or lost.archive or lost.room_gib is not None):
        return None
    if MAILBOX_SIZE.name not in (account.more or {}) or not lost.known:
        wanted = PERMISSION if lost.known else LICENCE_PLANS.permission
        what = "Kind and size of the mailbox are" if lost.known else "What the licences give is"
        cure = f"{what} not readable: grant the desk {wanted}; or look, and sign that the mailbox is "
        return Held(
            "mailbox_unknown", f"{cure}shared, below 50 GB and without an archive, or need not stay.", waivable=True
        )
    found = fact(account, MAILBOX_SIZE.name)
    if not isinstance(found, Mapping):
        return None
    end = step.arguments.get("end_state")
    if end == EndState.INACTIVE_MAILBOX_THEN_DELETE.value:
        return _inactive(account)
    if end == EndState.DELETE.value or is_deletion(step):
        return None
    return _too_much(lost, found) or _shared(account, now, lost, found)


def _inactive(account: Account) -> Held | None:
    """A mailbox becomes an inactive one only while something keeps it at that moment."""
    box = kept(account)
    if box is not None and (box.retained or box.legal):
        return None
    cure = "Nothing retains the mailbox, so it would be gone 30 days later: put it under a retention policy first."
    return Held("nothing_retains_mailbox", cure)


def _too_much(lost: Loss, found: Mapping[str, Json]) -> Held | None:
    if lost.archive and found["archive"] is not False:
        return Held("mailbox_has_archive", "The mailbox has an archive, which needs a licence: keep one of Exchange.")
    room = ROOM_WITHOUT_LICENCE_GIB if lost.mailbox else lost.room_gib or 0
    if cast("int", found["bytes"]) >= room * GIB and found["items"] != 0:
        return Held("mailbox_too_large", f"The mailbox is larger than the {room} GB that are left: keep the licence.")
    return None


def _shared(account: Account, now: Now, lost: Loss, found: Mapping[str, Json]) -> Held | None:
    shared = found["kind"] in _NEED_NO_LICENCE or stays_shared(account, now)
    if not lost.mailbox or shared or found["items"] == 0:
        return None
    return Held("mailbox_not_shared", "It would be gone 30 days after the licence: convert it to a shared one first.")


def _says(step: Step, target: Target, account: Account, _: Now) -> tuple[str, ...]:
    lost = loss(step, target, account)
    if not lost.known:
        return ("What this step takes from mail and files could not be read.",)
    gone = [
        name
        for name, is_so in (("mailbox", lost.mailbox), ("archive", lost.archive), ("OneDrive", lost.files))
        if is_so
    ]
    found = fact(account, MAILBOX_SIZE.name)
    if not isinstance(found, Mapping):
        return ("There is no mailbox.",) if MAILBOX_SIZE.name in (account.more or {}) else ("Mailbox: not readable.",)
    size = cast("int", found["bytes"]) / GIB
    said = f"Mailbox: {found['kind']}, {size:.1f} GB, {'an' if found['archive'] else 'no'} archive."
    return (said, f"No licence is left for: {', '.join(gone)}.") if gone else (said,)


MAILBOX_KEPT = Check("mailbox_kept", (LICENCE_PLANS, RULES_OF_GROUPS, MAILBOX_HOLDS, MAILBOX_SIZE), _held, _says)
