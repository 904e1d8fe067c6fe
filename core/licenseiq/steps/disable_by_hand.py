"""Blocking sign-in where LicenseIQ must not or cannot: an account mastered on premises, or one that holds a role.

Nothing is sent. The step is urgent and waits until sign-in reads as blocked (graph-facts 1.4 and 1.5).
"""

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import Kind, sends_nothing

_GOAL: dict[str, Json] = {"account_enabled": False}
ON_PREMISES, PRIVILEGED = "on_premises", "privileged"


def _hand_over(step: Step, target: Target) -> str:
    if step.arguments.get("because") == ON_PREMISES:
        return (
            f"Disable {target.principal} in Active Directory and let it sync; reset the password there too. "
            "A change in the cloud is refused."
        )
    return (
        f"Urgent: {target.principal} holds a directory role, so no application may disable the account. A Privileged "
        "Authentication Administrator blocks sign-in in the Entra admin center, takes the roles away and revokes the "
        "sessions."
    )


DISABLE_BY_HAND = Kind(
    name=StepKind.DISABLE_BY_HAND,
    words="block sign-in by hand",
    effect_class=EffectClass.SET_VALUED,
    permissions=(),
    fits=lambda step: step.goal == _GOAL and step.arguments.get("because") in (ON_PREMISES, PRIVILEGED),
    calls=sends_nothing,
    hand_over=_hand_over,
    by_hand=True,
    summary=lambda _: "Block sign-in by hand; it is waited for until it reads back.",
)
