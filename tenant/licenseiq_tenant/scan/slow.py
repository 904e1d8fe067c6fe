"""The slow lane: sign-in activity, page by page within Microsoft's budget, resumed where it was stopped.

Each page is stored together with the link to the next one. Whatever ends the lane before its last page leaves what
was read; the next scan goes on from there, unless Graph no longer takes the link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from anyio.to_thread import run_sync

from licenseiq.errors import NotReadable
from licenseiq.readings import Reading, Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, not_readable
from licenseiq_tenant.lanes import sign_ins
from licenseiq_tenant.lanes.people import is_short
from licenseiq_tenant.snapshot.generations import LASTING, Generations
from licenseiq_tenant.snapshot.lease import RENEW_SECONDS, Budget, Lease

# graph-facts, sign-in activity: 10 requests a minute per app.
BUDGET = Budget("sign_ins", 10, 60.0)
RESUMABLE = timedelta(hours=24)
# What a link that Graph no longer takes looks like.
_SPENT = frozenset({Reason.MALFORMED, Reason.NOT_OFFERED, Reason.INCOMPLETE})


@dataclass(frozen=True)
class SlowLane:
    """`wait` is a pause that Graph asked for, `sleep` one of our own; `say` tells words and how many were read."""

    lease: Lease
    graph: Graph
    generations: Generations
    wait: Sleep
    sleep: Sleep
    say: Callable[[str, int], None]

    async def read(self) -> None:
        """Publishes sign-in activity when it was read to the end, or cannot be read for a lasting reason."""
        now = self.lease.clock()
        resumed = await run_sync(self.generations.unfinished, "slow", now - RESUMABLE)
        if resumed is not None:
            generation, link = resumed
            if await self._read_from(generation, link, now) not in _SPENT:
                return
            await run_sync(self.generations.drop, generation)
        generation = await run_sync(self.generations.begin, "slow", now)
        await self._read_from(generation, None, now)

    async def _read_from(self, generation: int, link: str | None, now: datetime) -> Reason | None:
        """Reads to the end; returns why it could not."""
        try:
            reading = await self._pages(generation, link, now)
        except NotReadable as error:
            reason = Reason(error.reason)
            if reason not in LASTING or (link is not None and reason in _SPENT):
                await run_sync(self.generations.note_failure, Source.SIGN_INS, reason, now)
                return reason
            reading = Reading(Source.SIGN_INS, reason, now)
        await run_sync(self.generations.publish, generation, [reading])
        return None

    async def _pages(self, generation: int, link: str | None, now: datetime) -> Reading:
        count = await run_sync(self.generations.count, generation, "sign_in")
        seen = set[str]()

        async def again(seconds: float) -> None:
            await self.wait(seconds)
            await self._budget(count)

        while True:
            await self._budget(count)
            page = await sign_ins.page(self.graph, link, again)
            await run_sync(self.generations.add_sign_ins, generation, page.rows, page.unreadable, page.next_link)
            count, link = count + len(page.rows), page.next_link
            self.say(f"Reading sign-in activity: {count} so far.", count)
            if link is None:
                return await self._whole(generation, now)
            if link in seen:
                raise not_readable(Source.SIGN_INS, Reason.INCOMPLETE)
            seen.add(link)

    async def _whole(self, generation: int, now: datetime) -> Reading:
        """What was read to the end. INCOMPLETE when a page went missing: more people lack than came since;
        MALFORMED when nothing of it made sense."""
        unreadable = await run_sync(self.generations.unreadable, generation)
        lacking, people = await run_sync(self.generations.without_sign_in, generation)
        if is_short(people - lacking + unreadable, people):
            raise not_readable(Source.SIGN_INS, Reason.INCOMPLETE)
        count = await run_sync(self.generations.count, generation, "sign_in")
        if not count and unreadable:
            raise not_readable(Source.SIGN_INS, Reason.MALFORMED)
        return Reading(Source.SIGN_INS, None, now, count, unreadable)

    async def _budget(self, count: int) -> None:
        """Waits until one more request is within the budget, and counts it."""
        take = partial(BUDGET.take, self.lease.database, self.lease.tenant_id, self.lease.clock)
        while seconds := await run_sync(take):
            self.say(f"Waiting {seconds:.0f} s: Graph allows 10 requests a minute here.", count)
            await self.sleep(min(seconds, RENEW_SECONDS))
