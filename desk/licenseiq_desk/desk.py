"""The desk, as the command line holds it: take over, show, decide, carry out, verify."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from licenseiq.errors import Refused, StateUnknown
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.attention import Attention, attention
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.statement import Statement
from licenseiq.proposals.states import ProposalState
from licenseiq.proposals.stored import DeskReport, LedgerHead
from licenseiq_desk import intake_of_proposals, policy_versions
from licenseiq_desk.approval import approvers, on_demo, records
from licenseiq_desk.approval.approvers import Enrolled
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.decisions import Decisions
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.enrolment import Enrolments
from licenseiq_desk.approval.on_demo import Pending
from licenseiq_desk.approval.preflight import Preflight
from licenseiq_desk.audit import verify_store
from licenseiq_desk.certificate import certificate
from licenseiq_desk.erasure import Erased, erase_subject, finish_erasures
from licenseiq_desk.exceptions_taken import take_exceptions
from licenseiq_desk.execution import control
from licenseiq_desk.execution.executor import Executor
from licenseiq_desk.execution.one_at_a_time import OneAtATime
from licenseiq_desk.execution.seen import Observe, RunProgress, nobody
from licenseiq_desk.holds.index import HoldIndex, Pace
from licenseiq_desk.intake_of_proposals import TakenReport
from licenseiq_desk.ledger import calls
from licenseiq_desk.ledger.verify import LedgerVerdict
from licenseiq_desk.progress import Progress, of_runs
from licenseiq_desk.render import render
from licenseiq_desk.run_lines import RunLines, run_lines
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import open_store
from licenseiq_desk.store.proposals import Held
from licenseiq_desk.subject.held import HeldAbout, held_about, note_export
from licenseiq_desk.surroundings import Surroundings, real
from licenseiq_tenant.desk_state import report
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.prices import load_catalogue


class Desk:
    """One desk of one home. `demo` is the proven demo tenant, or None: then nothing can be approved at level L0.

    `policy` gives the policy of now, each time that something is decided or done: what a person protects while the desk
    runs is protected at once.
    """

    def __init__(
        self,
        home: Path,
        inbox: Inbox,
        *,
        demo: DemoTenant | None = None,
        authority: Authority | None = None,
        policy: Callable[[], Policy] = Policy,
        around: Surroundings | None = None,
    ) -> None:
        self._store = open_store(home)
        self._inbox = inbox
        self._demo = authority.demo if authority is not None else demo
        self._authority = authority or Authority(demo)
        self._policy = policy
        self._around = around or real()
        self._owner = self._around.new_id("desk")
        self._things = OneAtATime()
        self.decisions = Decisions(self._store, self._authority, policy, self._around)
        self._enrolments: Enrolments | None = None
        if self._authority.party is not None:
            self._enrolments = Enrolments(self._store, self._authority.party, self._around)
        self._pending: dict[str, Pending] = {}

    def close(self) -> None:
        self._store.close()

    def take_over(self, tenant_id: str) -> TakenReport:
        """Takes new proposals from the inbox, makes the plans that take runs back, ends withdrawn and expired ones,
        seals the log of calls, and notes changes of the policy and of exceptions; of these in a later round where the
        book cannot be read now."""
        taken = intake_of_proposals.take_over(self._store, self._inbox, tenant_id, self._around, self._policy)
        with suppress(StateUnknown):
            take_exceptions(self._store, tenant_id, self._around)
        calls.seal(self._store, self._inbox, tenant_id, self._around.now())
        policy_versions.note(self._store, tenant_id, self._policy(), self._around.now())
        return taken

    def proposals(self, tenant_id: str) -> tuple[tuple[str, ProposalState, datetime], ...]:
        """(id, state, expiry) of every proposal that the desk holds, newest first."""
        return proposals.listed(self._store, tenant_id)

    def proposal(self, tenant_id: str, proposal_id: str) -> Held:
        """Raises NotFound or Tampered."""
        return proposals.get(self._store, tenant_id, proposal_id)

    def report(self, tenant_id: str, proposal_id: str) -> DeskReport | None:
        """Approvals, runs with their steps, and the ledger's head."""
        with self._store.database.read() as db:
            return report(db, tenant_id, proposal_id)

    def progress(self, run_id: str) -> Progress:
        """How far a run is."""
        with self._store.database.read() as db:
            return of_runs(db, run_id).get(run_id, Progress())

    def run_lines(self, tenant_id: str, proposal_id: str, *, with_told: bool = True) -> RunLines:
        """What people read of its newest run beside the steps; nothing where there is no run. Raises Tampered."""
        found = self.report(tenant_id, proposal_id)
        last = found.last_run if found is not None else None
        if last is None:
            return RunLines()
        return run_lines(self._store, tenant_id, proposal_id, last, with_told=with_told)

    def certificate(self, run_id: str) -> dict[str, Json]:
        """Who approved a run, what became of it, with proofs. Raises NotFound and Tampered."""
        return certificate(self._store, run_id)

    def decided_on(self, tenant_id: str, proposal_id: str) -> tuple[tuple[datetime, Statement], ...]:
        """What was signed about a proposal, and when, oldest first. Raises Tampered."""
        return records.decided_on(self._store, tenant_id, proposal_id)

    def attention(self, tenant_id: str, held: Held) -> Attention:
        """What stands out in a plan, before its tenant was read."""
        return attention(held.plan, proposals.openings(self._store, tenant_id, held.proposal_id, held.plan), {})

    def lines(self, tenant_id: str, proposal_id: str, read: Preflight | None = None) -> list[str]:
        """The plan as a person reads it, from its canonical bytes and the opened values; with what was just `read`."""
        held = self.proposal(tenant_id, proposal_id)
        opened = proposals.openings(self._store, tenant_id, proposal_id, held.plan)
        catalogue = load_catalogue()
        return render(
            held.plan.to_bytes(),
            opened,
            read.protections if read is not None else {},
            lambda sku_id: catalogue.sku(sku_id).name,
            read.said() if read is not None else {},
        )

    async def begin_approval(
        self, tenant_id: str, proposal_id: str, writer: TenantWriter, requester: str
    ) -> tuple[Pending, list[str]]:
        """Reads the tenant, and returns what to decide on with the lines to show. Good for one try in five minutes."""
        pending = await on_demo.begin(
            self._store, tenant_id, proposal_id, writer, self._demo, requester, self._policy(), self._around
        )
        self._pending[pending.statement.nonce] = pending
        return pending, self.lines(tenant_id, proposal_id, pending.preflight)

    def hold_index(self, tenant_id: str, pace: Pace) -> HoldIndex:
        """The index of eDiscovery holds that this desk keeps, for its writer."""
        return HoldIndex(self._store, tenant_id, self._around, pace)

    @property
    def authority(self) -> Authority:
        return self._authority

    @property
    def enrolments(self) -> Enrolments:
        """The doors for new approvers. Raises Refused where passkeys cannot be used."""
        if self._enrolments is None:
            raise Refused("Approvers are enrolled on the desk's page, which is not open here.", "Run 'licenseiq desk'.")
        return self._enrolments

    def approvers(self, tenant_id: str) -> tuple[Enrolled, ...]:
        """Everybody who was ever enrolled, in the order of enrolment."""
        with self._store.database.read() as db:
            return approvers.everybody(db, tenant_id)

    def revoke(self, tenant_id: str, approver_id: str, by: str) -> None:
        """Ends what somebody may approve, at once. Raises NotFound and Refused."""
        approvers.revoke(self._store, tenant_id, approver_id, by, self._around.now())

    def approve(self, pending: Pending, typed: str) -> str:
        """Keeps the approval if the phrase is right; returns its id. The nonce is used up either way."""
        if self._pending.pop(pending.statement.nonce, None) != pending:
            raise Refused("This approval was not begun here, or was tried already.", "Begin it again.")
        self.take_over(pending.statement.tenant_id)  # it may have been withdrawn while the person was reading
        return on_demo.approve_on_demo(self._store, pending, typed, self._demo, self._around)

    def reject(self, tenant_id: str, proposal_id: str, reason: str, requester: str) -> None:
        """Ends an open proposal by a person's decision. Of the reason the ledger holds a salted digest."""
        on_demo.reject(self._store, tenant_id, proposal_id, reason, requester, self._policy(), self._around)

    def executor(self, writer: TenantWriter, observe: Observe = nobody) -> Executor:
        return Executor(
            self._store,
            writer,
            self._authority,
            self._around,
            self._owner,
            self._policy,
            observe,
            things=self._things,
        )

    async def advance_all(
        self, tenant_id: str, writer: TenantWriter, observe: Observe = nobody
    ) -> tuple[RunProgress, ...]:
        """Starts what was approved, carries on what can go on, and forgets whoever was erased by it."""
        progress = await self.executor(writer, observe).advance_all(tenant_id)
        finish_erasures(self._store, tenant_id, self._around.now())
        return progress

    async def runs_to_carry_on(self, tenant_id: str, writer: TenantWriter) -> tuple[str, ...]:
        """Starts what was approved, forgets whoever was erased, and names the runs that have not ended."""
        executor = self.executor(writer)
        await executor.start_approved(tenant_id)
        finish_erasures(self._store, tenant_id, self._around.now())
        return executor.not_ended(tenant_id)

    async def advance(
        self, tenant_id: str, run_id: str, writer: TenantWriter, observe: Observe = nobody
    ) -> RunProgress | None:
        """Carries one run on; None when it is not ours to carry on now."""
        return await self.executor(writer, observe).advance(tenant_id, run_id)

    def pause(self, tenant_id: str, run_id: str) -> None:
        """A run rests before its next step. Raises NotFound and Refused, as the next two do."""
        control.pause(self._store, tenant_id, run_id, self._around.now())

    def resume(self, tenant_id: str, run_id: str) -> None:
        control.resume(self._store, tenant_id, run_id, self._around.now())

    def cancel(self, tenant_id: str, run_id: str) -> None:
        """Final: what is to come does not come, and what was sent is still found out."""
        control.cancel(self._store, tenant_id, run_id, self._around.now())

    def erase_subject(self, tenant_id: str, whom: str, by: str) -> Erased:
        """Destroys the keys of a person's values (`whom`: the account's id) in every proposal. Raises Refused while a
        run about the person goes on."""
        self.take_over(tenant_id)
        return erase_subject(self._store, tenant_id, whom, by, self._around.now())

    def held_about(self, tenant_id: str, names: Collection[str]) -> HeldAbout:
        """Everything that is held about a person, by the account's id and principal name. Raises Tampered."""
        self.take_over(tenant_id)
        return held_about(self._store, self._inbox, tenant_id, names)

    def note_export(self, tenant_id: str, held: HeldAbout, more: Mapping[str, Json]) -> None:
        """Writes down that a copy of it was made, without saying about whom. `more` holds no personal value."""
        note_export(self._store, tenant_id, held, more, self._around.now())

    def verify_ledger(self, tenant_id: str, remembered: Collection[LedgerHead] = ()) -> LedgerVerdict:
        """Recomputes the tenant's ledger; with remembered heads a cut tail shows too."""
        return verify_store(self._store, tenant_id, remembered)
