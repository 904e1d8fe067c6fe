"""LICENSEIQ_PRIVACY=aggregate: totals and groups of at least five people, and never a row about one.

A question with filters is refused where it, or what it leaves of a question without one of its filters, is about
fewer than five: the difference of two answers would tell about them. This is no proof against somebody who asks
cleverly and often; `docs/privacy.md` says so.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from licenseiq.errors import BadRequest, LicenseIQError, Refused
from licenseiq.findings import IMPERSONAL_KINDS
from licenseiq.money import add_up
from licenseiq.people import Person
from licenseiq.playbooks.change_request import ChangeRequest
from licenseiq.playbooks.finding_actions import is_proposable
from licenseiq.playbooks.leave import LeaveRequest
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.playbooks.onboarding.request import JoinRequest
from licenseiq.ports import (
    HolderGroup,
    HolderPage,
    HolderQuery,
    Progress,
    Proposals,
    StoredChanges,
    StoredErasure,
    StoredJoining,
    Tenant,
)
from licenseiq.prediction.traits import Traits
from licenseiq.privacy import SMALLEST_GROUP, is_too_small, split_small
from licenseiq.proposals.stored import Listed, ProposalRecord
from licenseiq.proposals.trail import Trail, TrailQuery
from licenseiq.spending.table import Role, SpendBy, Spending, SpendRow, by_worth, sum_of
from licenseiq.waste import GroupBy, Waste, WasteGroup, WastePage, WasteQuery, matched
from licenseiq_tools.seen_tenant import SeenTenant

if TYPE_CHECKING:
    from licenseiq.spending.days import Day
    from licenseiq.spending.savings import Reclaim

NOTE = f"Only totals, and groups of {SMALLEST_GROUP} people or more, are shown: LICENSEIQ_PRIVACY is aggregate."
# Days that can be asked for: two answers whose days differ by one would tell who is between them.
DAYS = (30, 60, 90, 180, 365)
_MOST_SEAT_ROWS = 1_000
_OTHER_MODE = "A person can look in the terminal, or set LICENSEIQ_PRIVACY to pseudonyms or names and restart."


class AggregateTenant(SeenTenant):
    """A `ports.Tenant` that tells nothing about one person."""

    note = NOTE

    async def person(self, evaluation_id: str, who: str) -> Person:
        refuse("Answers about one person are switched off")

    async def principal_names(self, evaluation_id: str, begun: str, most: int) -> tuple[str, ...]:
        return ()

    async def user_ids(self, evaluation_id: str) -> tuple[str, ...]:
        refuse("Answers about one person are switched off")

    async def similar(self, evaluation_id: str, traits: Traits) -> tuple[Person, ...]:
        found = await super().similar(evaluation_id, traits)
        _enough(len(found))
        return found

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        if query.inactive_days not in DAYS:
            days = ", ".join(map(str, DAYS))
            raise BadRequest(f"LICENSEIQ_PRIVACY is aggregate: inactive_days is one of {days}.", "Choose one of these.")
        whole = await self._holders(evaluation_id, query)
        wider = [replace(query, include_disabled=True)] if not query.include_disabled else []
        wider += [replace(query, department=None)] if query.department is not None else []
        wider += [replace(query, sku_id=None)] if query.sku_id is not None else []
        if wider:
            _enough(whole.total, [(await self._holders(evaluation_id, one)).total for one in wider])
        unjudged = None if whole.unjudged is None or 0 < whole.unjudged < SMALLEST_GROUP else whole.unjudged
        return replace(whole, rows=(), next_after=None, unjudged=unjudged)

    async def holder_groups(self, evaluation_id: str, query: HolderQuery, by: GroupBy) -> tuple[HolderGroup, ...]:
        await self.holders(evaluation_id, query)
        kept, small = split_small(await self.inner.holder_groups(evaluation_id, query, by), lambda group: group.people)
        if not small:
            return tuple(kept)
        # By SKU this can count somebody twice, who then is in several of the groups anyway.
        rest = HolderGroup(
            None,
            sum(group.people for group in small),
            add_up(money for group in small for money in group.monthly),
            sum(group.unpriced_seats for group in small),
            merged=True,
        )
        return (*kept, rest) if not is_too_small(rest.people) else tuple(kept)

    async def waste(self, evaluation_id: str, query: WasteQuery) -> WastePage:
        """The totals, and of the rows those about seats that nobody holds; `total` counts these rows."""
        page = await self._checked(evaluation_id, query)
        if query.department is not None or query.kind not in (None, *IMPERSONAL_KINDS):
            return replace(page, total=0, rows=())
        rows: list[Waste] = []
        for kind in sorted(IMPERSONAL_KINDS):
            of_seats = replace(query, kind=kind, limit=_MOST_SEAT_ROWS, skip=0)
            rows += (await self.inner.waste(evaluation_id, of_seats)).rows
        return replace(page, total=len(rows), rows=tuple(rows[query.skip : query.skip + query.limit]))

    async def waste_groups(self, evaluation_id: str, query: WasteQuery, by: GroupBy) -> tuple[WasteGroup, ...]:
        await self._checked(evaluation_id, query)
        groups = await self.inner.waste_groups(evaluation_id, query, by)
        seats = [group for group in groups if group.people == 0]
        kept, small = split_small([group for group in groups if group.people], lambda group: group.people)
        if small:
            rest = WasteGroup(
                None,
                True,
                sum(group.seats for group in small),
                add_up(money for group in small for money in group.monthly),
                sum(group.unpriced_seats for group in small),
                sum(group.review_seats for group in small),
                sum(group.people for group in small),
                merged=True,
                findings=sum(group.findings for group in small),
            )
            # Where all of them are too few, the total has been refused, or is that of the whole tenant.
            kept += [rest] if not is_too_small(rest.people) else []
        shown = {id(group) for group in (*kept, *seats)}
        return (*(group for group in groups if id(group) in shown), *(group for group in kept if group.merged))

    async def spending(self, evaluation_id: str, by: SpendBy, under: str | None = None) -> Spending:
        if by is SpendBy.MANAGER:
            refuse("Groups by manager, each of whom is one person, are switched off")
        found = await self.inner.spending(evaluation_id, by, None)
        return replace(found, rows=_large_rows(found.rows))

    async def history_day(self, day: date) -> "Day | None":
        found = await self.inner.history_day(day)
        if found is None:
            return None
        groups = {by: _large_rows(rows) for by, rows in found.groups.items()}
        groups.pop(SpendBy.MANAGER, None)
        return replace(found, groups=groups)

    async def _holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        return await self.inner.holders(evaluation_id, replace(query, limit=1, after=None))

    async def _checked(self, evaluation_id: str, query: WasteQuery) -> WastePage:
        """The totals alone, where they are about enough people or about seats only."""
        page = await self.inner.waste(evaluation_id, replace(query, limit=0, skip=0))
        if query.kind in IMPERSONAL_KINDS:
            return page
        wider = []
        for name in ("kind", "sku_id", "department"):
            if getattr(query, name) is not None:
                without = replace(query, **{name: None}, limit=0, skip=0)
                wider.append((await self.inner.waste(evaluation_id, without)).people)
        if wider:
            _enough(page.people, wider)
            # By kind they could be a few people's again.
            page = replace(
                page,
                to_review=(matched(page.to_review),) if page.to_review else (),
                without_money=(matched(page.without_money),) if page.without_money else (),
                excepted=(matched(page.excepted),) if page.excepted else (),
            )
        return page


class AggregateProposals:
    """A `ports.Proposals` that proposes by filters for five people or more, and shows numbers."""

    def __init__(self, proposals: Proposals, totals: AggregateTenant, tenant: Tenant) -> None:
        self._inner = proposals
        self._totals = totals
        self._tenant = tenant

    async def offboard(self, request: OffboardingRequest, client: str, progress: Progress) -> ProposalRecord:
        refuse("Proposals for named people are switched off")

    async def erase(self, user: str, grace_days: int, client: str, progress: Progress) -> StoredErasure:
        refuse("Proposals for named people are switched off")

    async def change_licences(self, request: ChangeRequest, client: str, progress: Progress) -> StoredChanges:
        wanted = request.filter
        if wanted is None or request.users or request.findings:
            refuse("Proposals for named people or findings are switched off")
        head = await self._totals.evaluation(progress)
        sku_id = await self._tenant.sku_id(head.evaluation_id, wanted.sku) if wanted.sku else None
        query = WasteQuery(wanted.kind, sku_id, wanted.department, limit=_MOST_SEAT_ROWS)
        await self._totals.waste(head.evaluation_id, query)
        found = [row.finding for row in (await self._tenant.waste(head.evaluation_id, query)).rows]
        fitting = sum(is_proposable(one, wanted) for one in found)
        _enough(min(fitting, request.expected_count or 0))
        _enough(fitting, [sum(is_proposable(one, replace(wanted, confidence=None)) for one in found)])
        if fitting != request.expected_count:
            raise BadRequest(
                f"{fitting} findings match and count, not {request.expected_count}. Nothing was stored.",
                "Look at list_waste with the same filter and group_by, then name the number that you mean.",
            )
        try:
            stored = await self._inner.change_licences(request, client, progress)
        except BadRequest:
            # Its words can say which of the people stands in the way.
            raise Refused(
                "The plan cannot be made for all of these people. LICENSEIQ_PRIVACY is aggregate, so why is not told.",
                "Narrow the filter. " + _OTHER_MODE,
            ) from None
        return StoredChanges(_counts(stored.record), ())

    async def undo(self, proposal_id: str, users: tuple[str, ...], client: str, progress: Progress) -> str:
        if users:
            refuse("Proposals for named people are switched off")
        return await self._inner.undo(proposal_id, users, client, progress)

    async def onboard(self, request: JoinRequest, client: str, progress: Progress) -> StoredJoining:
        refuse("Proposals for named people are switched off")

    async def leave(self, request: LeaveRequest, client: str, progress: Progress) -> StoredChanges:
        refuse("Proposals for named people are switched off")

    async def withdraw(self, proposal_id: str) -> ProposalRecord:
        return _counts(await self._inner.withdraw(proposal_id))

    async def get(self, proposal_id: str) -> ProposalRecord:
        return _counts(await self._inner.get(proposal_id))

    async def page(
        self, state: str | None, limit: int, after: str | None
    ) -> tuple[int, tuple[Listed, ...], str | None]:
        total, records, next_after = await self._inner.page(state, limit, after)
        seen = (_counts(one) if isinstance(one, ProposalRecord) else one for one in records)
        return total, tuple(seen), next_after

    async def reclaims(self) -> "tuple[Reclaim, ...]":
        return await self._inner.reclaims()

    async def trail(self, query: TrailQuery, progress: Progress) -> Trail:
        if query.user is not None:
            refuse("The audit trail of one person is switched off")
        found = await self._inner.trail(query, progress)
        # What one step did is about one person.
        entries = (
            replace(one, record=_counts(one.record) if one.record else None, step=None, skus=())
            for one in found.entries
            if "subject" not in one.body
        )
        return replace(found, entries=tuple(entries))

    async def log_call(self, tool: str, client: str, is_error: bool) -> None:
        await self._inner.log_call(tool, client, is_error)


def _large_rows(rows: tuple[SpendRow, ...]) -> tuple[SpendRow, ...]:
    """The groups of enough people, what the others are together, and the seats that nobody holds."""
    of_people = [row for row in rows if row.people]
    kept, small = split_small(of_people, lambda row: row.people)
    rest = [replace(sum_of(small), role=Role.OTHER)] if small else []
    others = [row for row in rows if not row.people]
    return tuple(sorted((*kept, *rest, *others), key=by_worth))


def refuse(what: str) -> NoReturn:
    raise Refused(f"{what}: LICENSEIQ_PRIVACY is aggregate.", _OTHER_MODE)


def _enough(people: int, wider: Iterable[int] = ()) -> None:
    """Raises Refused where the people, or those by whom a wider question has more, are too few."""
    if is_too_small(people) or any(0 < more - people < SMALLEST_GROUP for more in wider):
        raise _too_few()


def _too_few() -> LicenseIQError:
    return Refused(
        f"This question singles out fewer than {SMALLEST_GROUP} people: LICENSEIQ_PRIVACY is aggregate.",
        "Ask with fewer filters, or other ones.",
    )


def _counts(record: ProposalRecord) -> ProposalRecord:
    return replace(record, names={}, counts_only=True)
