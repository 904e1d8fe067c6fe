"""What is refused when a plan of licence changes is made, in words that name people by their place in the request."""

from collections.abc import Callable, Iterable, Sequence

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.group_paths import inherited
from licenseiq.playbooks.prerequisites import AddOn, left_without_base

_MOST_PLACES = 10


def refuse_senseless(changes: Sequence[Change], context: Context) -> None:
    """Raises BadRequest for what contradicts itself, or what the people's licences do not allow."""
    if any(change.add in change.remove for change in changes):
        raise BadRequest("The same SKU would be added and removed.", "Name two different SKUs.")
    for sku_id in {change.add for change in changes if change.add is not None}:
        line = context.lines.get(sku_id)
        if line is not None and not line.assignable:
            raise BadRequest(f"{context.sku(sku_id).name} is not for people.", "Name a SKU that users can hold.")
    _refuse(
        changes, lambda change: change.add is not None and _holds(change, change.add), "hold the SKU to add already"
    )
    _refuse(
        changes,
        lambda change: change.add is None and not change.remove,
        "have nothing to change",
    )
    _refuse(
        changes,
        lambda change: not all(_holds(change, sku_id) for sku_id in change.remove),
        "do not hold what is to be taken away, as far as it could be read",
    )


def refuse_broken_add_ons(changes: Sequence[Change], context: Context, add_ons: tuple[AddOn, ...]) -> None:
    """Raises BadRequest where an add-on would stand without a base that Microsoft's pages say it needs."""
    broken = [{s for s, verified in _left(change, add_ons).items() if verified} for change in changes]
    skus = sorted(set().union(*broken))
    if skus:
        names = ", ".join(context.sku(sku_id).name for sku_id in skus[:3])
        raise BadRequest(
            f"An add-on ({names}) would lack the licence that it needs, for {_places(broken)}.",
            "Take the add-on away first, or give the licence that it needs first.",
        )


def unproven_add_ons(change: Change, context: Context, add_ons: tuple[AddOn, ...]) -> list[str]:
    """Names of add-ons that would probably lack their base, by a rule that no page of Microsoft states."""
    return sorted(context.sku(s).name for s, verified in _left(change, add_ons).items() if not verified)


def _left(change: Change, add_ons: tuple[AddOn, ...]) -> dict[str, bool]:
    before = frozenset(change.person.seats())
    by_group = inherited(change.person)
    if change.add is not None and by_group & set(change.remove):
        return {}  # a swap of what a group gives is handed over: nothing changes here
    after = before - (set(change.remove) - by_group)
    return left_without_base(before, after | {change.add} if change.add else after, add_ons)


def _holds(change: Change, sku_id: str) -> bool:
    return any(one.sku_id == sku_id for one in change.person.assignments)


def _refuse(changes: Sequence[Change], wrong: Callable[[Change], bool], words: str) -> None:
    found = [wrong(change) for change in changes]
    if any(found):
        raise BadRequest(
            f"Some of these people {words}: {_places(found)}.", "Leave them out, or look with explain_user."
        )


def _places(found: Iterable[object]) -> str:
    """'number 2 and 5 of 7': the places where `found` holds something."""
    every = list(found)
    places = [str(place) for place, one in enumerate(every, start=1) if one]
    shown = ", ".join(places[:_MOST_PLACES]) + (" and more" if len(places) > _MOST_PLACES else "")
    return f"number {shown} of {len(every)}"
