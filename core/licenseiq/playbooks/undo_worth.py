"""What an undo costs: the seats that it takes again, a month."""

from collections.abc import Iterable

from licenseiq.proposals.plan import Plan, PlanSaving, Step
from licenseiq.proposals.steps import StepKind

# The steps by which seats go.
TAKES = frozenset({StepKind.REMOVE_DIRECT_LICENCES, StepKind.CHANGE_LICENCES, StepKind.LEAVE_GROUP})
_TURNS = ("offboard", "license_changes")
_BASIS = (
    "The seats that are taken again cost what the plan of before would have freed, at its prices; a minus is a cost. A "
    "seat that was given to somebody else meanwhile has to be bought."
)
_NO_PRICE = (
    "No price is known here for the seats that are taken again: they are a part of what the plan of before freed."
)


def seats_taken(steps: Iterable[Step]) -> int:
    """How many licences the steps give, free ones among them."""
    found = 0
    for step in steps:
        if step.kind in (StepKind.CHANGE_LICENCES, StepKind.JOIN_GROUP):
            given = step.arguments.get("add" if step.kind is StepKind.CHANGE_LICENCES else "sku_ids")
            found += len(given) if isinstance(given, list | tuple) else 0
    return found


def worth_of_undo(original: Plan, seats: int, *, whole: bool) -> tuple[dict[str, int], int, PlanSaving | None]:
    """Money a month by currency in micro-units, seats without a price, and the basis. Prices are not kept with a plan:
    of a part of it, or of a plan whose money is no sum of seats, the cost is unknown, never nothing."""
    if not seats:
        return {}, 0, None
    if whole and original.kind in _TURNS:
        money = {currency: -micros for currency, micros in original.money.items()}
        return money, original.unpriced_seats, PlanSaving(_BASIS, None, False, None)
    return {}, seats, PlanSaving(_NO_PRICE, None, False, None)
