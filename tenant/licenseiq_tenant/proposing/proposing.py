"""The implementation of `licenseiq.ports.Proposals`: from a request to a proposal in the inbox, and back."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from anyio import to_thread

from licenseiq.context import Context
from licenseiq.errors import SettingsError
from licenseiq.leaving_file import zone
from licenseiq.playbooks.change_request import Change, ChangeRequest, check
from licenseiq.playbooks.erasure import inventory, plan_erasure
from licenseiq.playbooks.leave import LeaveRequest, days_of, plan_leave
from licenseiq.playbooks.license_changes import Grounds, plan_license_changes
from licenseiq.playbooks.offboarding.choices import choices_of
from licenseiq.playbooks.offboarding.plan import plan_offboarding
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.playbooks.offboarding.request import check as check_offboarding
from licenseiq.playbooks.onboarding.plan import plan_onboarding
from licenseiq.playbooks.onboarding.request import JoinRequest
from licenseiq.playbooks.onboarding.request import check as check_joining
from licenseiq.ports import EvaluationHead, Progress, StoredChanges, StoredErasure, StoredJoining, Tenant
from licenseiq.proposals.commitments import SEED_BYTES, Opening
from licenseiq.proposals.plan import DATA_AS_OF, Plan
from licenseiq.proposals.stored import Listed, ProposalRecord
from licenseiq.proposals.trail import Trail, TrailQuery
from licenseiq.spending.savings import Reclaim
from licenseiq.times import iso
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.ledger_view import LedgerView
from licenseiq_tenant.os_account import account_name, os_account
from licenseiq_tenant.proposing.add_ons import load_add_ons
from licenseiq_tenant.proposing.changes import claims_on, groups_of, named_in, people, understood
from licenseiq_tenant.proposing.content import content_key, home_key
from licenseiq_tenant.proposing.grounds import because_of, seats_needed
from licenseiq_tenant.proposing.joiners import groups_of_rules, joiner_of
from licenseiq_tenant.proposing.leavers import groups_of_people, leavers
from licenseiq_tenant.proposing.neighbours import DeskStates, Subjects
from licenseiq_tenant.proposing.records import Records
from licenseiq_tenant.proposing.trails import Trails


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def _requester(home: Path, client: str) -> dict[str, str]:
    return {"client": client, "channel": "stdio", "account": account_name(home, os_account())}


def _dated(plan: Plan, head: EvaluationHead) -> Plan:
    """With the time of the data that it rests on, for whoever approves it."""
    return replace(plan, versions={**plan.versions, DATA_AS_OF: iso(head.as_of)})


class Proposing:
    """Proposals of one tenant. It stores what was asked for and reads what became of it; it can do nothing more.

    The requester of a plan is the client's own name, the channel, and the OS account as a pseudonym; nobody proves any
    of them. A plan outlives the erasure of a person, and holds no personal value in the clear.
    """

    def __init__(
        self,
        tenant: Tenant,
        tenant_id: str,
        *,
        home: Path,
        inbox: Inbox,
        desk: DeskStates,
        subjects: Subjects,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._tenant = tenant
        self._tenant_id = tenant_id
        self._home = home
        self._inbox = inbox
        self._now = now
        self._subjects = subjects
        self._records = Records(tenant_id, inbox, desk, subjects, now)
        self._trails = Trails(tenant_id, LedgerView(home), self._records.get)

    async def offboard(self, request: OffboardingRequest, client: str, progress: Progress) -> ProposalRecord:
        """A proposal to offboard people, or the identical live one with `is_new` False.

        Raises BadRequest for a request that contradicts itself, nobody, somebody twice or too many, and what the
        tenant's port raises.
        """
        check_offboarding(request)
        head, context = await self._ground(progress)
        choices = choices_of(request, context.policy.leaving, self._now())
        chosen = await leavers(self._tenant, head.evaluation_id, request)
        grounds = replace(
            await self._grounds(head, context, client),
            groups=await groups_of_people(self._tenant, head.evaluation_id, [person for person, _ in chosen]),
        )
        plan, openings = plan_offboarding(chosen, choices, grounds)
        return await to_thread.run_sync(self._keep, _dated(plan, head), openings)

    async def erase(self, user: str, grace_days: int, client: str, progress: Progress) -> StoredErasure:
        """A proposal to erase one person, or the identical live one. Raises BadRequest, and as the port raises."""
        head, context = await self._ground(progress)
        (person,) = await people(self._tenant, head.evaluation_id, (user,))
        grounds = await self._grounds(head, context, client)
        plan, openings = plan_erasure(person, grace_days, grounds)
        record = await to_thread.run_sync(self._keep, _dated(plan, head), openings)
        return StoredErasure(record, inventory(person))

    async def change_licences(self, request: ChangeRequest, client: str, progress: Progress) -> StoredChanges:
        """A proposal to change licences, or the identical live one with `is_new` False.

        Raises BadRequest for a request that makes no sense, and what the tenant's port raises.
        """
        check(request)
        head, context = await self._ground(progress)
        add_ons = await to_thread.run_sync(load_add_ons)
        changes = await understood(self._tenant, head.evaluation_id, context, request, add_ons)
        groups = await groups_of(self._tenant, head.evaluation_id, changes)
        claims = await claims_on(self._tenant, head.evaluation_id, context, changes)
        grounds = replace(
            await self._grounds(head, context, client),
            add_ons=add_ons,
            groups=groups,
            claimed={sku_id: len(findings) for sku_id, findings in claims.items()},
        )
        plan, openings = plan_license_changes(changes, request.when, grounds)
        record = await to_thread.run_sync(self._keep, _dated(plan, head), openings)
        return StoredChanges(
            record,
            named_in(record.plan, groups),
            because_of(record, changes),
            seats_needed(record.plan, claims, context),
        )

    async def undo(self, proposal_id: str, users: tuple[str, ...], client: str, progress: Progress) -> str:
        """Asks for the plan that takes a run back, for these people or for all; its id. Raises BadRequest for somebody
        who is not in it, NotFound, Tampered, Refused and StateUnknown."""
        chosen: list[str] = []
        if users:
            head, _ = await self._ground(progress)
            chosen = [person.user_id for person in await people(self._tenant, head.evaluation_id, users)]
        requested_by = await to_thread.run_sync(_requester, self._home, client)
        return await to_thread.run_sync(self._records.undo, proposal_id, chosen, requested_by)

    async def onboard(self, request: JoinRequest, client: str, progress: Progress) -> StoredJoining:
        """A proposal for somebody who starts or moves, or the identical live one with `is_new` False.

        Raises BadRequest for a request that makes no sense, and what the tenant's port raises.
        """
        check_joining(request)
        head, context = await self._ground(progress)
        joiner = await joiner_of(self._tenant, head.evaluation_id, context, request)
        change = Change(joiner.person, add=joiner.tier.skus)
        claims = await claims_on(self._tenant, head.evaluation_id, context, [change])
        grounds = replace(
            await self._grounds(head, context, client),
            groups=await groups_of_rules(self._tenant, head.evaluation_id, joiner),
            claimed={sku_id: len(findings) for sku_id, findings in claims.items()},
        )
        plan, openings = plan_onboarding(joiner, grounds)
        record = await to_thread.run_sync(self._keep, _dated(plan, head), openings)
        return StoredJoining(record, joiner.tier, seats_needed(record.plan, claims, context))

    async def leave(self, request: LeaveRequest, client: str, progress: Progress) -> StoredChanges:
        """A proposal for somebody's leave, or the identical live one with `is_new` False.

        Raises BadRequest where nothing smaller keeps mailbox and files, Refused while another leave of this person
        stands, and what the tenant's port raises.
        """
        head, context = await self._ground(progress)
        name = context.policy.leaving.time_zone
        days = days_of(request, zone(name) if name is not None else None, self._now())
        (person,) = await people(self._tenant, head.evaluation_id, (request.user,))
        to_sku = await self._tenant.sku_id(head.evaluation_id, request.to_sku) if request.to_sku else None
        groups = await groups_of_people(self._tenant, head.evaluation_id, [person])
        grounds = replace(
            await self._grounds(head, context, client),
            groups=groups,
        )
        plan, openings = plan_leave(person, to_sku, days, grounds)
        plan = _dated(plan, head)
        await to_thread.run_sync(self._refuse_second, plan, openings, person.user_id)
        record = await to_thread.run_sync(self._keep, plan, openings)
        return StoredChanges(record, tuple(groups.values()), (), seats_needed(record.plan, {}, context))

    async def withdraw(self, proposal_id: str) -> ProposalRecord:
        """Takes an open proposal back. Raises NotFound, Refused, StateUnknown, Tampered."""
        return await to_thread.run_sync(self._records.withdraw, proposal_id)

    async def get(self, proposal_id: str) -> ProposalRecord:
        """Raises NotFound for an id of no proposal of this tenant, Tampered for one whose bytes have changed."""
        return await to_thread.run_sync(self._records.get, proposal_id)

    async def page(
        self, state: str | None, limit: int, after: str | None
    ) -> tuple[int, tuple[Listed, ...], str | None]:
        """Total, a page newest first, and where the next one starts. Raises BadRequest for a bad `after`."""
        return await to_thread.run_sync(self._records.page, state, limit, after)

    async def reclaims(self) -> tuple[Reclaim, ...]:
        """The seats of open and approved proposals, and how far each step has come. Raises StateUnknown."""
        return await to_thread.run_sync(self._records.reclaims)

    async def trail(self, query: TrailQuery, progress: Progress) -> Trail:
        """Entries of the desk's ledger, the newest first. Raises StateUnknown, and for a user as `offboard` does."""
        places = None
        if query.user is not None:
            head, _ = await self._ground(progress)
            (person,) = await people(self._tenant, head.evaluation_id, (query.user,))
            places = await to_thread.run_sync(self._subjects.places, person.user_id)
        return await to_thread.run_sync(self._trails.find, query, places)

    async def log_call(self, tool: str, client: str, is_error: bool) -> None:
        call_id = f"c-{secrets.token_hex(8)}"
        await to_thread.run_sync(self._inbox.log_call, self._tenant_id, call_id, self._now(), tool, client, is_error)

    async def _ground(self, progress: Progress) -> tuple[EvaluationHead, Context]:
        """The newest evaluation of this tenant, with its context."""
        head = await self._tenant.evaluation(progress)
        context = await self._tenant.context(head.evaluation_id)
        if context.tenant_id != self._tenant_id:
            raise SettingsError(
                "The data at hand is of another tenant than the one that proposals are kept for.",
                "Check LICENSEIQ_TENANT_ID, then start LicenseIQ again.",
            )
        return head, context

    async def _grounds(self, head: EvaluationHead, context: Context, client: str) -> Grounds:
        """What every plan rests on; who makes one adds what is its own."""
        return Grounds(
            context=context,
            evaluation_id=head.evaluation_id,
            simulated=head.simulated,
            requested_by=await to_thread.run_sync(_requester, self._home, client),
            now=self._now(),
            new_seed=_new_seed,
        )

    def _keep(self, plan: Plan, openings: tuple[Opening, ...]) -> ProposalRecord:
        return self._records.keep(plan, openings, content_key(home_key(self._home), plan, openings))

    def _refuse_second(self, plan: Plan, openings: tuple[Opening, ...], user_id: str) -> None:
        """Raises Refused where another plan of the same kind stands for the person, with other days."""
        same = content_key(home_key(self._home), plan, openings)
        self._records.refuse_second(plan, same, self._subjects.places(user_id))
