"""The groups that give licences, and whom they give them to. Permission: Group.Read.All."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import anyio
import msgspec

from licenseiq.errors import NotReadable
from licenseiq.licensing_groups import GroupTrait
from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, counted_pages, not_readable, pages
from licenseiq_tenant.lanes import bodies, queries
from licenseiq_tenant.lanes.found import Found

USER = "#microsoft.graph.user"
# What concerns one group alone: its members are unknown then, and the others are read.
_ONE_GROUP = frozenset({Reason.NO_PERMISSION, Reason.NOT_OFFERED})


@dataclass(frozen=True, slots=True)
class LicensingGroup:
    """A group that gives its direct members SKUs. `membership_rule` fills it where there is one; `synced` means
    mastered on premises; `processing_state` is how far Graph is with handing out; `traits` are what else it is, and
    `disabled_plans` the service plans that it leaves off, None where Graph did not say. Texts are raw.

    `members` are the ids of the users directly in it (licensing passes over groups inside), None where not readable.
    """

    group_id: str
    display_name: str | None
    sku_ids: tuple[str, ...]
    membership_rule: str | None
    synced: bool | None
    processing_state: str | None = None
    members: tuple[str, ...] | None = None
    traits: frozenset[GroupTrait] | None = None
    disabled_plans: tuple[str, ...] | None = None


async def licensing_groups(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[LicensingGroup]:
    """GET /groups with licences, and the members of each.

    A group whose licences Graph does not show is unreadable, not without licences; so is one whose members it does
    not show, and that one is kept. Raises NotReadable; INCOMPLETE where fewer groups came than Graph counted.
    """
    found: dict[str, LicensingGroup] = {}
    listed: set[str] = set()
    unreadable = nameless = 0
    counted: int | None = None
    async for raws, number in counted_pages(graph, queries.groups(graph), Source.GROUPS, sleep):
        page, counted = groups_of(raws), number
        unreadable += page.unreadable
        found.update((group.group_id, group) for group in page.items)
        with_id = bodies.ids(row.id for row in bodies.decode_items(raws, bodies.DirectoryObject)[0])
        listed.update(with_id)
        nameless += len(raws) - len(with_id)
    # List and count come from one index in one answer, so unlike that of people it is taken at its word. A group that
    # goes while the pages are read looks the same: then the next scan reads them all.
    if counted is not None and len(listed) + nameless < counted:
        raise not_readable(Source.GROUPS, Reason.INCOMPLETE)
    for group in list(found.values()):
        try:
            inside = await members(graph, group.group_id, Source.GROUPS, sleep)
        except NotReadable as error:
            if Reason(error.reason) not in _ONE_GROUP:
                raise
            unreadable += 1
            continue
        unreadable += inside.unreadable
        if not inside.unreadable:
            found[group.group_id] = replace(group, members=inside.items)
    return Found(tuple(found.values()), unreadable, unchecked=counted is None)


def groups_of(raws: Iterable[msgspec.Raw]) -> Found[LicensingGroup]:
    """The groups of a page that give licences, without their members."""
    groups, unreadable = bodies.decode_items(raws, bodies.Group)
    found: list[LicensingGroup] = []
    for group in groups:
        if not group.id or group.assigned_licenses is None:
            unreadable += 1
            continue
        rows, broken = bodies.decode_items(group.assigned_licenses, bodies.LicenceRow)
        sku_ids = bodies.ids(row.sku_id for row in rows)
        unreadable += broken + len(rows) - len(sku_ids)
        state = group.license_processing_state
        if sku_ids:
            found.append(
                LicensingGroup(
                    group.id.lower(),
                    group.display_name,
                    sku_ids,
                    group.membership_rule,
                    group.on_premises_sync_enabled,
                    state.state if state else None,
                    traits=_traits(group),
                    disabled_plans=None if broken else _off(rows),
                )
            )
    return Found(tuple(found), unreadable)


def _off(rows: Iterable[bodies.LicenceRow]) -> tuple[str, ...] | None:
    if any(row.disabled_plans is None for row in rows):
        return None
    return tuple(sorted(set(bodies.ids(plan for row in rows for plan in row.disabled_plans or ()))))


def _traits(group: bodies.Group) -> frozenset[GroupTrait] | None:
    if group.mail_enabled is None or group.group_types is None:
        return None
    wanted = {
        GroupTrait.MAIL: group.mail_enabled,
        GroupTrait.MICROSOFT_365: "Unified" in group.group_types,
        GroupTrait.ROLES: group.is_assignable_to_role is True,
    }
    return frozenset(trait for trait, is_so in wanted.items() if is_so)


async def members(graph: Graph, group_id: str, source: Source, sleep: Sleep = anyio.sleep) -> Found[str]:
    """GET /groups/{id}/members: the users directly in a group, each once. Raises NotReadable."""
    found: dict[str, None] = {}
    unreadable = 0
    async for raws in pages(graph, queries.members(graph, group_id), source, sleep):
        rows, broken = bodies.decode_items(raws, bodies.DirectoryObject)
        unreadable += broken
        for row in rows:
            if not row.id or row.kind is None:
                unreadable += 1
            elif row.kind == USER:
                found[row.id.lower()] = None
    return Found(tuple(found), unreadable)
