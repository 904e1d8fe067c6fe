"""Changes of licences: add, remove, swap, reclaim. One step a person, one call of Graph a step.

What is assigned directly is changed directly; what a group gives by joining another and leaving it, where this program
may, and else by a person. People are taken in an order of their own, so that who gets the last free seat does not
depend on the order of a request: what is least sure first, for whoever reads the plan. A change that needs a seat which
another one frees comes after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.context import Context
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.playbooks.change_by_group import GroupWay, add_joining, add_leaving, way_of, why_by_hand
from licenseiq.playbooks.change_checks import refuse_broken_add_ons, refuse_senseless, unproven_add_ons
from licenseiq.playbooks.change_money import Worth
from licenseiq.playbooks.change_request import Change, When
from licenseiq.playbooks.draft import Draft, protection_of, refuse_nobody_or_too_many, values_of, versions
from licenseiq.playbooks.evidence import evidence_beside, reviewed_first
from licenseiq.playbooks.group_paths import groups_beside, hand_over, inherited
from licenseiq.playbooks.licence_step import Move, add_step, move_of
from licenseiq.playbooks.prerequisites import AddOn
from licenseiq.playbooks.renewal import next_date
from licenseiq.playbooks.seat_sources import Seats, SeatSource
from licenseiq.playbooks.seats_taken import take_seats
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Plan, Subject

KIND = "license_changes"
_SCARCE = (SeatSource.MISSING, SeatSource.AFTER_HAND_OFF)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a plan of changes rests on. `groups` are those that could be read, by id: of a plan of changes all that give
    licences, of others those of its people; `claimed` how many seats of a SKU
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
        not_yet_possible=(),
        saving=making.worth.saving(grounds.now),
    )
    return plan, tuple(making.openings)


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
            move = move_of(change)
            needs = change.coming
            if any(self._seats.source(sku_id, None) in _SCARCE for sku_id in needs):
                waiting.append(change)
            else:
                self._one(change, move)
        for change in waiting:
            self._one(change, move_of(change))

    def _one(self, change: Change, move: Move | None) -> None:
        """Adds what is to be done for one person: a step, hand-offs, or both."""
        way = way_of(change, self._grounds.groups, self._context, self._grounds.add_ons)
        beside = groups_beside(change.person, change.leaving, self._grounds.groups)
        values = values_of(change.person) | ({"licensing_groups": beside} if beside else {})
        values |= {"findings": evidence_beside(change)} if change.because else {}
        opening = Opening(f"s{len(self.openings) + 1}", self._grounds.new_seed(), values)
        self.openings.append(opening)
        left = () if way is None else [group.group_id for group in way.old]
        groups, why = self._grounds.groups, why_by_hand(change, self._grounds.groups, self._context)
        for sku_id in hand_over(self.draft, opening.reference, change, self._context, groups, left, why):
            self._seats.hand_over(sku_id)
        if way is not None:
            self._way(opening.reference, change, way, move)
        elif move is not None:
            self._step(opening.reference, move)

    def _way(self, subject: str, change: Change, way: GroupWay, move: Move | None) -> None:
        """Into the new group, what is assigned directly, out of the old ones."""
        date = self._date(way.gone)
        blocked = _blockers(change, way.come, self._context)
        sources = {} if blocked else {sku_id: self._seats.source(sku_id, date) for sku_id in way.come}
        joins = add_joining(self.draft, subject, way, self._context, sources, date)
        first = [] if joins is None else [joins]
        if joins is not None:
            for kind, cure in blocked:
                self.draft.block(kind, cure, [joins])
            take_seats(self.draft, self._seats, self.worth, sources, joins)
        remove = {*way.direct, *(move.remove if move is not None else ())}
        add = move.add if move is not None else ()
        direct = [self._step(subject, Move(change, add, tuple(sorted(remove))), first)] if add or remove else []
        leaves = add_leaving(self.draft, subject, way, self._context, date, [*first, *direct])
        for kind, cure in blocked:
            self.draft.block(kind, cure, leaves)
        for number in (*first, *direct):
            self.draft.block_with(number, leaves)
        self._count(way.freed, way.come, date, leaves[-1])

    def _count(self, freed: Sequence[str], come: Sequence[str], date: datetime | None, last: int) -> None:
        """What it is worth, and the seats that the plan gives back with its step `last`."""
        self.worth.count(freed, come)
        if date is not None:
            self.worth.dates.append(date)
        if not self.draft.blocked_by(last):
            for sku_id in freed:
                self._seats.free(sku_id, date)

    def _step(self, subject: str, move: Move, after: Sequence[int] = ()) -> int:
        person, date = move.person, self._date(move.remove or move.add)
        blocked = _blockers(move.change, move.add, self._context)
        sources = {} if blocked else {sku_id: self._seats.source(sku_id, date) for sku_id in move.add}
        number = add_step(self.draft, subject, move, self._context, sources, date, after)
        for kind, cure in blocked:
            self.draft.block(kind, cure, [number])
        for one in after:
            self.draft.block_with(one, [number])
        take_seats(self.draft, self._seats, self.worth, sources, number)
        for name in unproven_add_ons(move.change, self._context, self._grounds.add_ons):
            cure = f"Check that {name} keeps a licence that it can stand on; no page of Microsoft that we know says."
            self.draft.block("prerequisite_to_check", cure, [number])
        kept, held = inherited(person), person.seats()
        freed = [sku_id for sku_id in move.remove if sku_id in held and sku_id not in kept]
        self._count(freed, move.add, date, number)
        return number

    def _date(self, sku_ids: Sequence[str]) -> datetime | None:
        """The day that a step waits for: the renewal of what goes, or of what comes where nothing goes."""
        return None if self._when is When.NOW else next_date(tuple(sku_ids), self._context, self._grounds.now)


def _blockers(change: Change, come: Sequence[str], context: Context) -> list[tuple[str, str]]:
    """Kind and cure of what keeps a step back, whatever seats there are."""
    person = change.person
    found = protection_of(person, context)
    if not person.licences_known:
        cure = "Microsoft Graph did not say which licences the person holds: call refresh_tenant, then propose again."
        found.append(("licences_unreadable", cure))
    if come and not (person.usage_location or "").strip():
        found.append(("usage_location_missing", "Set the person's usage location, then propose again."))
    return found
