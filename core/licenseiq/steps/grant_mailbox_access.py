"""Three rights for the successor: to open the mailbox, to send as it, to send on its behalf (field notes 10 and 11)."""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Api, Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.mailbox import PERMISSION, mailbox_row, one_row

RIGHTS = ("full_access", "send_as", "send_on_behalf")
_GOAL: dict[str, Json] = {"mailbox_rights_of": "successor_principal"}


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Which of the three rights the successor has, as a list."""
    successor = target.text("successor_principal")
    row, theirs = await mailbox_row(ask, target), await one_row(ask, "Get-Mailbox", successor)
    if row is None or theirs is None:
        return None
    if str(theirs["ExternalDirectoryObjectId"]).lower() != target.text("successor_id").lower():
        raise ValueError("the successor's name means somebody else now")
    on = {"Identity": target.principal}
    opens = await ask(Ask("Get-MailboxPermission", Api.EXCHANGE, {**on, "User": successor}))
    sends = await ask(Ask("Get-RecipientPermission", Api.EXCHANGE, {**on, "Trustee": successor}))
    found = {
        "full_access": any(
            "FullAccess" in cast("list[str]", one["AccessRights"]) and one.get("Deny") is not True
            for one in _rows(opens)
        ),
        "send_as": any("SendAs" in cast("list[str]", one["AccessRights"]) for one in _rows(sends)),
        # Told by whatever Exchange calls a recipient: its name is an id for newer accounts, an alias for older ones.
        "send_on_behalf": bool(_names(theirs) & set(cast("list[str]", row["GrantSendOnBehalfTo"]))),
    }
    return [name for name in RIGHTS if found[name]]


def _names(mailbox: Mapping[str, Json]) -> set[str]:
    return {
        str(mailbox[name]) for name in ("Name", "Identity", "Alias", "ExternalDirectoryObjectId") if name in mailbox
    }


def _rows(answer: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return cast("list[Mapping[str, Json]]", answer["value"])


SUCCESSORS_RIGHTS = Reading(
    "successors_rights",
    "the rights on the mailbox",
    PERMISSION,
    _read,
    cmdlets=("Get-Mailbox", "Get-MailboxPermission", "Get-RecipientPermission"),
)


def _has_all(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value == _GOAL["mailbox_rights_of"] and facts.get(SUCCESSORS_RIGHTS.name) == list(RIGHTS)


def _call(cmdlet: str, mailbox: str, **parameters: Json) -> Call:
    return Call("POST", cmdlet, api=Api.EXCHANGE, parameters={"Identity": mailbox, **parameters})


def _full_access(mailbox: str, to: str) -> Call:
    return _call("Add-MailboxPermission", mailbox, User=to, AccessRights="FullAccess", InheritanceType="All")


def _send_as(mailbox: str, to: str) -> Call:
    return _call("Add-RecipientPermission", mailbox, Trustee=to, AccessRights="SendAs", Confirm=False)


def _on_behalf(mailbox: str, to: str) -> Call:
    more: Json = {"@odata.type": "#Exchange.GenericHashTable", "add": [to]}
    return _call("Set-Mailbox", mailbox, GrantSendOnBehalfTo=more)


# Each right on a mailbox, given to an account: both by their ids.
GIVES = {"full_access": _full_access, "send_as": _send_as, "send_on_behalf": _on_behalf}


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    held = fact(account, SUCCESSORS_RIGHTS.name)
    if not isinstance(held, list):
        return ()
    mailbox, successor = target.text("user_id"), target.text("successor_id")
    return tuple(GIVES[name](mailbox, successor) for name in RIGHTS if name not in held)


def _hand_over(_: Step, target: Target) -> str:
    mailbox, successor = target.principal, target.text("successor_principal")
    return (
        f"In Exchange Online PowerShell: Add-MailboxPermission -Identity {mailbox} -User {successor} -AccessRights "
        f"FullAccess; Add-RecipientPermission -Identity {mailbox} -Trustee {successor} -AccessRights SendAs; "
        f"Set-Mailbox -Identity {mailbox} -GrantSendOnBehalfTo @{{Add='{successor}'}}."
    )


def _exactly(cmdlet: str, fixed: Mapping[str, Json], *named: str) -> Shape:
    """A cmdlet with these fixed parameters, and others that name an account each."""

    def fits(found: Json) -> bool:
        return (
            isinstance(found, Mapping)
            and found.keys() == {"Identity", *fixed, *named}
            and all(found[name] == value for name, value in fixed.items())
        )

    return Shape("POST", cmdlet, fits, Api.EXCHANGE)


SHAPES = (
    _exactly("Add-MailboxPermission", {"AccessRights": "FullAccess", "InheritanceType": "All"}, "User"),
    _exactly("Add-RecipientPermission", {"AccessRights": "SendAs", "Confirm": False}, "Trustee"),
    _exactly("Set-Mailbox", {}, "GrantSendOnBehalfTo"),
)
GRANT_MAILBOX_ACCESS = Kind(
    name=StepKind.GRANT_MAILBOX_ACCESS,
    words="give the successor the mailbox",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=SHAPES,
    readings=(SUCCESSORS_RIGHTS,),
    clauses={"mailbox_rights_of": _has_all},
    hand_over=_hand_over,
    summary=lambda _: "Give the successor the mailbox: open it, send as it, send on its behalf.",
)
