"""Proposing over a real desk and a real inbox on one home, for a tenant of five people."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from licenseiq.leaving import EndState, Skip
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.proposals.steps import Account
from licenseiq.proposals.stored import ProposalRecord
from licenseiq_desk.execution.executor import Executor
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.proposing import Proposing
from tests.desk.fakes import World, demo_of, world_in
from tests.fake_catalogue import E5
from tests.fake_people import person
from tests.fakes import FakeTenant

TENANT = "tenant-1"
PEOPLE = tuple(replace(person(number), roles=()) for number in range(1, 6))


def asked(*users: str, **more: Any) -> OffboardingRequest:
    """An offboarding as short as there is one: sign-in, sessions, licences."""
    return OffboardingRequest(users, **({"end_state": EndState.DELETE, "skip": frozenset(Skip)} | more))


@dataclass
class FakeSubjects:
    """Remembers in memory; `gone` are user ids that left the tenant. `on_remember` runs once, before it remembers."""

    people: dict[str, dict[str, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    on_remember: Callable[[], object] | None = None

    def remember(self, proposal_id: str, people: Mapping[str, str]) -> None:
        if self.on_remember is not None:
            first, self.on_remember = self.on_remember, None
            first()
        self.people[proposal_id] = dict(people)

    def places(self, user_id: str) -> dict[str, frozenset[str]]:
        found = {
            proposal_id: frozenset(reference for reference, known in people.items() if known == user_id)
            for proposal_id, people in self.people.items()
        }
        return {proposal_id: references for proposal_id, references in found.items() if references}

    def names(self, proposal_id: str) -> dict[str, tuple[str, str | None]]:
        upn = {p.user_id: p.user_principal_name for p in PEOPLE}
        known = self.people.get(proposal_id, {}).items()
        return {reference: (user_id, upn[user_id]) for reference, user_id in known if user_id not in self.gone}


@dataclass
class Place:
    """A real desk and a real inbox on one home, with proposing beside them."""

    world: World
    subjects: FakeSubjects = field(default_factory=FakeSubjects)
    tenant: FakeTenant = field(default_factory=lambda: FakeTenant(PEOPLE))

    def another(self, tenant_id: str = TENANT, subjects: FakeSubjects | None = None) -> Proposing:
        home = self.world.home
        return Proposing(
            self.tenant,
            tenant_id,
            home=home,
            inbox=self.world.inbox,
            desk=DeskState(home),
            subjects=subjects or self.subjects,
            now=self.world.clock.now,
        )

    async def offboard(self, *users: str, **more: Any) -> ProposalRecord:
        return await self.another().offboard(asked(*users, **more), "test client", quietly)

    async def get(self, proposal_id: str) -> ProposalRecord:
        return await self.another().get(proposal_id)

    def spoil(self, sql: str, *values: object) -> None:
        with sqlite3.connect(self.world.home / "inbox.db") as db:
            db.execute(sql, values)
        db.close()

    def withdraw(self, proposal_id: str) -> None:
        self.spoil("INSERT INTO withdrawal VALUES (?, ?, '2026-11-23T09:00:00Z')", TENANT, proposal_id)

    async def approve(self, proposal_id: str) -> Executor:
        self.world.desk.take_over(TENANT)
        pending, _ = await self.world.desk.begin_approval(TENANT, proposal_id, self.world.tenant, "tester")
        self.world.desk.approve(pending, pending.phrase)
        return self.world.desk.executor(self.world.tenant)

    def break_the_desk(self) -> None:
        self.world.desk.close()
        for path in self.world.home.glob("desk.db*"):
            path.unlink()
        (self.world.home / "desk.db").write_bytes(b"not a database, but long enough to be taken for one" * 20)


async def quietly(_: str) -> None:
    return None


def place_in(home: Path) -> Place:
    world = world_in(home, demo=demo_of(TENANT))
    account = Account(True, "2025-01-01T00:00:00Z", frozenset({E5}), frozenset())
    world.tenant.accounts.update({one.user_id: account for one in PEOPLE})
    return Place(world)
