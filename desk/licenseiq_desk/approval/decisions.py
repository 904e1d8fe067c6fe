"""Deciding with a passkey: begun once, answered once, within five minutes.

The person reads plans that were read from the store just now, beside what was just read of the tenant. What is signed
is one statement over all of that; its digest is the challenge that the passkey answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import anyio

from licenseiq.errors import BadRequest, Refused
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.attention import Attention, attention
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.statement import Covered, Decision, Level, Statement
from licenseiq.proposals.states import ProposalState
from licenseiq.proposals.who_approves import Approver, Case, deletes_for_good, missing, needed, why_not
from licenseiq_desk.approval import approvers, preflight, records, waivers
from licenseiq_desk.approval.approvers import Enrolled, Passkey
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.passkeys import RelyingParty, asserted, authentication_options, evidence
from licenseiq_desk.approval.policy_digest import policy_digest
from licenseiq_desk.approval.preflight import Preflight
from licenseiq_desk.approval.verify import refuse_wrong_tenant
from licenseiq_desk.execution.effects import refuse_not_executable
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.proposals import Held
from licenseiq_desk.surroundings import Surroundings

WINDOW = timedelta(minutes=5)
MOST_AT_ONCE = 20
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Begun:
    """A decision that waits for its passkey: `options` for the browser, `covered` in the order of the statement, with
    what stands out in each."""

    ticket: str
    statement: Statement
    options: dict[str, Json]
    covered: tuple[tuple[Held, Preflight | None], ...]
    attention: tuple[Attention, ...]
    approver: Enrolled


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of it. `missing` is how many further people must approve; 0: the proposals are decided."""

    approval_id: str
    decision: Decision
    missing: int


@dataclass
class Decisions:
    """`policy_of` gives the policy of now. What was begun lives in memory and ends with the process."""

    store: DeskStore
    authority: Authority
    policy_of: Callable[[], Policy]
    around: Surroundings
    _begun: dict[str, Begun] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.policy_of()

    async def begin(
        self,
        tenant_id: str,
        proposal_ids: Sequence[str],
        approver_id: str,
        decision: Decision,
        writer: TenantWriter,
        *,
        waived: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        reason: str = "",
    ) -> Begun:
        """Reads the tenant and builds the statement. `waived` are the waivers by proposal id.

        Raises Refused, BadRequest, Tampered, NotFound and EffectWaits."""
        party, policy = self._party(), self.policy
        with self.store.database.read() as db:
            who = approvers.one(db, tenant_id, approver_id)
            keys = approvers.keys_of(db, tenant_id, approver_id)
        helds = self._open(tenant_id, proposal_ids)
        approves = decision is Decision.APPROVE
        reason = " ".join(reason.split())
        if not approves and not 3 <= len(reason) <= _LONGEST_REASON:
            raise BadRequest("To reject needs a reason of 3 to 300 characters.", "Say why.")
        found: list[tuple[Held, Preflight | None]] = []
        signed: list[dict[str, str]] = []
        case = self._case(tenant_id, helds)
        level = self._level(helds)
        if approves:
            self._refuse_unfit(who, case)
            if case.for_good and len(helds) > 1:
                raise BadRequest("A deletion for good has an approval of its own.", "Choose it by itself.")
            for held in helds:
                refuse_not_executable(held.plan)
                demo = self.authority.demo
                await anyio.to_thread.run_sync(refuse_wrong_tenant, held.plan, demo, self.around.random(32).hex())
                openings = proposals.openings(self.store, tenant_id, held.proposal_id, held.plan)
                read = await preflight.take(self.store, tenant_id, held, openings, writer, policy, self.around)
                read.refuse_if_nobody_can_be_touched(held.plan)
                wanted = (waived or {}).get(held.proposal_id, ())
                signed += waivers.checked(held.plan, wanted, read.waivable)
                found.append((held, read))
        else:
            found = [(held, None) for held in helds]
        seen = {held.proposal_id: self._attention(tenant_id, held, read) for held, read in found}
        found.sort(key=lambda one: (seen[one[0].proposal_id].rank, one[0].proposal_id))
        stands_out = tuple(seen[held.proposal_id] for held, _ in found)
        begins = self.around.now().replace(microsecond=0)
        ends = begins + WINDOW
        if approves and needed(case, policy) > 1:
            # The second approver needs time; the plans say until when it makes sense.
            ends = min(held.plan.expires for held in helds)
        statement = Statement(
            tenant_id=tenant_id,
            covers=tuple(Covered(held.digest, read.digest if read else "") for held, read in found),
            decision=decision,
            waivers=tuple(signed),
            approver={"kind": "passkey", "id": who.approver_id, "enrolled": who.enrolled},
            level=level,
            policy_digest=policy_digest(policy),
            not_before=begins,
            not_after=ends,
            nonce=self.around.random(32).hex(),
            reason="" if approves else reason,
        )
        options = authentication_options(party, bytes.fromhex(statement.digest()), keys)
        begun = Begun(self.around.random(16).hex(), statement, options, tuple(found), stands_out, who)
        self._forget_old()
        self._begun[begun.ticket] = begun
        return begun

    def decide(self, ticket: str, credential: Mapping[str, object]) -> Decided:
        """Keeps the decision if the passkey's answer is for it. The ticket is used up either way. Raises Refused,
        Tampered."""
        begun = self._begun.pop(ticket, None)
        if begun is None:
            raise Refused("This decision was not begun here, was tried already, or is too old.", "Begin it again.")
        statement, now = begun.statement, self.around.now()
        tenant_id = statement.tenant_id
        if not statement.not_before <= now <= statement.not_before + WINDOW:
            raise Refused("Five minutes have passed since this was begun.", "Begin it again.")
        if statement.policy_digest != policy_digest(self.policy):
            raise Refused("The policy has changed meanwhile.", "Begin it again.")
        helds = self._open(tenant_id, [held.proposal_id for held, _ in begun.covered])
        if {held.digest for held in helds} != {covered.proposal_digest for covered in statement.covers}:
            raise Refused("A plan has changed meanwhile.", "Begin it again.")
        for _, read in begun.covered:
            if read is not None:
                read.refuse_if_stale(now)
        party = self._party()
        with self.store.database.read() as db:
            who = approvers.one(db, tenant_id, begun.approver.approver_id)
            keys = approvers.keys_of(db, tenant_id, who.approver_id)
        assertion = asserted(credential, party, bytes.fromhex(statement.digest()), keys)
        key = next(one for one in keys if one.credential_id == assertion.credential_id)
        still = 0
        if statement.decision is Decision.APPROVE:
            case = self._case(tenant_id, helds)
            self._refuse_unfit(who, case)
            still = self._missing(tenant_id, helds, who, case)
        then = {Decision.APPROVE: None if still else ProposalState.APPROVED, Decision.REJECT: ProposalState.REJECTED}
        approval_id = self.around.new_id("ap")
        places = [(held.proposal_id, read.digest if read else "") for held, read in begun.covered]
        records.keep(
            self.store,
            tenant_id,
            approval_id,
            places,
            statement,
            evidence(assertion, key, party),
            then[statement.decision],
            now,
            counted=Passkey(key.credential_id, key.approver_id, key.public_key, assertion.sign_count),
        )
        return Decided(approval_id, statement.decision, still)

    def _party(self) -> RelyingParty:
        if self.authority.party is None:
            raise Refused("Passkeys cannot be used here.", "Start 'licenseiq desk'.")
        return self.authority.party

    def _open(self, tenant_id: str, proposal_ids: Sequence[str]) -> list[Held]:
        """The proposals, none twice and each of them open."""
        if not proposal_ids or len(set(proposal_ids)) != len(proposal_ids) or len(proposal_ids) > MOST_AT_ONCE:
            raise BadRequest("Choose 1 to 20 proposals, none twice.", "Choose them on the list.")
        helds = [proposals.get(self.store, tenant_id, proposal_id) for proposal_id in proposal_ids]
        for held in helds:
            proposals.refuse_unless_open(held, self.around.now())
        return helds

    def _attention(self, tenant_id: str, held: Held, read: Preflight | None) -> Attention:
        openings = proposals.openings(self.store, tenant_id, held.proposal_id, held.plan)
        if read is None:
            return attention(held.plan, openings, {})
        kept_back = [one.step for one in read.answered if one.held is not None]
        return attention(held.plan, openings, read.protections, kept_back)

    def _case(self, tenant_id: str, helds: Sequence[Held]) -> Case:
        with self.store.database.read() as db:
            enrolled = len(approvers.active(db, tenant_id))
        return Case(
            people=sum(len(held.plan.subjects) for held in helds),
            enrolled=enrolled,
            sole=self.authority.lets_one_decide,
            requesters=frozenset(held.plan.requested_by.get("account", "") for held in helds),
            sole_today=records.people_since(self.store, tenant_id, self.around.now() - timedelta(days=1)),
            for_good=any(deletes_for_good(held.plan) for held in helds),
        )

    def _level(self, helds: Sequence[Held]) -> Level:
        simulated = {held.plan.simulated for held in helds}
        if len(simulated) != 1:
            raise BadRequest("Simulated and real plans cannot be decided on together.", "Choose one kind.")
        return self.authority.standing.level(simulated=simulated.pop())

    def _refuse_unfit(self, who: Enrolled, case: Case) -> None:
        if (why := why_not(self.authority.approver(who), case, self.policy)) is not None:
            raise Refused(*why)

    def _missing(self, tenant_id: str, helds: Sequence[Held], who: Enrolled, case: Case) -> int:
        """How many further people must approve after this one. Raises Refused for somebody who has approved already."""
        still = 0
        for held in helds:
            before = records.approved_by(self.store, tenant_id, held.proposal_id)
            if who.approver_id in before:
                raise Refused("You have approved this already.", "Another approver decides.")
            still = max(still, missing([Approver(one) for one in (*before, who.approver_id)], case, self.policy))
        return still

    def _forget_old(self) -> None:
        oldest = self.around.now() - WINDOW
        self._begun = {ticket: one for ticket, one in self._begun.items() if one.statement.not_before >= oldest}
