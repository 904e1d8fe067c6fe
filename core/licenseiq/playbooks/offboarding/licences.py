"""The licences of a leaver, last and by the path that each assignment has: assigned directly, by a group that a program
may change, or by one that only a person can (a rule, Exchange, Active Directory).

What carries neither mailbox nor files goes first and alone: nothing has to be kept for it. Seats are counted before and
after; a seat that reads free is reclaimed, and pays only once somebody takes it or the subscription is reduced.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.accounts import MAILBOX_PLANS
from licenseiq.context import Context
from licenseiq.leaving import EndState
from licenseiq.licensing_groups import LicenceGroup, Path
from licenseiq.people import Assignment
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.group_paths import LEAVE_GROUP, how_to_leave
from licenseiq.playbooks.offboarding.bridge import drops
from licenseiq.playbooks.offboarding.leaver import Bridge, Leaver, named_skus
from licenseiq.playbooks.seat_sources import free_seats
from licenseiq.playbooks.services import plans_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import HandOff
from licenseiq.proposals.steps import Predicate, StepKind
from licenseiq.steps.rules_of_groups import BRIDGED
from licenseiq.times import iso

# Days after which what a licence kept is gone: a mailbox, and a OneDrive that nobody pays to archive (field note 20).
MAILBOX_DAYS, ONEDRIVE_DAYS = 30, 93
_BY_RULE = {
    True: "its rule takes the person out by itself once sign-in is blocked: look that it did.",
    None: "its rule may take the person out once sign-in is blocked: look, else change the attribute that it tests.",
}


@dataclass
class Freed:
    """The paid seats that a plan frees, and how many of each SKU are free after each of its steps."""

    context: Context
    money: dict[str, int] = field(default_factory=dict)
    unpriced: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def seats(self, sku_ids: Sequence[str], freed: frozenset[str]) -> dict[str, Json]:
        """Free seats before and after, by SKU; null where Graph does not tell."""
        found: dict[str, Json] = {}
        for sku_id in sku_ids:
            free = free_seats(sku_id, self.context)
            before = None if free is None else free + self.counted[sku_id]
            after = before if before is None or sku_id not in freed else before + 1
            found[sku_id] = {"before": before, "after": after}
        self._count(freed & set(sku_ids))
        return found

    def _count(self, freed: frozenset[str]) -> None:
        self.counted.update(freed)
        for sku_id in freed:
            if not self.context.is_paid(sku_id):
                continue
            price = self.context.price(sku_id)
            if price is None:
                self.unpriced += 1
            else:
                self.money[price.currency] = self.money.get(price.currency, 0) + price.micros


@dataclass(frozen=True, slots=True)
class Dated:
    """What a step carries beside its goal: who decided it, and from when on it may be taken: `at`."""

    at: datetime
    arguments: Callable[[Mapping[str, Json]], dict[str, Json]]


def add_licences(
    draft: Draft,
    leaver: Leaver,
    groups: Mapping[str, LicenceGroup],
    freed: Freed,
    dated: Dated,
    after: Sequence[int],
) -> tuple[int, ...]:
    """Adds the steps and hand-offs that take licences back, and returns the numbers of the steps. `after` are the steps
    that keep mailbox and files."""
    if leaver.choices.end_state is EndState.KEEP_LICENSED:
        return ()
    numbers = []
    # An inactive mailbox comes of one that is licensed when its account is deleted.
    stays = leaver.choices.end_state is EndState.INACTIVE_MAILBOX_THEN_DELETE
    direct = tuple(sorted({a.sku_id for a in leaver.person.assignments if a.is_direct}))
    with_data = tuple(sku_id for sku_id in direct if data_of(sku_id, leaver.context))
    gone: set[Assignment] = set()
    for sku_ids, waits in ((tuple(s for s in direct if s not in with_data), ()), (with_data, tuple(after))):
        if not sku_ids or (stays and sku_ids == with_data):
            continue
        gone |= {a for a in leaver.person.assignments if a.is_direct and a.sku_id in sku_ids}
        numbers.append(_direct(draft, leaver, sku_ids, _freed(leaver, gone, sku_ids), freed, dated, waits))
    if leaver.bridge is not None and not stays:
        numbers.append(_bridged(draft, leaver, leaver.bridge, gone, freed, dated, after))
    for group_id in sorted({a.group_id for a in leaver.person.assignments if a.group_id is not None}):
        mine = tuple(sorted({a.sku_id for a in leaver.person.assignments if a.group_id == group_id}))
        data = any(data_of(sku_id, leaver.context) for sku_id in mine)
        if stays and data:
            continue
        group = groups.get(group_id)
        if group is not None and group.path is Path.DIRECT:
            gone |= {a for a in leaver.person.assignments if a.group_id == group_id}
            seats = _freed(leaver, gone, mine)
            numbers.append(_leave(draft, leaver, group, mine, seats, freed, dated, tuple(after) if data else ()))
        else:
            _hand_over(draft, leaver, group_id, group, mine)
    return tuple(numbers)


def _bridged(
    draft: Draft,
    leaver: Leaver,
    bridge: Bridge,
    gone: set[Assignment],
    freed: Freed,
    dated: Dated,
    after: Sequence[int],
) -> int:
    """Takes back what was given in person for the time in between; the rule has taken its own by then."""
    if bridge.certain:
        gone |= {a for a in leaver.person.assignments if a.group_id in bridge.group_ids}
    skus: list[Json] = list(bridge.sku_ids)
    return _add(
        draft,
        leaver,
        StepKind.REMOVE_DIRECT_LICENCES,
        {"direct_licences_absent": skus},
        {"direct_licences_present": skus},
        {"kind": "add_licences", "sku_ids": skus},
        {"sku_ids": skus, BRIDGED: list(bridge.group_ids)},
        (
            bridge.sku_ids,
            _freed(leaver, gone, bridge.sku_ids),
            freed,
            dated,
            (leaver.numbers[StepKind.CHANGE_LICENCES], *after),
        ),
    )


def data_of(sku_id: str, context: Context) -> dict[str, int]:
    """What is lost with a SKU, and after how many days: 'mailbox', 'onedrive'; both where its plans are not known."""
    plans, drive = plans_of(sku_id, context), context.catalogue.capabilities.get("onedrive")
    lost = {"mailbox": MAILBOX_DAYS, "onedrive": ONEDRIVE_DAYS}
    if plans is None or drive is None:
        return lost
    if not plans & MAILBOX_PLANS:
        del lost["mailbox"]
    if not plans & drive.service_plan_ids:
        del lost["onedrive"]
    return lost


def _freed(leaver: Leaver, gone: set[Assignment], sku_ids: Sequence[str]) -> frozenset[str]:
    """The SKUs of which a seat is free once these rows are gone: no other row goes on taking it."""
    kept = {a.sku_id for a in leaver.person.assignments if a not in gone}
    return frozenset(sku_id for sku_id in sku_ids if sku_id in leaver.person.seats() and sku_id not in kept)


def _direct(
    draft: Draft,
    leaver: Leaver,
    sku_ids: tuple[str, ...],
    seats: frozenset[str],
    freed: Freed,
    dated: Dated,
    after: Sequence[int],
) -> int:
    skus: list[Json] = list(sku_ids)
    off: dict[str, Json] = {
        a.sku_id: sorted(a.disabled_plans)
        for a in leaver.person.assignments
        if a.is_direct and a.sku_id in sku_ids and a.disabled_plans
    }
    undo: dict[str, Json] = {"kind": "add_licences", "sku_ids": skus} | ({"disabled_plans": off} if off else {})
    return _add(
        draft,
        leaver,
        StepKind.REMOVE_DIRECT_LICENCES,
        {"direct_licences_absent": skus},
        {"direct_licences_present": skus},
        undo,
        {"sku_ids": skus},
        (sku_ids, seats, freed, dated, after),
    )


def _leave(
    draft: Draft,
    leaver: Leaver,
    group: LicenceGroup,
    sku_ids: tuple[str, ...],
    seats: frozenset[str],
    freed: Freed,
    dated: Dated,
    after: Sequence[int],
) -> int:
    arguments: dict[str, Json] = {
        "group_id": group.group_id,
        "sku_ids": list(sku_ids),
        "names": dict(named_skus(leaver, sku_ids)),
    }
    if group.gives_more:
        arguments["gives_more"] = "a team or a site of Microsoft 365"
    return _add(
        draft,
        leaver,
        StepKind.LEAVE_GROUP,
        {"not_in_group": group.group_id},
        {"in_group": group.group_id},
        {"kind": "join_group", "group_id": group.group_id},
        arguments,
        (sku_ids, seats, freed, dated, after),
    )


def _add(
    draft: Draft,
    leaver: Leaver,
    kind: StepKind,
    goal: Predicate,
    precondition: Predicate,
    undo: Mapping[str, Json],
    arguments: Mapping[str, Json],
    rest: tuple[tuple[str, ...], frozenset[str], Freed, Dated, Sequence[int]],
) -> int:
    """One step, with seats, the days on which something may be lost, and until when it can be undone."""
    sku_ids, seats, freed, dated, after = rest
    lost: dict[str, int] = {}
    for sku_id in sku_ids:
        lost |= data_of(sku_id, leaver.context)
    more: dict[str, Json] = {
        "frees": sorted(seats),
        "free_seats": freed.seats(sku_ids, seats),
        "end_state": leaver.choices.end_state.value,
    }
    until: dict[str, Json] = {}
    if lost:
        more["data_at_risk_on"] = {name: _day(dated.at, days) for name, days in sorted(lost.items())}
        until["undo_valid_until"] = _day(dated.at, min(lost.values()))
    all_arguments = dated.arguments({**arguments, **more})
    return draft.add(
        kind, leaver.reference, goal, precondition, {**undo, **until}, arguments=all_arguments, after=after
    )


def _day(at: datetime, days: int) -> str:
    return iso(at + timedelta(days=days))[:10]


def _hand_over(
    draft: Draft, leaver: Leaver, group_id: str, group: LicenceGroup | None, sku_ids: tuple[str, ...]
) -> None:
    """What a person does about a group; name and rule of it stand among the committed values."""
    names = sorted(str(name) for name in named_skus(leaver, sku_ids).values())
    what = " and ".join(names) if len(names) <= 2 else f"{len(names)} licences"
    out = drops(group, leaver.person)
    how = how_to_leave(group) if group is None or out is False else _BY_RULE[out]
    words = f"{what} from group {group_id}: {how}"
    draft.hand_offs.append(HandOff(LEAVE_GROUP, leaver.reference, words))
