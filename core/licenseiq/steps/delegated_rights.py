"""Rights that somebody holds on other mailboxes: to open one, to send as it, to send on its behalf.

Exchange has no question "what may this person open?": each mailbox is asked. So those are that people share (shared,
room and equipment mailboxes, at most 2,000) and the successor's; rights on other people's own mailboxes are seen only
where they are to send as somebody. The summary and docs/holds.md say so.
"""

from collections.abc import Callable, Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Api, Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.mailbox import PERMISSION, one_row

MOST_MAILBOXES = 2_000
_SHARED = "SharedMailbox,RoomMailbox,EquipmentMailbox"
_GOAL: dict[str, Json] = {"delegated_rights_absent": True}
Row = Mapping[str, Json]


async def _rows(ask: Asking, cmdlet: str, **parameters: Json) -> list[Row]:
    return cast("list[Row]", (await ask(Ask(cmdlet, Api.EXCHANGE, parameters)))["value"])


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Ids of accounts by right (`full_access`, `send_as`, `on_behalf`), and how many mailboxes were `looked_at`. Nobody
    without a mailbox holds such rights. ValueError for more mailboxes than are looked at."""
    mine = await one_row(ask, "Get-Mailbox", target.principal)
    if mine is None:
        return {"full_access": [], "send_as": [], "on_behalf": [], "looked_at": 0}
    if str(mine["ExternalDirectoryObjectId"]).lower() != target.text("user_id").lower():
        raise ValueError("another account's mailbox")
    boxes = await _rows(ask, "Get-Mailbox", RecipientTypeDetails=_SHARED, ResultSize="Unlimited")
    if len(boxes) > MOST_MAILBOXES:
        raise ValueError("too many mailboxes")
    if target.values.get("successor_principal"):
        theirs = await one_row(ask, "Get-Mailbox", target.text("successor_principal"))
        boxes += [theirs] if theirs is not None else []
    opens, on_behalf = set[str](), set[str]()
    for box in boxes:
        key = _id(box)
        if key == target.text("user_id").lower():
            continue
        rights = await _rows(ask, "Get-MailboxPermission", Identity=key, User=target.principal)
        opens |= {key} if any("FullAccess" in cast("list[str]", one["AccessRights"]) for one in rights) else set()
        on_behalf |= {key} if mine["Identity"] in cast("list[str]", box["GrantSendOnBehalfTo"]) else set()
    return {
        "full_access": list[Json](sorted(opens)),
        "send_as": list[Json](sorted(await _sends_as(ask, target, mine, boxes))),
        "on_behalf": list[Json](sorted(on_behalf)),
        "looked_at": len(boxes),
    }


async def _sends_as(ask: Asking, target: Target, mine: Row, boxes: list[Row]) -> set[str]:
    """The mailboxes, of whatever kind, as which the person may send."""
    known, found = {str(box["Identity"]): _id(box) for box in boxes}, set[str]()
    for one in await _rows(ask, "Get-RecipientPermission", Trustee=target.principal, ResultSize="Unlimited"):
        name = str(one["Identity"])
        if "SendAs" not in cast("list[str]", one["AccessRights"]) or name == mine["Identity"]:
            continue
        if name not in known:
            row = await one_row(ask, "Get-Mailbox", name)
            if row is None:
                continue  # a distribution list: no mailbox
            known[name] = _id(row)
        found.add(known[name])
    return found


def _id(row: Row) -> str:
    key = row["ExternalDirectoryObjectId"]
    if not isinstance(key, str) or not key:
        raise ValueError("a mailbox of no account")
    return key.lower()


DELEGATED_RIGHTS = Reading(
    "delegated_rights",
    "the rights on other mailboxes",
    PERMISSION,
    _read,
    cmdlets=("Get-Mailbox", "Get-MailboxPermission", "Get-RecipientPermission"),
)


def _absent(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(DELEGATED_RIGHTS.name)
    return value is True and isinstance(found, Mapping) and not any(found[name] for name in REMOVES)


def _call(cmdlet: str, mailbox: str, **parameters: Json) -> Call:
    return Call("POST", cmdlet, api=Api.EXCHANGE, parameters={"Identity": mailbox, **parameters})


def _full_access(mailbox: str, person: str) -> Call:
    return _call("Remove-MailboxPermission", mailbox, User=person, AccessRights="FullAccess", Confirm=False)


def _send_as(mailbox: str, person: str) -> Call:
    return _call("Remove-RecipientPermission", mailbox, Trustee=person, AccessRights="SendAs", Confirm=False)


def _on_behalf(mailbox: str, person: str) -> Call:
    less: Json = {"@odata.type": "#Exchange.GenericHashTable", "remove": [person]}
    return _call("Set-Mailbox", mailbox, GrantSendOnBehalfTo=less)


REMOVES = {"full_access": _full_access, "send_as": _send_as, "on_behalf": _on_behalf}


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found = fact(account, DELEGATED_RIGHTS.name)
    if not isinstance(found, Mapping):
        return ()
    person = target.text("user_id")
    return tuple(
        remove(mailbox, person) for name, remove in REMOVES.items() for mailbox in cast("list[str]", found[name])
    )


def _takes_away(found: Json) -> bool:
    """Send on behalf, taken from one account and given to none."""
    given = found.get("GrantSendOnBehalfTo") if isinstance(found, Mapping) and len(found) == 2 else None
    return isinstance(given, Mapping) and given.keys() == {"@odata.type", "remove"}


def _exactly(*names: str) -> Callable[[Json], bool]:
    return lambda found: isinstance(found, Mapping) and found.keys() == {"Identity", *names}


# Taking any of the three rights on a mailbox from one account.
SHAPES = (
    Shape("POST", "Remove-MailboxPermission", _exactly("User", "AccessRights", "Confirm"), Api.EXCHANGE),
    Shape("POST", "Remove-RecipientPermission", _exactly("Trustee", "AccessRights", "Confirm"), Api.EXCHANGE),
    Shape("POST", "Set-Mailbox", _takes_away, Api.EXCHANGE),
)
REMOVE_DELEGATED_RIGHTS = Kind(
    name=StepKind.REMOVE_DELEGATED_RIGHTS,
    words="take away rights on other mailboxes",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=SHAPES,
    readings=(DELEGATED_RIGHTS,),
    clauses={"delegated_rights_absent": _absent},
    hand_over=lambda _, target: (
        "In the Exchange admin center, look through the delegation of shared, room and equipment mailboxes and remove "
        f"{target.principal}; then Get-RecipientPermission -Trustee {target.principal} shows what is left."
    ),
    summary=lambda _: "Take away rights on shared, room and equipment mailboxes, and the right to send as anybody.",
)
