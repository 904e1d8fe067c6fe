"""Changes of licences: add, remove, swap, reclaim. One step a person, one call of Graph a step.

Only what is assigned directly is changed; what a group gives is handed over. People are taken in an order of their own,
so that who gets the last free seat does not depend on the order of a request: what is least sure first, for whoever
reads the plan. A change that needs a seat which another one frees comes after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.context import Context
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.change_checks import refuse_broken_add_ons, refuse_senseless, unproven_add_ons
from licenseiq.playbooks.change_money import Worth
from licenseiq.playbooks.change_request import Change, When
from licenseiq.playbooks.draft import Draft, protection_of, refuse_nobody_or_too_many, values_of, versions
from licenseiq.playbooks.evidence import evidence_beside, reviewed_first
from licenseiq.playbooks.group_paths import groups_beside, hand_over, inherited, is_handed_over
from licenseiq.playbooks.prerequisites import AddOn
from licenseiq.playbooks.renewal import next_date
from licenseiq.playbooks.seat_sources import Seats, SeatSource
from licenseiq.playbooks.services import enabled, keeps_data, named, plans_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Plan, Subject
from licenseiq.proposals.steps import StepKind
from licenseiq.times import iso

KIND = "license_changes"
NOT_YET_POSSIBLE = ("Read legal holds and the mailbox before a licence goes",)
_SCARCE = (SeatSource.MISSING, SeatSource.AFTER_HAND_OFF)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a plan of changes rests on. `groups` are those that could be read, by id; `claimed` how many seats of a SKU
    findings claim of people whom the plan does not touch, for the SKUs whose free seats may be too few."""

    context: Context
    evaluation_id: str
    simulated: bool
    requested_by: Mapping[str, str]
    now: datetime
    new_seed: Callable[[], bytes]
    add_ons: tuple[AddOn, ...] = ()
    groups: Mapping[str, LicenceGroup] | None = None
    claimed: Mapping[str, int] = field(default_factory=dict)


def plan_license_changes(changes: Sequence[Change], when: When, grounds: Grounds) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan of these changes, with the openings of its commitments.

    Raises BadRequest where a change makes no sense (by place in `changes`), breaks a known prerequisite of an add-on,
    names nobody, somebody twice or too many, or is to wait for a date that is not known.
    """
    context = grounds.context
    refuse_nobody_or_too_many([change.person for change in changes], context)
    refuse_senseless(changes, context)
    refuse_broken_add_ons(changes, context, grounds.add_ons)
    making = _Making(grounds, when)
    making.all(reviewed_first(changes, context))
    plan = Plan(
        tenant_id=context.tenant_id,
        kind=KIND,
        simulated=grounds.simulated,
        evaluation_id=grounds.evaluation_id,
        versions=versions(context),
        requested_by=grounds.requested_by,
        created=grounds.now,
        expires=max([grounds.now, *making.worth.dates]) + timedelta(hours=context.policy.plan_valid_hours),
        subjects=tuple(Subject(opening.reference, commit(opening)) for opening in making.openings),
        steps=tuple(making.draft.steps),
        hand_offs=tuple(making.draft.hand_offs),
        blockers=making.draft.blockers(),
        money=making.worth.money,
        unpriced_seats=making.worth.unpriced,
        not_yet_possible=NOT_YET_POSSIBLE,
        saving=making.worth.saving(grounds.now),
    )
    return plan, tuple(making.openings)


@dataclass(frozen=True, slots=True)
class _Move:
    """What one step assigns and takes directly."""

    change: Change
    add: tuple[str, ...]
    remove: tuple[str, ...]

    @property
    def person(self) -> Person:
        return self.change.person


def _move(change: Change) -> _Move | None:
    """What is done directly; None where all of it is for somebody else to do, or there is nothing."""
    direct = {a.sku_id for a in change.person.assignments if a.is_direct}
    handed_over = is_handed_over(change)
    gone = {*(change.remove if handed_over else change.leaving), *change.mend} & direct
    add = change.add if handed_over else change.coming
    return _Move(change, tuple(sorted(add)), tuple(sorted(gone))) if add or gone else None


class _Making:
    """A plan while it is made: what is collected, and the seats that it takes."""

    def __init__(self, grounds: Grounds, when: When) -> None:
        self.draft = Draft()
        self.openings: list[Opening] = []
        self.worth = Worth(grounds.context)
        self._grounds = grounds
        self._context = grounds.context
        self._when = when
        self._seats = Seats(grounds.context, grounds.claimed)

    def all(self, changes: Sequence[Change]) -> None:
        """Adds everybody; who needs a seat that is not free now, after those who may free one."""
        waiting = []
        for change in changes:
            move = _move(change)
            needs = () if move is None else move.add
            if any(self._seats.source(sku_id, None) in _SCARCE for sku_id in needs):
                waiting.append(change)
            else:
                self._one(change, move)
        for change in waiting:
            self._one(change, _move(change))

    def _one(self, change: Change, move: _Move | None) -> None:
        """Adds what is to be done for one person: a step, hand-offs, or both."""
        beside = groups_beside(change.person, change.leaving, self._grounds.groups)
        values = values_of(change.person) | ({"licensing_groups": beside} if beside else {})
        values |= {"findings": evidence_beside(change)} if change.because else {}
        opening = Opening(f"s{len(self.openings) + 1}", self._grounds.new_seed(), values)
        self.openings.append(opening)
        hand_over(self.draft, opening.reference, change, self._context, self._grounds.groups)
        for sku_id in inherited(change.person) & {*change.leaving} & {*change.person.seats()}:
            self._seats.hand_over(sku_id)
        if move is not None:
            self._step(opening.reference, move)

    def _step(self, subject: str, move: _Move) -> None:
        person, date = move.person, self._date(move)
        blocked = _blockers(move, self._context)
        sources = {} if blocked else {sku_id: self._seats.source(sku_id, date) for sku_id in move.add}
        number = self._add(subject, move, date, sources)
        for kind, cure in blocked:
            self.draft.block(kind, cure, [number])
        self._block_seats(sources, number)
        for name in unproven_add_ons(move.change, self._context, self._grounds.add_ons):
            cure = f"Check that {name} keeps a licence that it can stand on; no page of Microsoft that we know says."
            self.draft.block("prerequisite_to_check", cure, [number])
        if not self._grounds.simulated and move.remove and not _keeps_data(move, self._context):
            cure = "Keep the licence until mailbox and OneDrive can be handed over."
            self.draft.block("data_not_preserved", cure, [number])
        kept, held = inherited(person), person.seats()
        freed = [sku_id for sku_id in move.remove if sku_id in held and sku_id not in kept]
        self.worth.count(freed, move.add)
        if date is not None:
            self.worth.dates.append(date)
        if not self.draft.blocked_by(number):
            for sku_id in freed:
                self._seats.free(sku_id, date)

    def _date(self, move: _Move) -> datetime | None:
        """The day that a step waits for: the renewal of what goes, or of what comes where nothing goes."""
        if self._when is When.NOW:
            return None
        return next_date(move.remove or move.add, self._context, self._grounds.now)

    def _add(self, subject: str, move: _Move, date: datetime | None, sources: Mapping[str, SeatSource]) -> int:
        context = self._context
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
        if date is not None:
            arguments["not_before"] = iso(date)
        given: list[Json] = [{"sku_id": a.sku_id, "disabled_plans": sorted(a.disabled_plans)} for a in _rows(move)]
        return self.draft.add(
            StepKind.CHANGE_LICENCES,
            subject,
            _goal(added, move.remove),
            _precondition(present=move.remove, absent=move.add),
            {"kind": "change_licences", "remove": list(move.add), "add": given},
            arguments=arguments,
        )

    def _block_seats(self, sources: Mapping[str, SeatSource], number: int) -> None:
        """Takes the seats where there is one of each SKU, and blocks the step where there is not yet."""
        if not {SeatSource.MISSING, SeatSource.UNKNOWN} & set(sources.values()):
            for sku_id in sources:
                self._seats.take(sku_id)
        for sku_id, source in sources.items():
            if source is SeatSource.UNKNOWN:
                name = self._context.sku(sku_id).name
                self.draft.block("free_seats_unknown", f"Microsoft Graph does not tell the seats of {name}.", [number])
            elif source is SeatSource.AFTER_HAND_OFF:
                name = self._context.sku(sku_id).name
                cure = f"A seat of {name} comes free with a hand-off: do that, then propose again."
                self.draft.block("waits_for_hand_off", cure, [number])
            elif source is SeatSource.MISSING:
                self.worth.lacks(sku_id)
                self.draft.block("no_free_seat", self._seats.cure(sku_id), [number])


def _blockers(move: _Move, context: Context) -> list[tuple[str, str]]:
    """Kind and cure of what keeps a step back, whatever seats there are."""
    found = protection_of(move.person, context)
    if not move.person.licences_known:
        cure = "Microsoft Graph did not say which licences the person holds: call refresh_tenant, then propose again."
        found.append(("licences_unreadable", cure))
    if move.add and not (move.person.usage_location or "").strip():
        found.append(("usage_location_missing", "Set the person's usage location, then propose again."))
    return found


def _goal(added: Sequence[Json], absent: Sequence[str]) -> dict[str, Json]:
    """What came is active, with exactly the plans off that were off before, and what went is gone."""
    rows = [one for one in added if isinstance(one, Mapping)]
    found: dict[str, Json] = {}
    if rows:
        found["direct_licences_active"] = [one["sku_id"] for one in rows]
        found["direct_plans_disabled"] = {str(one["sku_id"]): one["disabled_plans"] for one in rows}
    if absent:
        found["direct_licences_absent"] = list(absent)
    return found


def _precondition(*, present: Sequence[str], absent: Sequence[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if present:
        found["direct_licences_present"] = list(present)
    if absent:
        found["direct_licences_absent"] = list(absent)
    return found


def _rows(move: _Move) -> list[Assignment]:
    """The direct assignments that go."""
    return [a for a in move.person.assignments if a.is_direct and a.sku_id in move.remove]


def _carried(move: _Move, sku_id: str, context: Context) -> tuple[str, ...]:
    """The plans that were switched off in what goes, as far as what comes has them."""
    plans = plans_of(sku_id, context) or frozenset()
    return tuple(sorted({plan for row in _rows(move) for plan in row.disabled_plans} & plans))


def _coming(move: _Move, context: Context) -> frozenset[str] | None:
    """The plans that are switched on in what comes; None where those of a SKU are not known."""
    found: set[str] = set()
    for sku_id in move.add:
        plans = plans_of(sku_id, context)
        if plans is None:
            return None
        found |= plans - set(_carried(move, sku_id, context))
    return frozenset(found)


def _newly_enabled(move: _Move, context: Context) -> Json:
    """What the person gets that is not switched on today; None where a SKU's plans are not known."""
    today, coming = enabled(move.person, context), _coming(move, context)
    if today is None or coming is None:
        return None
    names, others = named(coming - today, context)
    return {"names": list(names), "others": others}


def _keeps_data(move: _Move, context: Context) -> bool:
    before, after = enabled(move.person, context), enabled(move.person, context, move.remove)
    if move.add and after is not None:
        coming = _coming(move, context)
        after = None if coming is None else after | coming
    return keeps_data(before, after, context)
