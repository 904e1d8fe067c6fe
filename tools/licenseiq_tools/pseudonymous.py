"""LICENSEIQ_PRIVACY=pseudonyms: everybody is 'person-…', in answers and in arguments."""

from dataclasses import replace

from anyio.to_thread import run_sync

from licenseiq.errors import Ambiguous, NotFound
from licenseiq.people import Person
from licenseiq.playbooks.change_request import ChangeRequest
from licenseiq.ports import HolderPage, HolderQuery, Progress, Proposals, StoredChanges, Tenant
from licenseiq.privacy import Pseudonyms, is_pseudonym
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.waste import GroupBy, WasteGroup, WastePage, WasteQuery
from licenseiq_tools.seen_tenant import SeenTenant, without_rule

NOTE = "Names, ids, offices and job titles are left out: LICENSEIQ_PRIVACY is pseudonyms."


class PseudonymousTenant(SeenTenant):
    """A `ports.Tenant` in which nobody has a name."""

    note = NOTE

    def __init__(self, tenant: Tenant, pseudonyms: Pseudonyms) -> None:
        super().__init__(tenant, pseudonyms)
        # Whoever has which pseudonym, for the one evaluation that was asked about last.
        self._table: tuple[str, dict[str, str | None]] = ("", {})

    async def holders(self, evaluation_id: str, query: HolderQuery) -> HolderPage:
        page = await self.inner.holders(evaluation_id, query)
        rows = (
            replace(row, user_id=self.pseudonyms.of(row.user_id), user_principal_name=None, display_name=None)
            for row in page.rows
        )
        return replace(page, rows=tuple(rows))

    async def person(self, evaluation_id: str, who: str) -> Person:
        return self.masked(await self.found(evaluation_id, who))

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

    async def user_id(self, evaluation_id: str, pseudonym: str) -> str | None:
        """Whose pseudonym it is, by the evaluation's people; None for nobody's."""
        known, table = self._table
        if known != evaluation_id:
            table = await run_sync(self.pseudonyms.table, await self.inner.user_ids(evaluation_id))
            self._table = (evaluation_id, table)
        return table.get(pseudonym.strip().lower())

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


class PseudonymousProposals:
    """A `ports.Proposals` that takes pseudonyms (and names) and shows pseudonyms."""

    def __init__(self, proposals: Proposals, tenant: PseudonymousTenant) -> None:
        self._inner = proposals
        self._tenant = tenant

    async def offboard(self, users: tuple[str, ...], client: str, progress: Progress) -> ProposalRecord:
        head = await self._tenant.evaluation(progress)
        ids = await self._ids(head.evaluation_id, users)
        return self._masked(await self._inner.offboard(ids, client, progress))

    async def change_licences(self, request: ChangeRequest, client: str, progress: Progress) -> StoredChanges:
        head = await self._tenant.evaluation(progress)
        findings = [await self._finding(head.evaluation_id, one) for one in request.findings]
        users = await self._ids(head.evaluation_id, request.users)
        meant = replace(request, users=users, findings=tuple(findings))
        stored = await self._inner.change_licences(meant, client, progress)
        groups = tuple(without_rule(group, NOTE) for group in stored.groups)
        return StoredChanges(self._masked(stored.record), groups)

    async def withdraw(self, proposal_id: str) -> ProposalRecord:
        return self._masked(await self._inner.withdraw(proposal_id))

    async def get(self, proposal_id: str) -> ProposalRecord:
        return self._masked(await self._inner.get(proposal_id))

    async def page(
        self, state: str | None, limit: int, after: str | None
    ) -> tuple[int, tuple[ProposalRecord, ...], str | None]:
        total, records, next_after = await self._inner.page(state, limit, after)
        return total, tuple(map(self._masked, records)), next_after

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

    def _masked(self, record: ProposalRecord) -> ProposalRecord:
        names: dict[str, tuple[str, str | None]] = {
            reference: (self._tenant.pseudonyms.of(user_id), None) for reference, (user_id, _) in record.names.items()
        }
        return replace(record, names=names)
