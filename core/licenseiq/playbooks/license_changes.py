"""Changes of licences: add, remove, swap, reclaim. One step a person, one call of Graph a step.

Only what is assigned directly is changed; what a group gives is handed over. People are taken in the order of their
ids, so that who gets the last free seat does not depend on the order of a request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from licenseiq.context import Context
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.change_checks import refuse_broken_add_ons, refuse_senseless, unproven_add_ons
from licenseiq.playbooks.change_request import Change, When
from licenseiq.playbooks.draft import Draft, refuse_nobody_or_too_many, values_of, versions
from licenseiq.playbooks.group_paths import groups_beside, hand_over, inherited
from licenseiq.playbooks.prerequisites import AddOn
from licenseiq.playbooks.renewal import next_date
from licenseiq.playbooks.services import enabled, keeps_data, named, plans_of
from licenseiq.ports import LicenceGroup
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Plan, Subject
from licenseiq.proposals.steps import StepKind
from licenseiq.times import iso

KIND = "license_changes"
NOT_YET_POSSIBLE = ("Carry out a change of licences", "Read legal holds and the mailbox before a licence goes")
NOT_EXECUTABLE = "not_executable_yet"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a plan of changes rests on. `groups` are those that could be read, by id."""

    context: Context
    evaluation_id: str
    simulated: bool
    requested_by: Mapping[str, str]
    now: datetime
    new_seed: Callable[[], bytes]
    add_ons: tuple[AddOn, ...] = ()
    groups: Mapping[str, LicenceGroup] | None = None


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
    openings = []
    for place, change in enumerate(sorted(changes, key=lambda change: change.person.user_id), start=1):
        beside = groups_beside(change.person, change.remove, grounds.groups)
        values = values_of(change.person) | ({"licensing_groups": beside} if beside else {})
        opening = Opening(f"s{place}", grounds.new_seed(), values)
        openings.append(opening)
        making.one(opening.reference, change)
    plan = Plan(
        tenant_id=context.tenant_id,
        kind=KIND,
        simulated=grounds.simulated,
        evaluation_id=grounds.evaluation_id,
        versions=versions(context),
        requested_by=grounds.requested_by,
        created=grounds.now,
        expires=max([grounds.now, *making.dates]) + timedelta(hours=context.policy.plan_valid_hours),
        subjects=tuple(Subject(opening.reference, commit(opening)) for opening in openings),
        steps=tuple(making.draft.steps),
        hand_offs=tuple(making.draft.hand_offs),
        blockers=making.draft.blockers(),
        money=making.freed,
        unpriced_seats=making.unpriced,
        not_yet_possible=NOT_YET_POSSIBLE,
    )
    return plan, tuple(openings)


class _Making:
    """A plan while it is made: what is collected, and the seats that it takes."""

    def __init__(self, grounds: Grounds, when: When) -> None:
        self.draft = Draft()
        self.freed: dict[str, int] = {}
        self.unpriced = 0
        self.dates: list[datetime] = []
        self._grounds = grounds
        self._context = grounds.context
        self._when = when
        self._taken: dict[str, int] = {}

    def one(self, subject: str, change: Change) -> None:
        """Adds what is to be done for one person: a step, hand-offs, or both."""
        person, by_group = change.person, inherited(change.person)
        hand_over(self.draft, subject, change, self._context, self._grounds.groups)
        direct = {a.sku_id for a in person.assignments if a.is_direct}
        remove = tuple(sorted(sku_id for sku_id in change.remove if sku_id in direct))
        if change.add is not None and (by_group & set(change.remove)):
            return  # a swap of what a group gives: the group goes on giving it, and two would be paid for
        if change.add is None and not remove:
            return
        number = self._step(subject, Change(person, change.add, remove))
        self._block(number, Change(person, change.add, remove))
        self._count(person, change.add, [s for s in remove if s in person.seats() and s not in by_group])

    def _step(self, subject: str, change: Change) -> int:
        context = self._context
        removed: list[Json] = list(change.remove)
        added: list[Json] = []
        arguments: dict[str, Json] = {"remove": removed, "add": added}
        if change.add is not None:
            carried = _carried(change, context)
            added.append({"sku_id": change.add, "disabled_plans": list(carried)})
            arguments["newly_enabled"] = _newly_enabled(change, carried, context)
        concerned = [*change.remove, *([change.add] if change.add else [])]
        arguments["names"] = {sku_id: context.sku(sku_id).name for sku_id in concerned}
        if self._when is When.AT_RENEWAL:
            date = next_date(list(change.remove) or concerned, context, self._grounds.now)
            self.dates.append(date)
            arguments["not_before"] = iso(date)
        give = [change.add] if change.add else []
        given: list[Json] = [{"sku_id": a.sku_id, "disabled_plans": sorted(a.disabled_plans)} for a in _rows(change)]
        number = self.draft.add(
            StepKind.CHANGE_LICENCES,
            subject,
            _predicate(present=give, absent=change.remove),
            _predicate(present=change.remove, absent=give),
            {"kind": "change_licences", "remove": list(give), "add": given},
            arguments=arguments,
        )
        self.draft.block(
            NOT_EXECUTABLE, "A later version carries out changes of licences; until then, by hand.", [number]
        )
        return number

    def _block(self, number: int, change: Change) -> None:
        person, context, draft = change.person, self._context, self.draft
        others = len(draft.blocked_by(number))
        draft.protect(person, context, [number])
        if not person.licences_known:
            cure = (
                "Microsoft Graph did not say which licences the person holds: call refresh_tenant, then propose again."
            )
            draft.block("licences_unreadable", cure, [number])
        if change.add is not None and not (person.usage_location or "").strip():
            draft.block("usage_location_missing", "Set the person's usage location, then propose again.", [number])
        if change.add is not None and len(draft.blocked_by(number)) == others:
            self._take_seat(change.add, number)
        for name in unproven_add_ons(change, context, self._grounds.add_ons):
            cure = f"Check that {name} keeps a licence that it can stand on; no page of Microsoft that we know says."
            draft.block("prerequisite_to_check", cure, [number])
        if not self._grounds.simulated and change.remove and not _keeps_data(change, context):
            draft.block(
                "data_not_preserved", "Keep the licence until mailbox and OneDrive can be handed over.", [number]
            )

    def _take_seat(self, sku_id: str, number: int) -> None:
        line, name = self._context.lines.get(sku_id), self._context.sku(sku_id).name
        free = line.free() if line else 0
        taken = self._taken.get(sku_id, 0)
        if free is None:
            self.draft.block("free_seats_unknown", f"Microsoft Graph does not tell the seats of {name}.", [number])
        elif free - taken < 1:
            self.draft.block("no_free_seat", f"Buy or free a seat of {name}, then propose again.", [number])
        else:
            self._taken[sku_id] = taken + 1

    def _count(self, person: Person, add: str | None, freed: Sequence[str]) -> None:
        """Adds a person's money. Of a swap with an unknown price nothing is counted but that it is unknown."""
        context = self._context
        out = [context.price(sku_id) for sku_id in freed if context.is_paid(sku_id)]
        into = [context.price(add)] if add is not None and context.is_paid(add) else []
        unknown = [*out, *into].count(None)
        self.unpriced += unknown
        if unknown and add is not None:
            return
        known = [price for price in out if price is not None] + [price.times(-1) for price in into if price is not None]
        for price in known:
            self.freed[price.currency] = self.freed.get(price.currency, 0) + price.micros


def _predicate(*, present: Sequence[str], absent: Sequence[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if present:
        found["direct_licences_present"] = list(present)
    if absent:
        found["direct_licences_absent"] = list(absent)
    return found


def _rows(change: Change) -> list[Assignment]:
    """The direct assignments that go."""
    return [a for a in change.person.assignments if a.is_direct and a.sku_id in change.remove]


def _carried(change: Change, context: Context) -> tuple[str, ...]:
    """The plans that were switched off in what goes, as far as what comes has them."""
    plans = plans_of(change.add or "", context) or frozenset()
    return tuple(sorted({plan for row in _rows(change) for plan in row.disabled_plans} & plans))


def _newly_enabled(change: Change, carried: Sequence[str], context: Context) -> Json:
    """What the person gets that is not switched on today; None where a SKU's plans are not known."""
    today, coming = enabled(change.person, context), plans_of(change.add or "", context)
    if today is None or coming is None:
        return None
    names, others = named(coming - set(carried) - today, context)
    return {"names": list(names), "others": others}


def _keeps_data(change: Change, context: Context) -> bool:
    before, after = enabled(change.person, context), enabled(change.person, context, change.remove)
    if change.add is not None and after is not None:
        coming = plans_of(change.add, context)
        after = None if coming is None else after | (coming - set(_carried(change, context)))
    return keeps_data(before, after, context)
