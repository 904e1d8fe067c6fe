"""From a step to the one call that carries it out. What is sent is read from the signed goal, nothing else."""

from collections.abc import Mapping

from licenseiq.errors import Refused
from licenseiq.ports import TenantWriter
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import StepKind
from licenseiq.words import count

_GOALS: dict[StepKind, Mapping[str, Json]] = {
    StepKind.DISABLE_SIGN_IN: {"account_enabled": False},
    StepKind.REVOKE_SESSIONS: {"sessions_revoked_since_intent": True},
}


# What this version carries out; every other kind of step is refused before anybody is asked to approve it.
EXECUTABLE = frozenset({*_GOALS, StepKind.REMOVE_DIRECT_LICENCES})


def refuse_not_executable(plan: Plan) -> None:
    """Raises Refused for a plan that holds no step, or one that this version cannot carry out."""
    if not plan.steps:
        raise Refused("This plan has no step to carry out, only work by hand.", "Do that, or reject the proposal.")
    unknown = [step for step in plan.steps if step.kind not in EXECUTABLE]
    if unknown:
        raise Refused(
            f"This version cannot carry out {len(unknown)} of the plan's {count(len(plan.steps), 'step')} "
            f"({', '.join(sorted({step.kind.value for step in unknown}))}).",
            "Nothing is offered for approval: do it by hand from the plan, or reject the proposal.",
        )


async def send(writer: TenantWriter, step: Step, user_id: str) -> None:
    """Sends the effect once. Raises what TenantWriter's effects raise, or Refused for a goal that does not fit."""
    refuse_unfit(step)
    if step.kind is StepKind.DISABLE_SIGN_IN:
        await writer.disable_sign_in(user_id)
    elif step.kind is StepKind.REVOKE_SESSIONS:
        await writer.revoke_sessions(user_id)
    elif step.kind is StepKind.REMOVE_DIRECT_LICENCES:
        await writer.remove_direct_licences(user_id, licences(step))


def refuse_unfit(step: Step) -> None:
    """Raises Refused when a step's goal is not one of its kind, or its arguments name other licences than its goal."""
    if step.kind not in EXECUTABLE:
        raise Refused(f"This version cannot carry out step {step.number}.", "Withdraw the proposal; do it by hand.")
    if step.kind is StepKind.REMOVE_DIRECT_LICENCES:
        skus, named = set(licences(step)), step.arguments.get("sku_ids")
        if named is not None and (not isinstance(named, list | tuple) or set(named) != skus):
            raise _unfit(step)
    elif canonical(dict(step.goal)) != canonical(dict(_GOALS[step.kind])):
        raise _unfit(step)


def licences(step: Step) -> tuple[str, ...]:
    """The SKU ids that a removal's goal names. Raises Refused when there are none."""
    found = step.goal.get("direct_licences_absent")
    if set(step.goal) != {"direct_licences_absent"} or not isinstance(found, list | tuple) or not found:
        raise _unfit(step)
    skus = tuple(item for item in found if isinstance(item, str))
    if len(skus) != len(found):
        raise _unfit(step)
    return skus


def _unfit(step: Step) -> Refused:
    return Refused(f"The goal of step {step.number} is not one of its kind.", "Withdraw the proposal; propose again.")
