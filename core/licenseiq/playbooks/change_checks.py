"""What is refused when a plan of licence changes is made, in words that name people by their place in the request."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.group_paths import inherited, is_handed_over
from licenseiq.playbooks.prerequisites import AddOn, left_without_base, owned_bases

_MOST_PLACES, _MOST_NAMES = 10, 4


def refuse_senseless(changes: Sequence[Change], context: Context) -> None:
    """Raises BadRequest for what contradicts itself, or what the people's licences do not allow."""
    if any(set(change.coming) & set(change.leaving) for change in changes):
        raise BadRequest("The same SKU would be added and removed.", "Name two different SKUs.")
    for sku_id in sorted({sku_id for change in changes for sku_id in change.coming}):
        line = context.lines.get(sku_id)
        if line is not None and not line.assignable:
            raise BadRequest(f"{context.sku(sku_id).name} is not for people.", "Name a SKU that users can hold.")
    _refuse(changes, lambda change: bool(set(change.coming) & _held(change)), "hold the SKU to add already")
    _refuse(changes, lambda change: not (change.coming or change.leaving or change.mend), "have nothing to change")
    _refuse(
        changes,
        lambda change: not {*change.leaving, *change.mend} <= _held(change),
        "do not hold what is to be taken away, as far as it could be read",
    )


def refuse_broken_add_ons(changes: Sequence[Change], context: Context, add_ons: tuple[AddOn, ...]) -> None:
    """Raises BadRequest where an add-on would stand without a base that Microsoft's pages say it needs."""
    broken = [{s for s, verified in _left(change, add_ons).items() if verified} for change in changes]
    skus = sorted(set().union(*broken))
    if not skus:
        return
    names = ", ".join(context.sku(sku_id).name for sku_id in skus[:3])
    bases = sorted(
        {base for sku_id in skus for one in owned_bases(sku_id, frozenset(), context, add_ons) for base in one}
    )
    fitting = f" Of what the tenant owns, {_several(bases, context)} would do." if bases else ""
    raise BadRequest(
        f"An add-on ({names}) would lack the licence that it needs, for {_places(broken)}.",
        f"Take the add-on away first, or give the licence that it needs first.{fitting}",
    )


def unproven_add_ons(change: Change, context: Context, add_ons: tuple[AddOn, ...]) -> list[str]:
    """Names of add-ons that would probably lack their base, by a rule that no page of Microsoft states."""
    return sorted(context.sku(s).name for s, verified in _left(change, add_ons).items() if not verified)


def with_bases(change: Change, context: Context, add_ons: tuple[AddOn, ...]) -> Change:
    """The change with what its additions need, where the tenant owns one product alone that would do."""
    for sku_id, verified in sorted(_left(change, add_ons).items()):
        if sku_id not in change.add or not verified:
            continue
        fitting = owned_bases(sku_id, _after(change) | set(change.coming), context, add_ons)
        if len(fitting) == 1:
            change = replace(change, add=(*change.add, *(s for s in sorted(fitting[0]) if s not in change.add)))
    return change


def _left(change: Change, add_ons: tuple[AddOn, ...]) -> dict[str, bool]:
    before, after = frozenset(change.person.seats()), _after(change)
    coming = change.add if is_handed_over(change) else change.coming
    return left_without_base(before, after | set(coming), add_ons)


def _after(change: Change) -> frozenset[str]:
    """What the person goes on to hold, without what is added."""
    gone = set(change.remove if is_handed_over(change) else change.leaving)
    return frozenset(change.person.seats()) - (gone - inherited(change.person))


def _held(change: Change) -> set[str]:
    return {one.sku_id for one in change.person.assignments}


def _several(sku_ids: Sequence[str], context: Context) -> str:
    names = sorted({context.sku(sku_id).name for sku_id in sku_ids})
    return ", ".join(names[:_MOST_NAMES]) + (" and others" if len(names) > _MOST_NAMES else "")


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
