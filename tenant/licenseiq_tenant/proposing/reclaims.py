"""The seats that a plan frees and takes, step by step, and how far each step has come by what the desk says."""

from collections.abc import Iterator

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import Outcome, ProposalState
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import DeskReport
from licenseiq.spending.savings import Reclaim, ReclaimState

# A step that was so already freed nothing by us.
_DONE_BY_US = frozenset({Outcome.DONE.value, Outcome.CONFIRMED_AFTER_RESTART.value})
_TO_COME = frozenset({None, Outcome.WAITING.value})


def reclaims_of(plan: Plan, state: str, report: DeskReport | None) -> tuple[Reclaim, ...]:
    """The seats of an open or approved proposal. What failed, drifted or was blocked in its last run is none."""
    if state == ProposalState.OPEN:
        return tuple(Reclaim(sku_id, seats, ReclaimState.OPEN) for step in plan.steps for sku_id, seats in _seats(step))
    if state != ProposalState.APPROVED or report is None:
        return ()
    found = []
    outcomes = {step.number: step for run in report.runs for step in run.steps if step.outcome not in _TO_COME}
    for step in plan.steps:
        seen = outcomes.get(step.number)
        for sku_id, seats in _seats(step):
            if seen is not None and seen.outcome in _DONE_BY_US:
                found.append(Reclaim(sku_id, seats, ReclaimState.DONE, seen.at))
            elif seen is None and report.goes_on:
                found.append(Reclaim(sku_id, seats, ReclaimState.APPROVED))
    return tuple(found)


def _seats(step: Step) -> Iterator[tuple[str, int]]:
    """1 for a SKU that is taken back, -1 for one that is given."""
    if step.kind is StepKind.REMOVE_DIRECT_LICENCES:
        yield from ((sku_id, 1) for sku_id in _texts(step.arguments.get("sku_ids")))
    elif step.kind is StepKind.CHANGE_LICENCES:
        kept = _texts(step.arguments.get("by_group_too"))
        yield from ((sku_id, 1) for sku_id in _texts(step.arguments.get("remove")) if sku_id not in kept)
        added = step.arguments.get("add")
        for one in added if isinstance(added, list | tuple) else ():
            if isinstance(one, dict) and isinstance(sku_id := one.get("sku_id"), str):
                yield sku_id, -1
    elif step.kind is StepKind.LEAVE_GROUP:
        yield from ((sku_id, 1) for sku_id in _texts(step.arguments.get("frees")))
    elif step.kind is StepKind.JOIN_GROUP:
        seats = step.arguments.get("seats")
        yield from ((sku_id, -1) for sku_id in (seats if isinstance(seats, dict) else ()))


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()
