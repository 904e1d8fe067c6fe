"""LICENSEIQ_PRIVACY=pseudonyms: everybody is 'person-…', in answers and in arguments."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync

from licenseiq.errors import Ambiguous, NotFound
from licenseiq.people import Person
from licenseiq.playbooks.change_request import ChangeRequest
from licenseiq.playbooks.leave import LeaveRequest
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.playbooks.onboarding.request import JoinRequest
from licenseiq.ports import (
    EvaluationHead,
    HolderPage,
    HolderQuery,
    Progress,
    Proposals,
    SeatsNeeded,
    StoredChanges,
    StoredErasure,
    StoredJoining,
    Tenant,
)
from licenseiq.prediction.traits import Traits
from licenseiq.privacy import Pseudonyms, PseudonymTable, is_pseudonym
from licenseiq.proposals.stored import Listed, ProposalRecord
from licenseiq.proposals.trail import Trail, TrailQuery
from licenseiq.spending.table import Role, SpendBy, Spending, SpendRow
from licenseiq.waste import GroupBy, WasteGroup, WastePage, WasteQuery
from licenseiq_tools.seen_tenant import SeenTenant, without_rule

if TYPE_CHECKING:
    from licenseiq.spending.days import Day
    from licenseiq.spending.savings import Reclaim

NOTE = "Names, ids, offices and job titles are left out: LICENSEIQ_PRIVACY is pseudonyms."


class PseudonymousTenant(SeenTenant):
    """A `ports.Tenant` in which nobody has a name."""

    note = NOTE

    def __init__(self, tenant: Tenant, pseudonyms: Pseudonyms) -> None:
        super().__init__(tenant, pseudonyms)
        # Whoever has which pseudonym, for the one evaluation that was asked about last.
        self._table = ("", PseudonymTable({}))

    async def evaluation(self, progress: Progress) -> EvaluationHead:
        """Knows the pseudonyms of everybody in it, so that the first one that is asked about takes no longer."""
        head = await super().evaluation(progress)
        await self._known(head.evaluation_id)
        return head

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        page = await self.inner.holders(evaluation_id, query)
        rows = (
            replace(row, user_id=self.pseudonyms.of(row.user_id), user_principal_name=None, display_name=None)
            for row in page.rows
        )
        return replace(page, rows=tuple(rows))

    async def principal_names(self, evaluation_id: str, begun: str, most: int) -> tuple[str, ...]:
        """Pseudonyms that begin so; a name that was typed finds nobody."""
        everybody = await self.user_ids(evaluation_id)
        return tuple(sorted(one for one in everybody if one.startswith(begun.lower()))[:most])

    async def person(self, evaluation_id: str, who: str) -> Person:
        policy = (await self.inner.context(evaluation_id)).policy
        return self.masked(await self.found(evaluation_id, who), policy)

    async def found(self, evaluation_id: str, who: str) -> Person:
        """Whoever is meant, with names; for ports that this one hides. Raises NotFound, and Ambiguous in pseudonyms."""
        if is_pseudonym(who):
            user_id = await self.user_id(evaluation_id, who)
            if user_id is None:
                raise NotFound("Nobody in this tenant has that pseudonym.", "Take it from list_inactive_users anew.")
            who = user_id
        try:
            return await self.inner.person(evaluation_id, who)
        except Ambiguous as error:
            candidates = [self.pseudonyms.of(user_id) for user_id in error.user_ids]
            raise Ambiguous(error.what_happened, "Name one of the candidates.", candidates) from None

    async def similar(self, evaluation_id: str, traits: Traits) -> tuple[Person, ...]:
        manager = traits.manager_id
        if manager is not None and is_pseudonym(manager):
            traits = replace(traits, manager_id=await self.user_id(evaluation_id, manager) or manager)
        return await super().similar(evaluation_id, traits)

    async def user_id(self, evaluation_id: str, pseudonym: str) -> str | None:
        """Whose pseudonym it is, by the evaluation's people; None for nobody's."""
        return (await self._known(evaluation_id)).get(pseudonym)

    async def _known(self, evaluation_id: str) -> PseudonymTable:
        known, table = self._table
        if known != evaluation_id:
            table = await run_sync(self.pseudonyms.table, await self.inner.user_ids(evaluation_id))
            self._table = (evaluation_id, table)
        return table

    async def waste(self, evaluation_id: str, query: WasteQuery) -> WastePage:
        page = await self.inner.waste(evaluation_id, query)
        rows = []
        for row in page.rows:
            user_id = row.finding.user_id
            if user_id is not None:
                finding = replace(row.finding, user_id=self.pseudonyms.of(user_id))
                row = replace(row, finding=finding, user_principal_name=None)
            rows.append(row)
        return replace(page, rows=tuple(rows))

    async def waste_groups(self, evaluation_id: str, query: WasteQuery, by: GroupBy) -> tuple[WasteGroup, ...]:
        return await self.inner.waste_groups(evaluation_id, query, by)

    async def spending(self, evaluation_id: str, by: SpendBy, under: str | None = None) -> Spending:
        who = None if under is None else await self.user_id(evaluation_id, under)
        found = await self.inner.spending(evaluation_id, by, who)
        return replace(found, rows=self._without_names(found.rows)) if by is SpendBy.MANAGER else found

    async def history_day(self, day: date) -> "Day | None":
        found = await self.inner.history_day(day)
        if found is None or SpendBy.MANAGER not in found.groups:
            return found
        managers = self._without_names(found.groups[SpendBy.MANAGER])
        return replace(found, groups={**found.groups, SpendBy.MANAGER: managers})

    def _without_names(self, rows: tuple[SpendRow, ...]) -> tuple[SpendRow, ...]:
        """Organisations under the pseudonyms of those who lead them."""
        return tuple(
            replace(row, key=self.pseudonyms.of(row.key), label=None)
            if row.role is Role.GROUP and row.key is not None
            else row
            for row in rows
        )


class PseudonymousProposals:
    """A `ports.Proposals` that takes pseudonyms (and names) and shows pseudonyms."""

    def __init__(self, proposals: Proposals, tenant: PseudonymousTenant) -> None:
        self._inner = proposals
        self._tenant = tenant

    async def offboard(self, request: OffboardingRequest, client: str, progress: Progress) -> ProposalRecord:
        head = await self._tenant.evaluation(progress)
        meant = replace(request, users=await self._ids(head.evaluation_id, request.users))
        if request.successor is not None:
            (successor,) = await self._ids(head.evaluation_id, (request.successor,))
            meant = replace(meant, successor=successor)
        return self._masked(await self._inner.offboard(meant, client, progress))

    async def erase(self, user: str, grace_days: int, client: str, progress: Progress) -> StoredErasure:
        head = await self._tenant.evaluation(progress)
        (meant,) = await self._ids(head.evaluation_id, (user,))
        stored = await self._inner.erase(meant, grace_days, client, progress)
        return replace(stored, record=self._masked(stored.record))

    async def change_licences(self, request: ChangeRequest, client: str, progress: Progress) -> StoredChanges:
        head = await self._tenant.evaluation(progress)
        findings = [await self._finding(head.evaluation_id, one) for one in request.findings]
        users = await self._ids(head.evaluation_id, request.users)
        meant = replace(request, users=users, findings=tuple(findings))
        stored = await self._inner.change_licences(meant, client, progress)
        groups = tuple(without_rule(group, NOTE) for group in stored.groups)
        seats = tuple(map(self._seats, stored.seats))
        return replace(stored, record=self._masked(stored.record), groups=groups, seats=seats)

    async def undo(self, proposal_id: str, users: tuple[str, ...], client: str, progress: Progress) -> str:
        if users:
            head = await self._tenant.evaluation(progress)
            users = await self._ids(head.evaluation_id, users)
        return await self._inner.undo(proposal_id, users, client, progress)

    async def onboard(self, request: JoinRequest, client: str, progress: Progress) -> StoredJoining:
        """A newcomer has no pseudonym yet: who types a name in shows it to the model's vendor by that."""
        head = await self._tenant.evaluation(progress)
        users = [await self._ids(head.evaluation_id, (one,) if one else ()) for one in (request.user, request.manager)]
        user, manager = (found[0] if found else None for found in users)
        asked = replace(request, user=user, manager=manager)
        stored = await self._inner.onboard(asked, client, progress)
        return replace(stored, record=self._masked(stored.record), seats=tuple(map(self._seats, stored.seats)))

    async def leave(self, request: LeaveRequest, client: str, progress: Progress) -> StoredChanges:
        head = await self._tenant.evaluation(progress)
        (user,) = await self._ids(head.evaluation_id, (request.user,))
        stored = await self._inner.leave(replace(request, user=user), client, progress)
        groups = tuple(without_rule(group, NOTE) for group in stored.groups)
        return replace(stored, record=self._masked(stored.record), groups=groups)

    async def withdraw(self, proposal_id: str) -> ProposalRecord:
        return self._masked(await self._inner.withdraw(proposal_id))

    async def get(self, proposal_id: str) -> ProposalRecord:
        return self._masked(await self._inner.get(proposal_id))

    async def page(
        self, state: str | None, limit: int, after: str | None
    ) -> tuple[int, tuple[Listed, ...], str | None]:
        total, records, next_after = await self._inner.page(state, limit, after)
        seen = (self._masked(one) if isinstance(one, ProposalRecord) else one for one in records)
        return total, tuple(seen), next_after

    async def reclaims(self) -> "tuple[Reclaim, ...]":
        return await self._inner.reclaims()

    async def trail(self, query: TrailQuery, progress: Progress) -> Trail:
        if query.user is not None:
            head = await self._tenant.evaluation(progress)
            (user_id,) = await self._ids(head.evaluation_id, (query.user,))
            query = replace(query, user=user_id)
        found = await self._inner.trail(query, progress)
        entries = (replace(one, record=self._masked(one.record)) if one.record else one for one in found.entries)
        return replace(found, entries=tuple(entries))

    async def log_call(self, tool: str, client: str, is_error: bool) -> None:
        await self._inner.log_call(tool, client, is_error)

    async def _ids(self, evaluation_id: str, users: tuple[str, ...]) -> tuple[str, ...]:
        return tuple([(await self._tenant.found(evaluation_id, who)).user_id for who in users])

    async def _finding(self, evaluation_id: str, finding_id: str) -> str:
        """The id of a finding with the person's own id; one that names no pseudonym stays for the port to judge."""
        kind, _, who = finding_id.partition(":")
        if not is_pseudonym(who):
            return finding_id
        return f"{kind}:{(await self._tenant.found(evaluation_id, who)).user_id}"

    def _seats(self, one: SeatsNeeded) -> SeatsNeeded:
        return replace(one, findings=tuple(map(self._under_pseudonym, one.findings)))

    def _under_pseudonym(self, finding_id: str) -> str:
        kind, _, user_id = finding_id.partition(":")
        return f"{kind}:{self._tenant.pseudonyms.of(user_id)}"

    def _masked(self, record: ProposalRecord) -> ProposalRecord:
        names: dict[str, tuple[str, str | None]] = {
            reference: (self._tenant.pseudonyms.of(user_id), None) for reference, (user_id, _) in record.names.items()
        }
        return replace(record, names=names)
