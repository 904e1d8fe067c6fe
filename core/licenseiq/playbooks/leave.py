"""Leave: a smaller set of licences from one day on, and what was held before again on the day of return.

Mailbox and files stay: a set that would let them go is refused. Two dated steps of one proposal, the second only after
the first; what a group gives is for people, on both days. Why somebody is on leave is asked and kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.findings.on_leave_full_tier import set_without_work
from licenseiq.money import Money, add_up, money_words
from licenseiq.people import Person
from licenseiq.playbooks.change_money import Worth
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.draft import Draft, protection_of, values_of, versions
from licenseiq.playbooks.group_paths import groups_beside, hand_over, inherited
from licenseiq.playbooks.licence_step import (
    Move,
    add_step,
    goal_of,
    left_after,
    lost_only,
    move_keeps_data,
    move_of,
    precondition_of,
    removed_rows,
    services_gone,
)
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.seat_sources import Seats, SeatSource
from licenseiq.playbooks.seats_taken import take_seats
from licenseiq.playbooks.services import enabled
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, PlanSaving, Subject
from licenseiq.proposals.steps import StepKind
from licenseiq.right_size.saving import price_basis, saving_of
from licenseiq.skus import Tier
from licenseiq.times import iso

KIND = "leave"
EARLY, RESTORE = "back_on_another_day", "give_back_by_group"
FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class LeaveRequest:
    """`user` and `to_sku` are selectors; `to_sku` None: the cheapest permitted set that keeps mailbox and files.
    `away_from` None: at once."""

    user: str
    back_on: date
    away_from: date | None = None
    to_sku: str | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Beginning of the first day away (None: at once) and of the first day back, in UTC."""

    away: datetime | None
    back: datetime


def days_of(request: LeaveRequest, zone: tzinfo | None, now: datetime) -> Days:
    """Raises BadRequest for days that are no leave."""
    where = zone or now.tzinfo
    back = datetime.combine(request.back_on, time(), where).astimezone(now.tzinfo)
    away = None
    if request.away_from is not None:
        away = datetime.combine(request.away_from, time(), where).astimezone(now.tzinfo)
    if back <= max(now, away or now):
        raise BadRequest("The day of return is not after the first day away.", "Give back_on as the first day at work.")
    if back - now > FURTHEST:
        raise BadRequest("The day of return is more than two years away.", "Propose it nearer to the day.")
    return Days(away if away is not None and away > now else None, back)


def plan_leave(person: Person, to_sku: str | None, days: Days, grounds: Grounds) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan for one person. Raises BadRequest where nothing smaller keeps mailbox and files, or nothing is held."""
    context = grounds.context
    change = _change(person, to_sku, context)
    draft, worth = Draft(), Worth(context)
    groups = grounds.groups or {}
    opening = Opening("s1", grounds.new_seed(), _values(person, change, grounds))
    by_group = set(change.leaving) & inherited(person)
    hand_over(draft, "s1", change, context, groups)
    move = None if by_group else move_of(change)
    to_buy: tuple[str, ...] = ()
    if move is not None:
        if not move_keeps_data(move, context):
            raise _loses_data(days)
        to_buy = _steps(draft, move, days, grounds, worth)
    for group_id in sorted({a.group_id for a in person.assignments if a.group_id and a.sku_id in by_group}):
        words = f"On {days.back.date().isoformat()} put the person back into group {group_id}."
        draft.hand_offs.append(HandOff(RESTORE, "s1", words))
    draft.hand_offs.append(HandOff(EARLY, "s1", _other_day(days)))
    for kind, cure in _blockers(person, move, context):
        draft.block(kind, cure, [step.number for step in draft.steps])
    plan = Plan(
        tenant_id=context.tenant_id,
        kind=KIND,
        simulated=grounds.simulated,
        evaluation_id=grounds.evaluation_id,
        versions=versions(context),
        requested_by=grounds.requested_by,
        created=grounds.now,
        expires=(days.away or grounds.now) + timedelta(hours=context.policy.plan_valid_hours),
        subjects=(Subject(opening.reference, commit(opening)),),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=draft.blockers(),
        money=worth.money,
        unpriced_seats=worth.unpriced,
        not_yet_possible=(),
        saving=_saving(change, to_buy, days, grounds),
    )
    return plan, (opening,)


def _change(person: Person, to_sku: str | None, context: Context) -> Change:
    """What goes and what comes; everything else that is held stays."""
    if to_sku is not None:
        suites = [s for s in person.seats() if isinstance(context.catalogue.contents(s), Tier) and s != to_sku]
        if to_sku in person.seats() or not suites:
            raise BadRequest(
                "The person holds no other suite that this one could stand for.", "Leave to_sku out, or name another."
            )
        return Change(person, instead=(to_sku,), swapped=tuple(suites))
    choice = set_without_work(person, context)
    if choice is None or not choice.removed:
        raise BadRequest(
            "Nothing smaller is known that keeps mailbox and files and that the policy permits.",
            "Keep what the person holds, or name a SKU in to_sku.",
        )
    if not choice.added:
        return Change(person, remove=tuple(choice.removed))
    return Change(person, instead=tuple(choice.added), swapped=tuple(choice.removed))


def _steps(draft: Draft, move: Move, days: Days, grounds: Grounds, worth: Worth) -> tuple[str, ...]:
    """The way there and the way back; the SKUs of which a seat has to be bought first."""
    context, seats = grounds.context, Seats(grounds.context, grounds.claimed)
    sources = {sku_id: seats.source(sku_id, days.away) for sku_id in move.add}
    down = add_step(draft, "s1", move, context, sources, days.away)
    held = move.person.seats()
    worth.count([sku_id for sku_id in move.remove if sku_id in held], move.add)
    take_seats(draft, seats, worth, sources, down)
    rows = removed_rows(move)
    back: list[Json] = [{"sku_id": a.sku_id, "disabled_plans": sorted(a.disabled_plans)} for a in rows]
    draft.add(
        StepKind.CHANGE_LICENCES,
        "s1",
        goal_of(back, move.add) | lost_only(services_gone(left_after(move, context), enabled(move.person, context))),
        precondition_of(present=move.add, absent=move.remove),
        None,
        "It is the way back itself.",
        arguments={
            "remove": list(move.add),
            "add": back,
            "names": {sku_id: context.sku(sku_id).name for sku_id in (*move.add, *move.remove)},
            "not_before": iso(days.back),
        },
        after=(down,),
    )
    return tuple(sku_id for sku_id, source in sources.items() if source is SeatSource.MISSING)


def _saving(change: Change, to_buy: tuple[str, ...], days: Days, grounds: Grounds) -> PlanSaving:
    """What the leave is worth: money only where the quantity can be reduced while it lasts, less what is bought."""
    context = grounds.context
    terms = saving_of(change.leaving, change.coming, context, to_buy)
    months = max(1, round((days.back - (days.away or grounds.now)).days / 30))
    prices = [context.price(sku_id) for sku_id in to_buy]
    net: Mapping[str, int] | None = {}
    words = "Nothing is bought for it, so it costs nothing more."
    if to_buy and None in prices:
        net, words = None, "What has to be bought for it has no known price."
    elif to_buy:
        cost: tuple[Money, ...] = add_up(price.times(-months) for price in prices if price is not None)
        net = {money.currency: money.micros for money in cost}
        words = f"It costs more: seats have to be bought ({money_words(cost)} net over {months} months)."
    renews = terms.realisable_from
    within = renews is not None and renews < days.back.date()
    later = (
        f"The bill can fall from {renews.isoformat()} on, if the quantity is reduced then, and bought again at the end."
        if within and renews is not None
        else "No renewal is known to fall into the leave: the bill stays as it is; the seat can serve somebody else."
    )
    basis = f"{price_basis((*change.leaving, *change.coming), context)} Over {months} months. {words} {later}"
    return PlanSaving(basis, renews.isoformat() if within and renews is not None else None, bool(to_buy), net)


def _blockers(person: Person, move: Move | None, context: Context) -> list[tuple[str, str]]:
    found = protection_of(person, context)
    if move is not None and move.add and not (person.usage_location or "").strip():
        found.append(("usage_location_missing", "Set the person's usage location, then propose again."))
    return found


def _values(person: Person, change: Change, grounds: Grounds) -> dict[str, Json]:
    beside = groups_beside(person, change.leaving, grounds.groups)
    return values_of(person) | ({"licensing_groups": beside} if beside else {})


def _loses_data(days: Days) -> BadRequest:
    begins = days.away or days.back
    mailbox = (begins + timedelta(days=30)).date().isoformat()
    files = (begins + timedelta(days=93)).date().isoformat()
    return BadRequest(
        f"That set is not known to keep mailbox and files: a mailbox without a licence goes after 30 days ({mailbox}), "
        f"a OneDrive is archived after 93 ({files}).",
        "Leave to_sku out, or name a SKU with both.",
    )


def _other_day(days: Days) -> str:
    return (
        "Back earlier: give the licences back by hand or by a proposal of its own; the dated step then finds it so. "
        f"Later, or a second leave: cancel this run at the desk before {days.back.date().isoformat()} and propose anew."
    )
