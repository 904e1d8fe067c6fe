"""Where new mail goes too: to the successor, or nowhere any more. Whatever else was set is taken away, addresses
outside above all (field note 10). Rules of the inbox are the person's own and stay.
"""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Api, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, fact
from licenseiq.steps.mailbox import PERMISSION, change, mailbox_row, one_row

SUCCESSOR, NOBODY = "successor", "nobody"
_SETS = frozenset({"Identity", "ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward"})


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """'successor', 'nobody' or 'others'; null where there is no mailbox. A copy that does not stay counts as others."""
    row = await mailbox_row(ask, target)
    if row is None:
        return None
    inside, outside = row["ForwardingAddress"], row["ForwardingSmtpAddress"]
    if not inside and not outside:
        return NOBODY
    if outside or row["DeliverToMailboxAndForward"] is not True or not target.values.get("successor_principal"):
        return "others"
    theirs = await one_row(ask, "Get-Mailbox", target.text("successor_principal"))
    if theirs is None:
        return "others"
    if str(theirs["ExternalDirectoryObjectId"]).lower() != target.text("successor_id").lower():
        raise ValueError("the successor's name means somebody else now")
    return SUCCESSOR if inside in (theirs["Identity"], theirs["Name"]) else "others"


FORWARDING = Reading("forwarding", "where mail is forwarded to", PERMISSION, _read, cmdlets=("Get-Mailbox",))


def _is(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value in (SUCCESSOR, NOBODY) and facts.get(FORWARDING.name) == value


def _calls(step: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found, wanted = fact(account, FORWARDING.name), step.goal["forwarding_is"]
    if found is None or found == wanted:
        return ()
    to: Json = target.text("successor_id") if wanted == SUCCESSOR else None
    keeps = wanted == SUCCESSOR
    call = change(
        "Set-Mailbox", target, ForwardingAddress=to, ForwardingSmtpAddress=None, DeliverToMailboxAndForward=keeps
    )
    return (call,)


def _hand_over(step: Step, target: Target) -> str:
    wanted = step.goal.get("forwarding_is") == SUCCESSOR
    to = target.text("successor_principal") if wanted else "$null"
    return (
        f"In Exchange Online PowerShell: Set-Mailbox -Identity {target.principal} -ForwardingAddress {to} "
        f"-ForwardingSmtpAddress $null -DeliverToMailboxAndForward ${str(wanted).lower()}."
    )


def _shape(found: Json) -> bool:
    """Never to an address outside: inside to an account, or nowhere."""
    return (
        isinstance(found, Mapping)
        and found.keys() == _SETS
        and found["ForwardingSmtpAddress"] is None
        and isinstance(found["DeliverToMailboxAndForward"], bool)
    )


SET_FORWARDING = Kind(
    name=StepKind.SET_FORWARDING,
    words="set where new mail goes too",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: set(step.goal) == {"forwarding_is"} and step.goal["forwarding_is"] in (SUCCESSOR, NOBODY),
    calls=_calls,
    shapes=(Shape("POST", "Set-Mailbox", _shape, Api.EXCHANGE),),
    readings=(FORWARDING,),
    clauses={"forwarding_is": _is},
    hand_over=_hand_over,
    summary=lambda step: (
        "Forward new mail to the successor, and keep a copy."
        if step.goal.get("forwarding_is") == SUCCESSOR
        else "Forward mail to nobody any more."
    ),
)
