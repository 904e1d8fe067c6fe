"""A fake of the port of proposals, in memory, and the plans that it keeps."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta

from licenseiq.context import Context
from licenseiq.errors import LicenseIQError, NotFound, Refused
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Action, ChangeRequest
from licenseiq.playbooks.erasure import inventory, plan_erasure
from licenseiq.playbooks.leave import LeaveRequest
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.playbooks.offboarding.request import check as check_offboarding
from licenseiq.playbooks.onboarding.joiner import Tier, TierBy
from licenseiq.playbooks.onboarding.request import JoinRequest
from licenseiq.playbooks.onboarding.request import check as check_joining
from licenseiq.ports import Because, Progress, SeatsNeeded, StoredErasure, StoredJoining
from licenseiq.ports import StoredChanges as Stored
from licenseiq.proposals.plan import Blocker, HandOff, Plan, Step, Subject
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.proposals.stored import LedgerHead, ProposalRecord
from licenseiq.proposals.trail import Trail, TrailEntry, TrailQuery
from licenseiq.spending.savings import Reclaim
from tests import fake_waste
from tests.fake_catalogue import E3, catalogue
from tests.fake_changes import changes_plan, joining_plan
from tests.fake_people import NOW, find_person, ordinary


@dataclass
class FakeProposals:
    """Keeps proposals in memory. An identical request finds the same one."""

    people: tuple[Person, ...] = field(default_factory=ordinary)
    failure: Exception | None = None
    log_failure: Exception | None = None
    records: dict[str, ProposalRecord] = field(default_factory=dict)
    calls: list[tuple[str, str, bool]] = field(default_factory=list)
    groups: tuple[LicenceGroup, ...] = ()
    because: tuple[Because, ...] = ()
    seats: tuple[SeatsNeeded, ...] = ()
    reclaimed: tuple[Reclaim, ...] = ()
    unknown_desk: LicenseIQError | None = None
    entries: tuple[TrailEntry, ...] = ()
    asked: list[OffboardingRequest] = field(default_factory=list)
    undone: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def offboard(self, request: OffboardingRequest, client: str, progress: Progress) -> ProposalRecord:
        if self.failure is not None:
            raise self.failure
        check_offboarding(request)
        self.asked.append(request)
        chosen = tuple(find_person(self.people, user) for user in request.users)
        key = "p" + hashlib.sha256(repr([p.user_id for p in chosen]).encode()).hexdigest()[:12]
        if key in self.records:
            return replace(self.records[key], is_new=False)
        plan = plan_for(chosen, client)
        names = {f"s{n}": (p.user_id, p.user_principal_name) for n, p in enumerate(chosen, 1)}
        self.records[key] = ProposalRecord(key, plan.digest(), plan, "open", names, None, is_new=True)
        return self.records[key]

    async def erase(self, user: str, grace_days: int, client: str, progress: Progress) -> StoredErasure:
        if self.failure is not None:
            raise self.failure
        person = find_person(self.people, user)
        ground = Context("tenant-1", NOW, catalogue())
        grounds = Grounds(ground, "ev-1", True, {"client": client}, NOW, lambda: b"s" * 32)
        plan, _ = plan_erasure(replace(person, roles=()), grace_days, grounds)
        key = "e" + hashlib.sha256(person.user_id.encode()).hexdigest()[:12]
        known = key in self.records
        names = {"s1": (person.user_id, person.user_principal_name)}
        self.records[key] = ProposalRecord(key, plan.digest(), plan, "open", names, None, is_new=not known)
        return StoredErasure(self.records[key], inventory(person))

    async def change_licences(self, request: ChangeRequest, client: str, progress: Progress) -> Stored:
        if self.failure is not None:
            raise self.failure
        named = request.users or tuple(finding.partition(":")[2] for finding in request.findings)
        named = named or fake_waste.named_by(request, self.people, catalogue().prices, E3)
        chosen = sorted((find_person(self.people, user) for user in named), key=lambda p: p.user_id)
        key = "p" + hashlib.sha256(repr((request.action, [p.user_id for p in chosen])).encode()).hexdigest()[:12]
        if key in self.records:
            return Stored(replace(self.records[key], is_new=False), self.groups, self.because, self.seats)
        plan = changes_plan(chosen, request, client, catalogue(), NOW)
        names = {f"s{n}": (p.user_id, p.user_principal_name) for n, p in enumerate(chosen, 1)}
        self.records[key] = ProposalRecord(key, plan.digest(), plan, "open", names, None, is_new=True)
        return Stored(self.records[key], self.groups, self.because, self.seats)

    async def undo(self, proposal_id: str, users: tuple[str, ...], client: str, progress: Progress) -> str:
        record = await self.get(proposal_id)
        if record.state != "approved":
            raise Refused("Nothing of that proposal was carried out.", "Withdraw it.")
        self.undone.append((proposal_id, users))
        made = f"u-{proposal_id}"
        self.records[made] = replace(record, proposal_id=made, state="open", desk=None)
        return made

    async def onboard(self, request: JoinRequest, client: str, progress: Progress) -> StoredJoining:
        if self.failure is not None:
            raise self.failure
        check_joining(request)
        key = "p" + hashlib.sha256(repr(request).encode()).hexdigest()[:12]
        tier = Tier((E3,), TierBy.PERSONA, ("A persona of the policy gives these seats.",))
        if key in self.records:
            return StoredJoining(replace(self.records[key], is_new=False), tier, self.seats)
        there = find_person(self.people, request.user) if request.user is not None else None
        who = there or Person("", request.user_principal_name, request.display_name, roles=())
        plan = joining_plan(who, request, tier, client, catalogue(), NOW)
        names = {"s1": (who.user_id or "newcomer", who.user_principal_name)}
        self.records[key] = ProposalRecord(key, plan.digest(), plan, "open", names, None, is_new=True)
        return StoredJoining(self.records[key], tier, self.seats)

    async def leave(self, request: LeaveRequest, client: str, progress: Progress) -> Stored:
        """As a swap for everything that the person holds."""
        who = find_person(self.people, request.user).user_id
        return await self.change_licences(ChangeRequest(Action.RECLAIM, findings=(f"x:{who}",)), client, progress)

    async def withdraw(self, proposal_id: str) -> ProposalRecord:
        record = await self.get(proposal_id)
        if record.state not in ("open", "withdrawn"):
            raise Refused(f"The proposal is {record.state} already.", "There is nothing left to withdraw.")
        self.records[proposal_id] = replace(record, state="withdrawn")
        return self.records[proposal_id]

    async def get(self, proposal_id: str) -> ProposalRecord:
        if self.failure is not None:
            raise self.failure
        if proposal_id not in self.records:
            raise NotFound("There is no proposal of that id.", "Call list_proposals.")
        return self.records[proposal_id]

    async def page(
        self, state: str | None, limit: int, after: str | None
    ) -> tuple[int, tuple[ProposalRecord, ...], str | None]:
        if self.failure is not None:
            raise self.failure
        rows = [record for record in self.records.values() if state in (None, record.state)]
        start = int(after or 0)
        end = start + limit
        return len(rows), tuple(rows[start:end]), str(end) if end < len(rows) else None

    async def reclaims(self) -> tuple[Reclaim, ...]:
        if self.failure is not None or self.unknown_desk is not None:
            raise self.failure or self.unknown_desk or AssertionError
        return self.reclaimed

    async def trail(self, query: TrailQuery, progress: Progress) -> Trail:
        """The entries of `entries` that a query asks for, the newest first."""
        if self.failure is not None or self.unknown_desk is not None:
            raise self.failure or self.unknown_desk or AssertionError
        who = None if query.user is None else find_person(self.people, query.user).user_id
        found = [
            one
            for one in sorted(self.entries, key=lambda one: -one.sequence)
            if (query.proposal_id in (None, one.proposal_id) and (query.since is None or one.time >= query.since))
            and (who is None or (one.record and str(one.body.get("subject")) in _references(one.record, who)))
        ]
        rest = [one for one in found if query.before is None or one.sequence < query.before]
        page = tuple(rest[: query.limit])
        following = page[-1].sequence if len(rest) > len(page) else None
        head = LedgerHead(len(self.entries), "ab" * 32) if self.entries else None
        return Trail(len(found), page, following, head)

    async def log_call(self, tool: str, client: str, is_error: bool) -> None:
        if self.log_failure is not None:
            raise self.log_failure
        self.calls.append((tool, client, is_error))


def _references(record: ProposalRecord, user_id: str) -> set[str]:
    return {reference for reference, (known, _) in record.names.items() if known == user_id}


_OFFBOARDING = (StepKind.DISABLE_SIGN_IN, StepKind.REVOKE_SESSIONS, StepKind.REMOVE_DIRECT_LICENCES)


def plan_for(people: tuple[Person, ...], client: str = "test") -> Plan:
    steps: list[Step] = []
    for number, who in enumerate(people, 1):
        for kind in _OFFBOARDING:
            steps.append(
                Step(
                    number=len(steps) + 1,
                    kind=kind,
                    subject=f"s{number}",
                    arguments={"sku_ids": list(who.seats())} if kind is StepKind.REMOVE_DIRECT_LICENCES else {},
                    goal={"account_enabled": False},
                    precondition={"account_enabled": True},
                    effect_class=EffectClass.SET_VALUED,
                )
            )
    licence_steps = tuple(s.number for s in steps if s.kind is StepKind.REMOVE_DIRECT_LICENCES)
    return Plan(
        tenant_id="tenant-1",
        kind="offboard",
        simulated=True,
        evaluation_id="ev-1",
        versions={"rules": "test"},
        requested_by={"client": client, "channel": "stdio"},
        created=NOW,
        expires=NOW + timedelta(hours=24),
        subjects=tuple(Subject(f"s{n}", {}) for n, _ in enumerate(people, 1)),
        steps=tuple(steps),
        hand_offs=tuple(
            HandOff("group_licence", f"s{n}", "Take the person out of the licensing group.")
            for n, _ in enumerate(people, 1)
        ),
        blockers=(Blocker("holds_not_read", licence_steps, "A preflight has to read the holds first."),),
        money={"USD": 57_000_000 * len(people)},
        unpriced_seats=0,
        not_yet_possible=("Turn the mailbox into a shared one.",),
    )
