"""One step that changes licences: what it gives and takes directly, its goal, and what the person gets anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licenseiq.context import Context
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.group_paths import inherited, is_handed_over
from licenseiq.playbooks.seat_sources import SeatSource
from licenseiq.playbooks.services import enabled, keeps_data, named, plans_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.services_kept import LOST_ONLY
from licenseiq.times import iso


@dataclass(frozen=True, slots=True)
class Move:
    """What one step assigns and takes directly."""

    change: Change
    add: tuple[str, ...]
    remove: tuple[str, ...]

    @property
    def person(self) -> Person:
        return self.change.person


def move_of(change: Change) -> Move | None:
    """What is done directly; None where all of it is for somebody else to do, or there is nothing."""
    direct = {a.sku_id for a in change.person.assignments if a.is_direct}
    handed_over = is_handed_over(change)
    gone = {*(change.remove if handed_over else change.leaving), *change.mend} & direct
    add = change.add if handed_over else change.coming
    return Move(change, tuple(sorted(add)), tuple(sorted(gone))) if add or gone else None


def add_step(
    draft: Draft,
    subject: str,
    move: Move,
    context: Context,
    sources: Mapping[str, SeatSource],
    date: datetime | None,
    after: Sequence[int] = (),
) -> int:
    """Adds the step and returns its number. `sources` says where seats come from; `date` is the day it waits for."""
    removed: list[Json] = list(move.remove)
    added: list[Json] = []
    arguments: dict[str, Json] = {"remove": removed, "add": added}
    if move.add:
        carried = {sku_id: _carried(move, sku_id, context) for sku_id in move.add}
        added += [{"sku_id": sku_id, "disabled_plans": list(plans)} for sku_id, plans in carried.items()]
        arguments["newly_enabled"] = _newly_enabled(move, context)
    if twice := sorted(set(move.remove) & inherited(move.person)):
        arguments["by_group_too"] = list(twice)
    if sources:
        arguments["seats"] = {sku_id: source.value for sku_id, source in sources.items()}
    arguments["names"] = {sku_id: context.sku(sku_id).name for sku_id in (*move.remove, *move.add)}
    gone = services_gone(enabled(move.person, context), left_after(move, context))
    if move.remove:
        arguments["services_gone"] = words_of(gone, context)
    if date is not None:
        arguments["not_before"] = iso(date)
    given: list[Json] = [{"sku_id": a.sku_id, "disabled_plans": sorted(a.disabled_plans)} for a in removed_rows(move)]
    return draft.add(
        StepKind.CHANGE_LICENCES,
        subject,
        goal_of(added, move.remove) | lost_only(gone),
        precondition_of(present=move.remove, absent=move.add),
        {"kind": "change_licences", "remove": list(move.add), "add": given},
        arguments=arguments,
        after=after,
    )


def goal_of(added: Sequence[Json], absent: Sequence[str]) -> dict[str, Json]:
    """What came is active, with exactly the plans off that were off before, and what went is gone."""
    rows = [one for one in added if isinstance(one, Mapping)]
    found: dict[str, Json] = {}
    if rows:
        found["direct_licences_active"] = [one["sku_id"] for one in rows]
        found["direct_plans_disabled"] = {str(one["sku_id"]): one["disabled_plans"] for one in rows}
    if absent:
        found["direct_licences_absent"] = list(absent)
    return found


def precondition_of(*, present: Sequence[str], absent: Sequence[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if present:
        found["direct_licences_present"] = list(present)
    if absent:
        found["direct_licences_absent"] = list(absent)
    return found


def removed_rows(move: Move) -> list[Assignment]:
    """The direct assignments that go."""
    return [a for a in move.person.assignments if a.is_direct and a.sku_id in move.remove]


def lost_only(gone: frozenset[str] | None) -> dict[str, Json]:
    """The clause by which nothing else goes; none where it is not known what goes."""
    return {} if gone is None else {LOST_ONLY: sorted(gone)}


def services_gone(before: frozenset[str] | None, after: frozenset[str] | None) -> frozenset[str] | None:
    """The service plans that somebody has before and not after; None where those of a SKU are not known."""
    return None if before is None or after is None else before - after


def words_of(plans: frozenset[str] | None, context: Context) -> Json:
    """Service plans in words, as a step says them: names, and how many have none; None where they are not known."""
    if plans is None:
        return None
    names, others = named(plans, context)
    return {"names": list(names), "others": others}


def _carried(move: Move, sku_id: str, context: Context) -> tuple[str, ...]:
    """The plans that were switched off in what goes, as far as what comes has them."""
    plans = plans_of(sku_id, context) or frozenset()
    return tuple(sorted({plan for row in removed_rows(move) for plan in row.disabled_plans} & plans))


def _coming(move: Move, context: Context) -> frozenset[str] | None:
    """The plans that are switched on in what comes; None where those of a SKU are not known."""
    found: set[str] = set()
    for sku_id in move.add:
        plans = plans_of(sku_id, context)
        if plans is None:
            return None
        found |= plans - set(_carried(move, sku_id, context))
    return frozenset(found)


def _newly_enabled(move: Move, context: Context) -> Json:
    """What the person gets that is not switched on today; None where a SKU's plans are not known."""
    today, coming = enabled(move.person, context), _coming(move, context)
    return words_of(services_gone(coming, today), context)


def left_after(move: Move, context: Context) -> frozenset[str] | None:
    """The plans that are switched on once the step is done; None where those of a SKU are not known."""
    rest, coming = enabled(move.person, context, move.remove), _coming(move, context)
    return None if rest is None or coming is None else rest | coming


def move_keeps_data(move: Move, context: Context) -> bool:
    return keeps_data(enabled(move.person, context), left_after(move, context), context)
