"""A change of licences that groups give: join the new group, wait until its licence is active, leave the old one.

Only groups that this program may change and that stand for nothing but licences are used: assigned, in the cloud,
without mail, team, site or roles, and a new one gives exactly what is wanted. Everything else is for a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licenseiq.context import Context
from licenseiq.licensing_groups import LicenceGroup, Path
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.licence_step import lost_only, services_gone, words_of
from licenseiq.playbooks.prerequisites import AddOn, left_without_base
from licenseiq.playbooks.seat_sources import SeatSource
from licenseiq.playbooks.services import enabled, plans_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.licence_loss import DIRECT_GONE
from licenseiq.times import iso


@dataclass(frozen=True, slots=True)
class GroupWay:
    """The way of one person: out of `old`, and before that into `new`, None where nothing comes. Of `direct`, which is
    assigned in person as well, the direct assignment goes in between."""

    person: Person
    old: tuple[LicenceGroup, ...]
    new: LicenceGroup | None
    direct: tuple[str, ...] = ()

    @property
    def come(self) -> tuple[str, ...]:
        return () if self.new is None else tuple(sorted(self.new.sku_ids))

    @property
    def gone(self) -> tuple[str, ...]:
        """The SKUs that these groups give this person."""
        ids = {group.group_id for group in self.old}
        return tuple(sorted({a.sku_id for a in self.person.assignments if a.group_id in ids}))

    @property
    def rest(self) -> Person:
        """The person without what goes."""
        ids = {group.group_id for group in self.old}
        left = (a for a in self.person.assignments if not (a.is_direct and a.sku_id in self.direct))
        return replace(self.person, assignments=tuple(a for a in left if a.group_id not in ids))

    @property
    def freed(self) -> tuple[str, ...]:
        """The SKUs of which a seat comes free with the last group."""
        left = {a.sku_id for a in self.rest.assignments}
        return tuple(sku_id for sku_id in self.gone if sku_id in self.person.seats() and sku_id not in left)


def way_of(
    change: Change, groups: Mapping[str, LicenceGroup] | None, context: Context, add_ons: Sequence[AddOn]
) -> GroupWay | None:
    """How steps can make the change; None where a person has to, for all of it or because of one group.

    `groups` are all that give licences.
    """
    known = groups or {}
    wanted = change.swapped if change.instead else change.leaving
    rows = [a for a in change.person.assignments if a.sku_id in wanted]
    old = [known.get(a.group_id) for a in rows if a.group_id is not None]
    if not old or not all(group is not None and _is_plain(group, wanted) for group in old):
        return None
    new = _giving(change.instead, known, change.person) if change.instead else None
    if change.instead and new is None:
        return None
    left = {group.group_id: group for group in old if group is not None}
    direct = tuple(sorted({a.sku_id for a in rows if a.is_direct}))
    way = GroupWay(change.person, tuple(left[group_id] for group_id in sorted(left)), new, direct)
    after = {a.sku_id for a in way.rest.assignments} | {*way.come, *change.add}
    return None if left_without_base(frozenset(change.person.seats()), after, add_ons) else way


def why_by_hand(change: Change, groups: Mapping[str, LicenceGroup] | None, context: Context) -> str:
    """Why a person makes a swap that steps could make if there were another group; empty where that is not it."""
    ids = {a.group_id for a in change.person.assignments if a.group_id is not None and a.sku_id in change.swapped}
    mine = [(groups or {}).get(group_id) for group_id in ids]
    if not mine or not all(group is not None and _is_plain(group, change.leaving) for group in mine):
        return ""
    if _giving(change.instead, groups or {}, change.person) is not None:
        return ""
    coming = " and ".join(context.sku(sku_id).name for sku_id in change.instead)
    return f" No step does it: no assigned group in the cloud, for licences alone, gives exactly {coming}."


def add_leaving(
    draft: Draft, subject: str, way: GroupWay, context: Context, date: datetime | None, after: Sequence[int]
) -> tuple[int, ...]:
    """Adds the steps that leave the old groups one after the other, after `after`; their numbers."""
    coming, rest = _coming(way, context), enabled(way.rest, context)
    gone = services_gone(enabled(way.person, context), None if rest is None or coming is None else rest | coming)
    given, leaves = _given(way), list[int]()
    for group in way.old:
        there: dict[str, Json] = {} if way.new is None else {"group_licences_active": _licences(way.new)}
        goal: dict[str, Json] = {"not_in_group": group.group_id, "group_licences_absent": _licences(group)}
        arguments = _about(group, context) | {"services_gone": words_of(gone, context), **_dated(date)}
        if given:
            arguments["instead"] = list(given)
        if way.direct:
            arguments[DIRECT_GONE] = list(way.direct)
        if group is way.old[-1]:
            arguments["frees"] = list(way.freed)
        precondition = {"in_group": group.group_id} | there
        undo: dict[str, Json] = {"kind": "join_group", "group_id": group.group_id}
        leaves.append(
            draft.add(
                StepKind.LEAVE_GROUP,
                subject,
                goal | there | lost_only(gone),
                precondition,
                undo,
                arguments=arguments,
                after=(*after, *leaves),
            )
        )
    return tuple(leaves)


def add_joining(
    draft: Draft,
    subject: str,
    way: GroupWay,
    context: Context,
    sources: Mapping[str, SeatSource],
    date: datetime | None,
) -> int | None:
    """Adds the step that joins the new group and waits for its licence; its number, None where nothing comes."""
    if way.new is None:
        return None
    newly = services_gone(_coming(way, context), enabled(way.person, context))
    arguments = _about(way.new, context) | {
        "disabled_plans": sorted(way.new.disabled_plans or ()),
        "newly_enabled": words_of(newly, context),
        "seats": {sku_id: source.value for sku_id, source in sources.items()},
        **_dated(date),
    }
    return draft.add(
        StepKind.JOIN_GROUP,
        subject,
        {"in_group": way.new.group_id, "group_licences_active": _licences(way.new)},
        {"not_in_group": way.new.group_id},
        {"kind": "leave_group", "group_id": way.new.group_id},
        arguments=arguments,
    )


def _is_plain(group: LicenceGroup, sku_ids: Sequence[str]) -> bool:
    """Whether it gives nothing but these licences, as far as it shows, and a program may change who is in it."""
    return group.path is Path.DIRECT and not group.traits and set(group.sku_ids) <= set(sku_ids)


def _giving(sku_ids: Sequence[str], known: Mapping[str, LicenceGroup], person: Person) -> LicenceGroup | None:
    """The group that gives exactly this; of several the one that leaves least off, then the first by id."""
    mine = {a.group_id for a in person.assignments}
    fitting = [
        (len(off), group.group_id, group)
        for group in known.values()
        if (off := group.disabled_plans) is not None
        and set(group.sku_ids) == set(sku_ids)
        and _is_plain(group, sku_ids)
        and group.group_id not in mine
    ]
    return min(fitting, key=lambda one: one[:2])[2] if fitting else None


def _coming(way: GroupWay, context: Context) -> frozenset[str] | None:
    """The plans that the new group switches on; None where those of a SKU are not known."""
    found: set[str] = set()
    for sku_id in way.come:
        plans = plans_of(sku_id, context)
        if plans is None:
            return None
        found |= plans
    return frozenset(found) - ((way.new and way.new.disabled_plans) or frozenset())


def _dated(date: datetime | None) -> dict[str, Json]:
    return {} if date is None else {"not_before": iso(date)}


def _licences(group: LicenceGroup) -> dict[str, Json]:
    return {"group_id": group.group_id, "sku_ids": sorted(group.sku_ids)}


def _given(way: GroupWay) -> list[Json]:
    """What the new group gives, in the form of a direct assignment, for checks that look at what is lost."""
    off = sorted((way.new and way.new.disabled_plans) or ())
    return [{"sku_id": sku_id, "disabled_plans": list(off)} for sku_id in way.come]


def _about(group: LicenceGroup, context: Context) -> dict[str, Json]:
    skus = sorted(group.sku_ids)
    return {"group_id": group.group_id, "sku_ids": list(skus), "names": {s: context.sku(s).name for s in skus}}
