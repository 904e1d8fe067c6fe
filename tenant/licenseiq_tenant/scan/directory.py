"""The fast lane: people, the groups that give licences, and roles.

People and groups are read whole once a day, and by what changed in between. Whatever does not fit together then, such
as an expired link or a number of people that differs, leads to a whole reading.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from anyio.to_thread import run_sync

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable
from licenseiq_tenant.lanes import delta, groups, people, roles
from licenseiq_tenant.lanes.excluded import excluded_groups
from licenseiq_tenant.lanes.managers import manager_pages
from licenseiq_tenant.scan.seen import Gave
from licenseiq_tenant.snapshot.carry_over import Base, CarryOver
from licenseiq_tenant.snapshot.generations import Generations
from licenseiq_tenant.snapshot.lease import Lease

WHOLE = timedelta(hours=24)
# With fifteen people a request, as many requests as ten whole pages.
MOST_CHANGED = 150
# What a whole reading would meet as well.
_PASSING = frozenset({Reason.THROTTLED, Reason.UNREACHABLE, Reason.SIGNED_OUT})


@dataclass(frozen=True)
class Directory:
    """`wait` is a pause that Graph asked for; `say` tells words and how many were read. `excluded` are the ids of
    groups that the policy excludes: who is in them is read along with the groups that give licences."""

    lease: Lease
    graph: Graph
    generations: Generations
    wait: Sleep
    say: Callable[[str, int], None]
    excluded: frozenset[str] = frozenset()

    @property
    def _carry(self) -> CarryOver:
        return CarryOver(self.lease)

    def readers(self) -> dict[Source, Callable[[int], Awaitable[Gave]]]:
        """What reads each source into a generation."""
        return {
            Source.USERS: self.users,
            Source.GROUPS: self.groups,
            Source.ROLES: self.roles,
            Source.ELIGIBLE_ROLES: self.eligible_roles,
        }

    def late_readers(self) -> dict[Source, Callable[[int], Awaitable[Gave]]]:
        """The same for what no answer waits for."""
        return {Source.MANAGERS: self.managers}

    async def users(self, generation: int) -> Gave:
        changes = await self._changes(Source.USERS)
        return (changes and await self._users_changed(generation, *changes)) or await self._users_whole(generation)

    async def groups(self, generation: int) -> Gave:
        changes = await self._changes(Source.GROUPS)
        return (changes and await self._groups_as_before(generation, *changes)) or await self._groups_whole(generation)

    async def _users_whole(self, generation: int) -> Gave:
        """Everybody, compared with what Graph counts. Raises INCOMPLETE when a page went missing."""
        now = self.lease.clock()
        # Before the first page, so that who changes while the pages are read is told afterwards.
        link = await delta.start(self.graph, Source.USERS, self.wait)
        before = await people.user_count(self.graph, self.wait)
        listed = lost = unreadable = 0
        async for page in people.user_pages(self.graph, self.wait):
            await run_sync(self.generations.add_people, generation, page.items)
            listed, lost, unreadable = listed + len(page.items), lost + page.lost, unreadable + page.unreadable
            self.say(f"Reading users: {listed} so far.", listed)
        after = await people.user_count(self.graph, self.wait)
        different = await run_sync(self.generations.count, generation, "person")
        if people.is_short(different + lost, before, after):
            raise not_readable(Source.USERS, Reason.INCOMPLETE)
        await run_sync(self._carry.keep_link, Source.USERS, generation, link, now)
        return Gave(different, unreadable, unchecked=before is None and after is None)

    async def _users_changed(self, generation: int, base: Base, changes: delta.Changes) -> Gave | None:
        """The people of `base` with those who changed since; None where that cannot be all."""
        if len(changes.changed) > MOST_CHANGED:
            return None
        found = await people.some_people(self.graph, sorted(changes.changed), self.wait)
        if len(found.items) != len(changes.changed):
            return None
        await run_sync(self._carry.copy, Source.USERS, base.generation, generation, changes.removed)
        await run_sync(self.generations.add_people, generation, found.items)
        listed = await run_sync(self.generations.count, generation, "person")
        counted = await people.user_count(self.graph, self.wait)
        if counted is not None and (people.is_short(listed, counted) or people.is_short(counted, listed)):
            await run_sync(self._carry.drop, Source.USERS, generation)
            return None
        await run_sync(self._carry.keep_link, Source.USERS, generation, changes.link, base.whole_at)
        self.say(f"Read what changed: {len(changes.changed) + len(changes.removed)} of {listed} users.", listed)
        return Gave(listed, base.unreadable + found.unreadable, unchecked=counted is None)

    async def _groups_whole(self, generation: int) -> Gave:
        now = self.lease.clock()
        link = await delta.start(self.graph, Source.GROUPS, self.wait)
        found = await groups.licensing_groups(self.graph, self.wait)
        await run_sync(self.generations.add_groups, generation, found.items)
        outside = await excluded_groups(self.graph, self.excluded, self.wait)
        await run_sync(self.generations.add_excluded, generation, outside)
        await run_sync(self._carry.keep_link, Source.GROUPS, generation, link, now)
        return Gave(len(found.items), found.unreadable, unchecked=found.unchecked)

    async def _groups_as_before(self, generation: int, base: Base, changes: delta.Changes) -> Gave | None:
        """The groups of `base`, where nothing that changed since concerns a group that gives licences or is excluded;
        else None."""
        known = await run_sync(self._carry.settled_groups, base.generation)
        excluded = await run_sync(self._carry.excluded_groups, base.generation, self.excluded)
        if known is None or excluded is None or changes.licensing:
            return None
        if not (known | excluded).isdisjoint(changes.changed | changes.removed):
            return None
        await run_sync(self._carry.copy, Source.GROUPS, base.generation, generation)
        await run_sync(self._carry.keep_link, Source.GROUPS, generation, changes.link, base.whole_at)
        return Gave(len(known), base.unreadable, base.unchecked)

    async def _changes(self, source: Source) -> tuple[Base, delta.Changes] | None:
        """What to start from and what changed since; None where the source is to be read whole."""
        base = await run_sync(self._carry.base, source)
        if base is None or self.lease.clock() - base.whole_at >= WHOLE:
            return None
        try:
            return base, await delta.since(self.graph, source, base.link, self.wait)
        except NotReadable as error:
            if error.reason in _PASSING:
                raise
            return None

    async def managers(self, generation: int) -> Gave:
        """Everybody's manager, compared with the people of the newest reading. Raises INCOMPLETE when a page went
        missing."""
        listed: dict[str, str | None] = {}
        unreadable = 0
        async for page in manager_pages(self.graph, self.wait):
            listed.update(page.items)
            unreadable += page.unreadable
        known = await run_sync(self.generations.people)
        if people.is_short(len(listed) + unreadable, known):
            raise not_readable(Source.MANAGERS, Reason.INCOMPLETE)
        await run_sync(self.generations.add_managers, generation, listed)
        return Gave(len(listed), unreadable, unchecked=known is None)

    async def roles(self, generation: int) -> Gave:
        found = await roles.role_holders(self.graph, self.wait)
        add = partial(self.generations.add_role_holders, generation, Source.ROLES, found.items)
        return Gave(await run_sync(add), found.unreadable)

    async def eligible_roles(self, generation: int) -> Gave:
        found = await roles.eligible_holders(self.graph, self.wait)
        add = partial(self.generations.add_role_holders, generation, Source.ELIGIBLE_ROLES, found.items)
        return Gave(await run_sync(add), found.unreadable)
