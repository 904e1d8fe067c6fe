"""Running the rules over what was read, and storing what they find.

An evaluation rests on generations and on editions (of rules, policy, catalogue, price list, exceptions and HR's word).
New generations come from a scan. Where an edition is another one, the same generations are evaluated anew, without
asking Graph.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from licenseiq.context import Context, TenantView
from licenseiq.evaluate import evaluate
from licenseiq.evaluation import RULES_VERSION, Evaluation
from licenseiq.exceptions import version_of
from licenseiq.hr import HrList
from licenseiq.policy import Policy
from licenseiq.prices import PriceBook
from licenseiq.readings import Reading, Reason, Source
from licenseiq.skus import Catalogue
from licenseiq.spending.days import day_of
from licenseiq_tenant.book import ExceptionBook, HistoryBook, HrBook, PriceBooks
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.fetch import not_readable
from licenseiq_tenant.prices import load_catalogue
from licenseiq_tenant.prices.loader import edition
from licenseiq_tenant.snapshot import evaluations, views
from licenseiq_tenant.snapshot.evaluations import Editions
from licenseiq_tenant.snapshot.lease import Lease

if TYPE_CHECKING:
    from sqlalchemy import Connection

STALE_EVALUATION = timedelta(hours=12)


@dataclass
class Evaluating:
    """For one tenant, with the policy, the price list, the exceptions and HR's word of now. Blocking: call it off the
    event loop.

    `policy` gives the policy of now; it raises SettingsError where that cannot be used. What is
    stored leaves its day in `history`.
    """

    database: Database
    tenant_id: str
    policy: Callable[[], Policy]
    books: PriceBooks
    exceptions: ExceptionBook
    hr: HrBook
    history: HistoryBook
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def after_scan(self, lease: Lease) -> None:
        """Evaluates the newest generations, unless that was done with these editions within half a day. Raises
        NotReadable when neither users nor SKUs were ever read."""
        prices, now = self.books.current(), lease.clock()
        with self.database.read() as db:
            generations = views.newest_generations(db, self.tenant_id)
            last = evaluations.newest(db, self.tenant_id)
            if last is not None and evaluations.generations_of(db, self.tenant_id, last) == generations:
                head = evaluations.headline(db, self.tenant_id, last)
                same = evaluations.editions_of(db, self.tenant_id, last) == self._editions()
                if same and head is not None and now - head[0] < STALE_EVALUATION:
                    return
            ground = self.ground(db, generations, now, prices)
            if not ground.is_read(Source.USERS) and not ground.is_read(Source.SKUS):
                raise not_readable(Source.USERS, ground.reading(Source.USERS).reason or Reason.NOT_YET)
            view = views.tenant_view(db, ground, generations)
        evaluation = evaluate(view)
        evaluations.save(lease, evaluation, generations)
        self._leave(view, evaluation)

    def with_editions_of_now(self) -> None:
        """Evaluates the generations of the newest evaluation anew where an edition has changed since. It keeps its
        time, which says of when the data is. Needs no lease: it is stored only while that one is still the newest."""
        if not self._differ():
            return
        with self._lock:  # of several questions at once, one does the work
            if not self._differ():
                return
            found = self.newest_view()
            if found is not None:
                last, generations, view = found
                evaluation = evaluate(view)
                if evaluations.save_instead(self.database, evaluation, generations, last):
                    self._leave(view, evaluation)

    def newest_view(self) -> tuple[str, dict[Source, int], TenantView] | None:
        """The newest evaluation, the generations that it rests on, and what rules see in them with the editions of now.
        None where nothing was evaluated yet."""
        prices = self.books.current()
        with self.database.read() as db:
            last = evaluations.newest(db, self.tenant_id)
            head = evaluations.headline(db, self.tenant_id, last) if last else None
            if last is None or head is None:
                return None
            generations = evaluations.generations_of(db, self.tenant_id, last)
            ground = self.ground(db, generations, head[0], prices)
            return last, generations, views.tenant_view(db, ground, generations)

    def ground(self, db: Connection, generations: views.Generations, now: datetime, prices: PriceBook) -> Context:
        """What rules look at in these generations, at this moment and with these prices."""
        found = views.context(db, self.tenant_id, generations, now, _catalogue(), self.policy(), prices)
        hr = self.hr.current()
        readings = {**found.readings, **({} if hr.as_of is None else {Source.HR: _reading_of(hr, hr.as_of)})}
        return replace(found, exceptions=self.exceptions.current(), hr=hr, readings=readings)

    def _leave(self, view: TenantView, evaluation: Evaluation) -> None:
        """Keeps a summary of the day, the last one of which wins."""
        if (day := day_of(view, evaluation)) is not None:
            self.history.keep(day, [person.user_id for person in view.people])

    def prices_of(self, version: str) -> PriceBook | None:
        """The price list that an evaluation was made with; None where it is no longer kept."""
        return self.books.at(version)

    def _differ(self) -> bool:
        editions = self._editions()
        with self.database.read() as db:
            last = evaluations.newest(db, self.tenant_id)
            return last is not None and evaluations.editions_of(db, self.tenant_id, last) != editions

    def _editions(self) -> Editions:
        exceptions = version_of(self.exceptions.current())
        hr = self.hr.version()
        return Editions(RULES_VERSION, self.policy().version, edition(), self.books.version(), exceptions, hr)


def _reading_of(hr: HrList, day: date) -> Reading:
    return Reading(Source.HR, None, datetime.combine(day, time(), UTC), len(hr.records))


def _catalogue() -> Catalogue:
    return load_catalogue()
