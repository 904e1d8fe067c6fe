"""Groups and licences of a joiner or mover: what comes, what goes after the grace time, and where seats come from.

What a group gives is not given directly too. New access comes first; who moves leaves the groups of before only when
the new ones have read back, and after the policy's days of grace. Groups that no program may change are for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.licensing_groups import LicenceGroup, Path
from licenseiq.playbooks.change_money import Worth
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.group_paths import hand_over
from licenseiq.playbooks.licence_step import add_step, move_of
from licenseiq.playbooks.onboarding.joiner import Joiner
from licenseiq.playbooks.seat_sources import Seats
from licenseiq.playbooks.seats_taken import take_seats
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import HandOff
from licenseiq.proposals.steps import Predicate, StepKind
from licenseiq.times import iso

JOIN, LEAVE, REVIEW = "join_group", "leave_group", "old_access"
_HOW = {
    Path.RULE: "a rule fills it, so membership follows the attribute that the rule tests; look whether it came out so.",
    Path.ON_PREMISES: "it is mastered on premises: change its members in Active Directory and let it synchronise.",
    Path.MAIL_ENABLED: "it is mail-enabled: change its members in the Exchange admin center.",
    Path.ROLES: "it can carry directory roles: a Privileged Role Administrator changes its members.",
    Path.UNKNOWN: "what kind of group it is could not be read: look at it, and change its members.",
}

_REVIEW = (
    "Other groups, applications and shared folders of the old work are not known here: the manager of before says "
    "which of them the person gives up."
)


@dataclass
class Access:
    """What has been added: the steps that new access rests on, and the SKUs that come with them."""

    steps: list[int] = field(default_factory=list)
    sku_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Making:
    """A plan while it is made."""

    draft: Draft
    seats: Seats
    worth: Worth
    groups: Mapping[str, LicenceGroup]
    now: datetime


def add_access(making: Making, joiner: Joiner, after: Sequence[int], date: datetime | None) -> Access:
    """Adds what comes. `after` are the steps that the account rests on."""
    access = Access()
    for rule in joiner.rules():
        _join(making, joiner, rule.group_id, access, after, date)
    _licences(making, joiner, access, after, date)
    return access


def add_old_access(making: Making, joiner: Joiner, access: Access, date: datetime | None) -> None:
    """Adds what goes, once the new access is there and the grace time is over."""
    policy, draft = joiner.context.policy, making.draft
    due = (date or making.now) + timedelta(days=policy.joining.grace_days)
    for rule in joiner.old_rules():
        group = making.groups.get(rule.group_id)
        if group is not None and group.path is not Path.DIRECT:
            _by_hand(draft, joiner, LEAVE, "Take out of", rule.group_id, group)
            continue
        arguments = _about(joiner, rule.group_id, group) | {"not_before": iso(due)}
        goal: Predicate = {"not_in_group": rule.group_id}
        undo: Predicate = {"kind": "join_group", "group_id": rule.group_id}
        draft.add(
            StepKind.LEAVE_GROUP,
            joiner.reference,
            goal,
            {"in_group": rule.group_id},
            undo,
            arguments=arguments,
            after=access.steps,
        )
        making.worth.dates.append(due)
    if not joiner.is_new:
        words = (
            "Other groups, applications and shared folders of the old work are not known here: the manager of before "
        )
        draft.hand_offs.append(HandOff(REVIEW, joiner.reference, f"{words}says which of them the person gives up."))


def _join(
    making: Making, joiner: Joiner, group_id: str, access: Access, after: Sequence[int], date: datetime | None
) -> None:
    draft, group = making.draft, making.groups.get(group_id)
    if group is not None and group.path is not Path.DIRECT:
        access.sku_ids += [sku_id for sku_id in group.sku_ids if sku_id not in access.sku_ids]
        _by_hand(draft, joiner, JOIN, "Put into", group_id, group)
        return
    given = [] if group is None else [sku_id for sku_id in group.sku_ids if sku_id not in joiner.person.seats()]
    sources = {sku_id: making.seats.source(sku_id, date) for sku_id in given}
    goal: dict[str, Json] = {"in_group": group_id}
    if group is not None and group.sku_ids:
        goal["group_licences_active"] = {"group_id": group_id, "sku_ids": list(group.sku_ids)}
    arguments = _about(joiner, group_id, group)
    if sources:
        arguments["seats"] = {sku_id: source.value for sku_id, source in sources.items()}
    number = draft.add(
        StepKind.JOIN_GROUP,
        joiner.reference,
        goal,
        {"not_in_group": group_id},
        {"kind": "leave_group", "group_id": group_id},
        arguments=arguments | _dated(date),
        after=after,
    )
    if group is not None and group.sku_ids:
        _needs_location(draft, joiner, number)
        making.worth.count([], given)
        take_seats(draft, making.seats, making.worth, sources, number)
        access.sku_ids += [sku_id for sku_id in group.sku_ids if sku_id not in access.sku_ids]
    access.steps.append(number)


def _licences(making: Making, joiner: Joiner, access: Access, after: Sequence[int], date: datetime | None) -> None:
    """One step for what no group gives, and for what goes with it."""
    draft, context, held = making.draft, joiner.context, joiner.person.seats()
    add = tuple(s for s in joiner.tier.skus if s not in held and s not in access.sku_ids)
    instead_of = tuple(s for s in joiner.tier.instead_of if s in held)
    change = Change(joiner.person, instead=add, swapped=instead_of) if add else Change(joiner.person, remove=instead_of)
    hand_over(draft, joiner.reference, change, context, making.groups)
    move = move_of(change)
    waits = (*after, *access.steps)
    access.sku_ids += [s for s in joiner.tier.skus if s not in access.sku_ids]
    if move is None:
        return
    sources = {sku_id: making.seats.source(sku_id, date) for sku_id in move.add}
    number = add_step(draft, joiner.reference, move, context, sources, date, waits)
    if move.add:
        _needs_location(draft, joiner, number)
    freed = [sku_id for sku_id in move.remove if sku_id in held]
    making.worth.count(freed, move.add)
    take_seats(draft, making.seats, making.worth, sources, number)
    access.steps.append(number)


def _needs_location(draft: Draft, joiner: Joiner, number: int) -> None:
    if not joiner.usage_location:
        cure = "Say usage_location, without which Microsoft assigns no licence, and propose again."
        draft.block("usage_location_missing", cure, [number])


def _about(joiner: Joiner, group_id: str, group: LicenceGroup | None) -> dict[str, Json]:
    sku_ids = group.sku_ids if group is not None else ()
    names: dict[str, Json] = {sku_id: joiner.context.sku(sku_id).name for sku_id in sku_ids}
    return {"group_id": group_id, "sku_ids": list(sku_ids), "names": names}


def _dated(date: datetime | None) -> dict[str, Json]:
    return {"not_before": iso(date)} if date is not None else {}


def _by_hand(draft: Draft, joiner: Joiner, kind: str, verb: str, group_id: str, group: LicenceGroup) -> None:
    draft.hand_offs.append(HandOff(kind, joiner.reference, f"{verb} group {group_id}: {_HOW[group.path]}"))
