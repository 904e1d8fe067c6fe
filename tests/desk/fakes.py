"""A tenant of a few accounts in memory, with the faults that a real one has; a clock; a demo that answers."""

import hashlib
import hmac
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from licenseiq.errors import NotFound, NotReadable
from licenseiq.policy import Policy
from licenseiq.ports import GroupFacts, Protection
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.effects import EffectRefused, EffectUncertain, EffectWaits
from licenseiq.proposals.plan import Blocker, HandOff, Plan, Step, Subject
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Call
from licenseiq.times import iso
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.desk import Desk
from licenseiq_desk.surroundings import Surroundings
from licenseiq_tenant.inbox.store import Inbox

TENANT = "7d1f0c52-0f4e-4e7b-9a37-3f2f7ad3c001"
START = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"


class Killed(BaseException):
    """The process dies here."""


def person_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


class Clock:
    """Stands still until somebody sleeps or moves it."""

    def __init__(self) -> None:
        self.now_is = START
        self.slept: list[float] = []
        self._ids = itertools.count(1)
        self._random = itertools.count(1)

    def now(self) -> datetime:
        return self.now_is

    def move(self, seconds: float) -> None:
        self.now_is += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)

    def random(self, count: int) -> bytes:
        return hashlib.shake_256(str(next(self._random)).encode()).digest(count)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{next(self._ids)}"

    def around(self) -> Surroundings:
        return Surroundings(self.now, self.new_id, self.random, self.sleep)


def _no_mail_no_files(path: str) -> dict[str, Any] | None:
    """What checks are told unless a test says otherwise: no licence here comes with a mailbox or files."""
    if path.startswith("/subscribedSkus"):
        return {"value": []}
    if path.endswith("?$select=id,licenseAssignmentStates"):
        return {"id": path.partition("?")[0].rpartition("/")[2], "licenseAssignmentStates": []}
    no_rows = "/memberOf/microsoft.graph.group?" in path or path.endswith("/licenseDetails")
    return {"value": []} if no_rows else None


@dataclass
class FakeTenant:
    """A TenantWriter. `faults` holds, per effect's name, what each next sending meets: 'lost_before', 'lost_after',
    'throttled', 'refused', 'killed_before', 'killed_after'. `stale` readings after an effect still show the old.
    `groups_give`: licences follow a membership at once."""

    clock: Clock
    accounts: dict[str, Account] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    stale: int = 0
    stale_effects: tuple[str, ...] = ("disable", "revoke", "remove")
    groups: dict[str, GroupFacts] = field(default_factory=dict)
    groups_give: bool = True
    seats: dict[str, int] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    reads: int = 0
    kill_read: int = -1
    unreadable: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _old: dict[str, tuple[int, Account]] = field(default_factory=dict)

    async def account(self, user_id: str, *, with_groups: bool = False) -> Account:
        self.reads += 1
        if self.reads == self.kill_read:
            raise Killed
        if self.unreadable:
            raise NotReadable("No.", "", reason="no_permission", permission="User.Read.All")
        left, old = self._old.get(user_id, (0, None))
        if left and old is not None:
            self._old[user_id] = (left - 1, old)
            return old
        if user_id not in self.accounts:
            raise NotFound("It is gone.")
        return self.accounts[user_id]

    async def ask(self, question: Ask, what: str, permission: str) -> Mapping[str, Json]:
        self.reads += 1
        if self.reads == self.kill_read:
            raise Killed
        found = self.answers.get(question.path, _no_mail_no_files(question.path))
        if found is None:
            raise NotReadable(f"Could not read {what}.", "", reason="no_permission", permission=permission)
        return found(question) if callable(found) else found

    async def send(self, call: Call) -> None:
        self.calls.append(call)

        def carried_out(was: Account) -> Account:
            self.carry_out(call)
            return was

        self._effect("call", call.path, carried_out)

    def carry_out(self, call: Call) -> None:
        """What a call changes; tests put their own in its place."""

    async def protection(self, user_id: str) -> Protection:
        return self.protections.get(user_id, Protection(readable=True))

    async def people(self) -> int:
        return 1000

    async def group(self, group_id: str) -> GroupFacts:
        return self.groups[group_id]

    async def free_seats(self) -> dict[str, int]:
        return self.seats

    async def set_sign_in(self, user_id: str, *, enabled: bool) -> None:
        name = "enable" if enabled else "disable"
        self._effect(name, user_id, lambda was: replace(was, account_enabled=enabled))

    async def revoke_sessions(self, user_id: str) -> None:
        stamp = iso(self.clock.now())
        self._effect("revoke", user_id, lambda was: replace(was, sessions_valid_from=stamp))

    async def change_licences(self, user_id: str, add: Mapping[str, Sequence[str]], remove: Sequence[str]) -> None:
        def change(was: Account) -> Account:
            off = {sku: plans for sku, plans in (was.disabled or {}).items() if sku not in remove}
            off |= {sku: frozenset(plans) for sku, plans in add.items()}
            direct = (was.direct or frozenset()) - set(remove) | set(add)
            return replace(was, direct=direct, disabled=off, in_error=(was.in_error or frozenset()) - set(remove))

        self._effect("change" if add else "remove", user_id, change)

    async def join_group(self, user_id: str, group_id: str) -> None:
        gives = {(group_id, sku) for sku in self.groups[group_id].sku_ids if self.groups_give}
        self._effect(
            "join",
            user_id,
            lambda was: replace(
                was,
                groups=(was.groups or frozenset()) | {group_id},
                by_group=(was.by_group or frozenset()) | gives,
                inherited=(was.inherited or frozenset()) | {sku for _, sku in gives},
            ),
        )

    async def leave_group(self, user_id: str, group_id: str) -> None:
        def change(was: Account) -> Account:
            left = frozenset(pair for pair in was.by_group or () if pair[0] != group_id)
            groups = (was.groups or frozenset()) - {group_id}
            return replace(was, groups=groups, by_group=left, inherited=frozenset(sku for _, sku in left))

        self._effect("leave", user_id, change)

    async def set_attribute(self, user_id: str, name: str, value: str | None) -> None:
        self._effect("set", user_id, lambda was: replace(was, attributes={**(was.attributes or {}), name: value}))

    def _effect(self, name: str, user_id: str, change) -> None:  # type: ignore[no-untyped-def]
        self.sent.append((name, user_id))
        fault = self.faults[name].pop(0) if self.faults.get(name) else ""
        if fault == "throttled":
            raise EffectWaits("Wait.", seconds=20)
        if fault == "refused":
            raise EffectRefused("No.", code="Request_BadRequest")
        if fault == "lost_before":
            raise EffectUncertain("Lost.")
        if fault == "killed_before":
            raise Killed
        if self.stale and name in self.stale_effects:
            left, old = self._old.get(user_id, (0, None))
            self._old[user_id] = (self.stale, old if left and old is not None else self.accounts[user_id])
        changed = change(self.accounts.get(user_id))
        if user_id in self.accounts:
            self.accounts[user_id] = changed
        if fault == "lost_after":
            raise EffectUncertain("Lost.")
        if fault == "killed_after":
            raise Killed


class Unreadable(dict[str, Any]):
    """As `answers` of a tenant: nothing beside the accounts can be read."""

    def get(self, _path: str, _default: Any = None) -> None:  # type: ignore[override]
        return None


def demo_of(tenant_id: str = TENANT, secret: bytes = b"s" * 32) -> DemoTenant:
    return DemoTenant(tenant_id, lambda nonce: hmac.digest(secret, nonce, "sha256"))


def opening(number: int) -> Opening:
    values = {"user_id": person_id(number), "user_principal_name": f"person{number}@contoso.example"}
    return Opening(f"s{number}", bytes([number]) * 32, values)


def steps_for(number: int, first: int) -> tuple[Step, ...]:
    def step(offset: int, kind: StepKind, goal, precondition) -> Step:  # type: ignore[no-untyped-def]
        undo_note = "cannot be taken back"
        return Step(first + offset, kind, f"s{number}", {}, goal, precondition, EffectClass.SET_VALUED, None, undo_note)

    return (
        step(0, StepKind.DISABLE_SIGN_IN, {"account_enabled": False}, {"account_enabled": True}),
        step(1, StepKind.REVOKE_SESSIONS, {"sessions_revoked_since_intent": True}, {"account_enabled": False}),
        step(
            2,
            StepKind.REMOVE_DIRECT_LICENCES,
            {"direct_licences_absent": [E3]},
            {"account_enabled": False, "direct_licences_present": [E3]},
        ),
    )


def plan_for(people: int = 1, **changes: object) -> Plan:
    plan = Plan(
        tenant_id=TENANT,
        kind="offboard",
        simulated=True,
        evaluation_id="ev-1",
        versions={"rules": "1"},
        requested_by={"channel": "stdio", "client": "test"},
        created=START,
        expires=START + timedelta(hours=24),
        subjects=tuple(Subject(f"s{n}", commit(opening(n))) for n in range(1, people + 1)),
        steps=tuple(step for n in range(1, people + 1) for step in steps_for(n, 3 * n - 2)),
        hand_offs=(HandOff("mailbox", "s1", "Convert the mailbox to shared."),),
        blockers=(),
        money={"USD": 57_000_000 * people},
        unpriced_seats=0,
        not_yet_possible=("OneDrive",),
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


def blocker(*numbers: int) -> Blocker:
    return Blocker("holds_not_yet_read", numbers, "Read the holds.")


@dataclass
class World:
    """A desk on a home of its own, with a tenant of `people`."""

    home: Path
    clock: Clock
    tenant: FakeTenant
    inbox: Inbox
    desk: Desk

    def put(self, plan: Plan, proposal_id: str = "p-1") -> None:
        openings = [opening(int(subject.reference[1:])) for subject in plan.subjects]
        self.inbox.put(proposal_id, plan, openings, f"key {proposal_id}")

    async def approve(self, proposal_id: str = "p-1") -> str:
        self.desk.take_over(TENANT)
        pending, _ = await self.desk.begin_approval(TENANT, proposal_id, self.tenant, "tester")
        return self.desk.approve(pending, pending.phrase)

    def reopen(self, demo: DemoTenant | None = None, policy: Policy | None = None) -> None:
        """A new process on the same home."""
        self.desk.close()
        given = policy or Policy()
        self.desk = Desk(
            self.home, self.inbox, demo=demo or demo_of(), policy=lambda: given, around=self.clock.around()
        )

    async def advance(self):  # type: ignore[no-untyped-def]
        return await self.desk.advance_all(TENANT, self.tenant)

    async def finish(self, rounds: int = 8) -> str:
        """Advances until the run has ended, moving the clock past leases and waits; the run's state."""
        for _ in range(rounds):
            await self.advance()
            report = self.report()
            if report.runs and report.runs[0].state in ("complete", "partial", "failed"):
                break
            self.clock.move(61)
        return self.report().runs[0].state

    def report(self, proposal_id: str = "p-1"):  # type: ignore[no-untyped-def]
        found = self.desk.report(TENANT, proposal_id)
        assert found is not None
        return found

    def outcomes(self) -> list[str | None]:
        return [step.outcome for step in self.report().runs[0].steps]


def world_in(home: Path, people: int = 3, demo: DemoTenant | None = None) -> World:
    clock = Clock()
    accounts = {
        person_id(n): Account(True, "2025-01-01T00:00:00Z", frozenset({E3, E5}), frozenset())
        for n in range(1, people + 1)
    }
    tenant = FakeTenant(clock, accounts)
    inbox = Inbox(home)
    return World(home, clock, tenant, inbox, Desk(home, inbox, demo=demo or demo_of(), around=clock.around()))
