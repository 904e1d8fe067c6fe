"""Turning a mailbox into a shared one, while the licence is still there; and back.

Graph cannot, and neither can the newer admin API: Set-Mailbox through InvokeCommand can (graph-facts 1.6). It takes its
time, so the step waits until the mailbox *reads* as shared. One that is mastered on premises flips back at the next
synchronisation: there the same is done with Set-RemoteMailbox.
"""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Api, Call, Shape, Target
from licenseiq.steps.kind import Facts, Kind
from licenseiq.steps.mailbox import MAILBOX, PERMISSION, SHARED, USER, box, change

_TYPES = {SHARED: "Shared", USER: "Regular"}


def _is_kind(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(MAILBOX.name)
    return isinstance(found, Mapping) and found.get("there") is True and found.get("kind") == value


def _calls(step: Step, target: Target, account: Account) -> tuple[Call, ...]:
    """None for a mailbox that is mastered on premises, or that is not there: a person looks."""
    found, wanted = box(account), str(step.goal["mailbox_kind"])
    if not found.get("there") or found.get("mastered_on_premises") or found.get("kind") == wanted:
        return ()
    return (change("Set-Mailbox", target, Type=_TYPES[wanted]),)


def _hand_over(step: Step, target: Target) -> str:
    kind = _TYPES.get(str(step.goal.get("mailbox_kind")), "Shared")
    return (
        f"In Exchange Online PowerShell: Set-Mailbox -Identity {target.principal} -Type {kind}. Where the mailbox is "
        f"mastered on premises, there instead: Set-RemoteMailbox -Identity {target.principal} -Type {kind}, and let it "
        "synchronise. The run goes on when it reads so."
    )


CONVERT_MAILBOX = Kind(
    name=StepKind.CONVERT_MAILBOX,
    words="convert the mailbox",
    effect_class=EffectClass.SET_VALUED,
    permissions=(PERMISSION,),
    fits=lambda step: set(step.goal) == {"mailbox_kind"} and step.goal["mailbox_kind"] in _TYPES,
    calls=_calls,
    shapes=(
        Shape(
            "POST",
            "Set-Mailbox",
            lambda found: (
                isinstance(found, Mapping)
                and found.keys() == {"Identity", "Type"}
                and found["Type"] in ("Shared", "Regular")
            ),
            Api.EXCHANGE,
        ),
    ),
    readings=(MAILBOX,),
    clauses={"mailbox_kind": _is_kind},
    hand_over=_hand_over,
    takes_time=True,
    summary=lambda step: f"Convert the mailbox to {_TYPES.get(str(step.goal.get('mailbox_kind')), 'shared').lower()}.",
)
