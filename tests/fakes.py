"""Small fakes of the ports, with plausible people. Two stand-ins, no mocks: the other one is the demo tenant."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from licenseiq.context import Context
from licenseiq.errors import Ambiguous, BadRequest, LicenseIQError, NotFound
from licenseiq.evaluation import Action, Component, Holder, KindTotal, Summary
from licenseiq.exceptions import Exception_
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.money import Money, add_up
from licenseiq.people import Person
from licenseiq.ports import (
    EvaluationHead,
    HolderGroup,
    HolderPage,
    HolderQuery,
    Progress,
    RefreshReport,
)
from licenseiq.prediction.traits import Traits
from licenseiq.prices import PriceBook
from licenseiq.privacy import Privacy, Pseudonyms
from licenseiq.readings import Reading, Reason, Source
from licenseiq.seats import SeatLine, Subscription
from licenseiq.spending.days import Day
from licenseiq.spending.savings import SeenSeats
from licenseiq.spending.table import SpendBy, Spending
from licenseiq.waste import GroupBy, Waste, WasteGroup, WastePage, WasteQuery
from licenseiq_tools.deps import Deps
from licenseiq_tools.privacy import seen_through
from tests import fake_spending, fake_waste
from tests.fake_catalogue import E3, catalogue
from tests.fake_people import NOW, find_person, ordinary, principal_names
from tests.fake_proposals import FakeProposals


@dataclass
class FakeTenant:
    """Everybody counts as inactive since (100 + number) days; `failure` is raised by every method."""

    people: tuple[Person, ...] = field(default_factory=ordinary)
    failure: Exception | None = None
    blind: bool = False
    coverage: int | None = 1000
    unjudged: int = 1
    notes: tuple[str, ...] = ()
    evaluation_id: str = "ev-1"
    ladder: bool = False
    hidden: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    found: tuple[Waste, ...] | None = None
    lines: tuple[SeatLine, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    prices: PriceBook = field(default_factory=PriceBook)
    groups: tuple[LicenceGroup, ...] = ()
    unread: frozenset[Source] = frozenset()
    exceptions: dict[str, Exception_] = field(default_factory=dict)
    history: tuple[Day, ...] = ()
    seats_seen: dict[str, tuple[SeenSeats, ...]] = field(default_factory=dict)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.failure is not None:
            raise self.failure

    async def evaluation(self, progress: Progress) -> EvaluationHead:
        self._ask("evaluation")
        await progress("Looking at the newest evaluation.")
        return self._head()

    async def at(self, evaluation_id: str) -> EvaluationHead:
        self._ask("at")
        if evaluation_id != self.evaluation_id:
            raise BadRequest("The evaluation of this cursor is no longer kept.", "Start over without a cursor.")
        return self._head()

    def _head(self) -> EvaluationHead:
        exposure = (Money("EUR", 3_000_000), Money("USD", 570_000_000))
        kind = KindTotal("inactive_holder", 10, exposure, 1)
        summary = Summary(
            score=734,
            provisional=True,
            coverage=self.coverage,
            components=(
                Component("spend", 800, 600, "Share of the spend that is not exposure."),
                Component("hygiene", 200, 134, "Stale identities."),
            ),
            monthly_spend=(Money("EUR", 9_000_000), Money("USD", 3_100_000_000)),
            exposure=exposure,
            unpriced_seats=1,
            paid_seats=26,
            by_kind=(kind,),
            to_review=(replace(kind, kind="unused_premium"),),
            actions=(
                Action("inactive_holder", "Look at 10 seats without use.", 10, exposure, 1, 80, "list_inactive_users"),
            ),
            price_note="List prices of 2026-07-01.",
            unknown=("Sign-in activity could not be read: the app lacks AuditLog.Read.All.",),
        )
        if self.blind:
            summary = replace(summary, score=None, exposure=None, monthly_spend=None, coverage=None)
        return EvaluationHead(self.evaluation_id, "tenant-1", NOW, True, summary, self.notes)

    async def context(self, evaluation_id: str) -> Context:
        self._ask("context")
        known = catalogue(ladder=self.ladder, hidden=self.hidden)
        readings = {s: Reading(s, Reason.NO_PERMISSION if s in self.unread else None, NOW) for s in Source}
        return Context(
            "tenant-1",
            NOW,
            known,
            readings=readings,
            lines={line.sku_id: line for line in self.lines},
            subscriptions=self.subscriptions,
            exceptions=self.exceptions,
            prices=self.prices,
        )

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        self._ask("holders")
        rows = self._holders(query)
        start = int(query.after or 0)
        page = tuple(rows[start : start + query.limit])
        end = start + len(page)
        matched = add_up(money for row in rows for money in (row.monthly or ()))
        return HolderPage(len(rows), page, str(end) if end < len(rows) else None, matched, 1, self.unjudged)

    def _holders(self, query: HolderQuery) -> list[Holder]:
        all_rows = [fake_waste.holder(p, 100 + n, NOW) for n, p in enumerate(self.people)]
        return sorted(
            (
                row
                for row in all_rows
                if (query.everybody or (row.days_inactive or 0) >= query.inactive_days)
                and (query.sku_id is None or query.sku_id in row.sku_ids)
                and (query.department is None or (row.department or "").casefold() == query.department.casefold())
            ),
            key=lambda row: (-(row.days_inactive or 0), row.user_id),
        )

    async def holder_groups(self, evaluation_id: str, query: HolderQuery, by: GroupBy) -> tuple[HolderGroup, ...]:
        self._ask("holder_groups")
        return fake_waste.holder_groups_of(self._holders(query), by, catalogue().prices)

    async def user_ids(self, evaluation_id: str) -> tuple[str, ...]:
        self._ask("user_ids")
        return tuple(who.user_id for who in self.people)

    async def principal_names(self, evaluation_id: str, begun: str, most: int) -> tuple[str, ...]:
        self._ask("principal_names")
        return principal_names(self.people, begun)[:most]

    async def person(self, evaluation_id: str, who: str) -> Person:
        self._ask("person")
        return find_person(self.people, who)

    async def similar(self, evaluation_id: str, traits: Traits) -> tuple[Person, ...]:
        self._ask("similar")
        return tuple(p for p in self.people if traits.fits(p))

    async def sku_id(self, evaluation_id: str, name: str) -> str:
        self._ask("sku_id")
        found = [
            s.sku_id for s in catalogue().skus.values() if name.casefold() in f"{s.name}|{s.part_number}".casefold()
        ]
        if len(found) > 1:
            raise Ambiguous("Several SKUs have that name.", "Give one of the candidates.", found)
        if not found:
            raise NotFound("No SKU has that name.", "Give its name, part number or id.")
        return found[0]

    def _waste(self) -> tuple[Waste, ...]:
        return fake_waste.waste_of(self.people, catalogue().prices, E3) if self.found is None else self.found

    async def waste(self, evaluation_id: str, query: WasteQuery) -> WastePage:
        self._ask("waste")
        return fake_waste.page_of(self._waste(), query, self.people, catalogue().prices)

    async def waste_groups(self, evaluation_id: str, query: WasteQuery, by: GroupBy) -> tuple[WasteGroup, ...]:
        self._ask("waste_groups")
        return fake_waste.groups_of(self._waste(), query, by, self.people, catalogue().prices)

    async def held_seats(self, evaluation_id: str) -> dict[str, int]:
        self._ask("held_seats")
        return dict(Counter(sku for who in self.people for sku in who.seats()))

    async def spending(self, evaluation_id: str, by: SpendBy, under: str | None = None) -> Spending:
        context = await self.context(evaluation_id)
        return fake_spending.spending_of(self.people, self._waste(), context, by, under)

    async def history_days(self) -> tuple[date, ...]:
        self._ask("history_days")
        return tuple(day.day for day in self.history)

    async def history_day(self, day: date) -> Day | None:
        self._ask("history_day")
        return next((one for one in self.history if one.day == day), None)

    async def seat_history(self, since: datetime) -> dict[str, tuple[SeenSeats, ...]]:
        self._ask("seat_history")
        return self.seats_seen

    async def licence_groups(
        self, evaluation_id: str, group_ids: tuple[str, ...] | None = None
    ) -> dict[str, LicenceGroup]:
        self._ask("licence_groups")
        return {one.group_id: one for one in self.groups if group_ids is None or one.group_id in group_ids}

    async def refresh(self, progress: Progress) -> RefreshReport:
        self._ask("refresh")
        ages = (("fast", NOW), ("slow", None))
        return RefreshReport(False, False, "The data is two minutes old.", ages, ("Sign-in activity: not read.",))


def opener(
    tenant: FakeTenant | None = None,
    proposals: FakeProposals | None = None,
    *,
    read_only: bool = False,
    failures: list[LicenseIQError] | None = None,
    opened: list[str] | None = None,
    privacy: Privacy = Privacy.NAMES,
) -> Callable[[], AbstractAsyncContextManager[Deps]]:
    """An `open_deps` over fakes. `failures` are raised by the first openings; `opened` records what happens."""
    tenant = tenant or FakeTenant()
    proposals = proposals or FakeProposals(tenant.people)

    @asynccontextmanager
    async def open_deps() -> AsyncIterator[Deps]:
        if failures:
            raise failures.pop(0)
        if opened is not None:
            opened.append("open")
        seen = seen_through(privacy, tenant, proposals, Pseudonyms(b"k" * 32, "tenant-1"))
        yield Deps(*seen, "licenseiq approve", read_only, now=lambda: NOW, privacy=privacy)
        if opened is not None:
            opened.append("closed")

    return open_deps
