"""Taking back what a run gave a successor: rights on the mailbox, access to the OneDrive.

Only what the successor did not have before: which rights those are stands in the goal.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Call, Shape, Target
from licenseiq.steps.delegated_rights import REMOVES, SHAPES
from licenseiq.steps.grant_mailbox_access import RIGHTS, SUCCESSORS_RIGHTS
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.mailbox import PERMISSION
from licenseiq.steps.onedrive import WRITE
from licenseiq.steps.onedrive_access import ACCESS

_ACCESS_GOAL: dict[str, Json] = {"onedrive_access_ended_of": "successor_id"}
# The rights as the kind that takes them away from somebody calls them.
_REMOVE = {"full_access": "full_access", "send_as": "send_as", "send_on_behalf": "on_behalf"}


def _wanted(value: Json) -> list[str]:
    found = [str(one) for one in value] if isinstance(value, list | tuple) else []
    return found if found and set(found) <= set(RIGHTS) else []


def _ended(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    held, wanted = facts.get(SUCCESSORS_RIGHTS.name), _wanted(value)
    return bool(wanted) and isinstance(held, list | tuple) and not set(wanted) & set(cast("list[str]", held))


def _remove_rights(step: Step, target: Target, account: Account) -> tuple[Call, ...]:
    held = fact(account, SUCCESSORS_RIGHTS.name)
    if not isinstance(held, list | tuple):
        return ()
    mailbox, successor = target.text("user_id"), target.text("successor_id")
    wanted = _wanted(step.goal.get("mailbox_rights_ended"))
    return tuple(REMOVES[_REMOVE[right]](mailbox, successor) for right in wanted if right in held)


def _hand_over_rights(_: Step, target: Target) -> str:
    mailbox, successor = target.principal, target.text("successor_principal")
    return (
        f"In Exchange Online PowerShell: Remove-MailboxPermission -Identity {mailbox} -User {successor} -AccessRights "
        f"FullAccess; Remove-RecipientPermission -Identity {mailbox} -Trustee {successor} -AccessRights SendAs; "
        f"Set-Mailbox -Identity {mailbox} -GrantSendOnBehalfTo @{{Remove='{successor}'}}."
    )


def _closed(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(ACCESS.name)
    if value != _ACCESS_GOAL["onedrive_access_ended_of"] or not isinstance(found, Mapping):
        return False
    return found["drive"] is None or found["successors"] == []


def _close(_: Step, __: Target, account: Account) -> tuple[Call, ...]:
    found = fact(account, ACCESS.name)
    if not isinstance(found, Mapping) or found["drive"] is None:
        return ()
    keys = cast("list[str]", found["successors"])
    return tuple(Call("DELETE", f"/drives/{found['drive']}/items/root/permissions/{key}") for key in keys)


TAKE_BACK_MAILBOX_ACCESS = Kind(
    name=StepKind.TAKE_BACK_MAILBOX_ACCESS,
    words="take the mailbox back from the successor",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: set(step.goal) == {"mailbox_rights_ended"} and bool(_wanted(step.goal["mailbox_rights_ended"])),
    calls=_remove_rights,
    shapes=SHAPES,
    readings=(SUCCESSORS_RIGHTS,),
    clauses={"mailbox_rights_ended": _ended},
    hand_over=_hand_over_rights,
    summary=lambda _: "Take back the rights on the mailbox that the successor did not have before.",
)
TAKE_BACK_ONEDRIVE_ACCESS = Kind(
    name=StepKind.TAKE_BACK_ONEDRIVE_ACCESS,
    words="take the OneDrive back from the successor",
    effect_class=EffectClass.SET_VALUED,
    permissions=(WRITE,),
    fits=lambda step: step.goal == _ACCESS_GOAL,
    calls=_close,
    shapes=(Shape("DELETE", "/drives/{key}/items/root/permissions/{key}"),),
    readings=(ACCESS,),
    clauses={"onedrive_access_ended_of": _closed},
    hand_over=lambda _, target: (
        f"In the OneDrive of {target.principal}, under Manage access, remove {target.text('successor_principal')}."
    ),
    summary=lambda _: "Take the access to the OneDrive back from the successor.",
)
