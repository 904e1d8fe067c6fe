"""A demo tenant as a process of its own, with proposals for its people in the inbox beside it."""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from licenseiq.context import Context
from licenseiq.leaving import EndState, Skip
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.offboarding.choices import choices_of
from licenseiq.playbooks.offboarding.plan import plan_offboarding
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.proposals.plan import Blocker, Plan
from licenseiq_demo import process
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.prices.loader import load_catalogue
from tests.files_of import PEOPLE, has_files, holders_of_roles

FIELDS = "id,userPrincipalName,displayName,accountEnabled,onPremisesSyncEnabled,licenseAssignmentStates"


@dataclass
class Proposed:
    """`home` is what LICENSEIQ_HOME names. `leavers` are cloud accounts with one direct licence and without files, so
    that nothing holds their licence back; each test has its own."""

    home: Path
    leavers: list[Person] = field(default_factory=list)
    _count: int = 0

    @property
    def folder(self) -> Path:
        return self.home / "demo"

    @property
    def tenant_id(self) -> str:
        """Of the demo that runs; of none, once it has ended."""
        demo = process.find(self.folder / "tenant", "reader")
        return demo.tenant_id if demo else "7d1f0c52-0f4e-4e7b-9a37-3f2f7ad3c001"

    def start(self, users: int = 250) -> None:
        demo = process.find_or_start(self.folder / "tenant", "reader", users=users)
        people = {row["id"]: row["cause"] for row in self.control("GET", "people")}
        # Nobody who stands for a hold, a full mailbox and the like: those stop a run, as they should.
        special = {key for keys in self.control("GET", "story")["people"].values() for key in keys}
        special |= holders_of_roles(demo)
        answer = httpx.get(
            f"{demo.url}/users",
            params={"$select": FIELDS, "$top": "999"},
            headers={"Authorization": f"Bearer {demo.token}"},
        )
        self.leavers = [
            _person(row)
            for row in answer.json()["value"]
            if people[row["id"]] in PEOPLE
            and row["id"] not in special
            and row["accountEnabled"]
            and not row["onPremisesSyncEnabled"]
            and [assigned["assignedByGroup"] for assigned in row["licenseAssignmentStates"]].count(None) == 1
            and not has_files(demo, row["id"])
        ]

    def control(self, method: str, what: str, body: object = None) -> Any:
        found = process.control(self.folder / "tenant")
        assert found is not None
        url, token = found
        answer = httpx.request(method, f"{url}/_demo/{what}", json=body, headers={"X-Demo-Control": token})
        return answer.json()

    def put(
        self, person: Person, folder: Path | None = None, hours: int = 24, blockers: tuple[Blocker, ...] = ()
    ) -> tuple[str, Plan]:
        """A proposal to offboard somebody, in the inbox of `folder` (default: the demo's)."""
        now = datetime.now(UTC) - timedelta(hours=24 - hours)
        context = Context(self.tenant_id, now, load_catalogue())
        grounds = Grounds(context, "ev-1", True, {"client": "test"}, now, lambda: os.urandom(32))
        request = OffboardingRequest((person.user_id,), end_state=EndState.DELETE, skip=frozenset(Skip))
        plan, openings = plan_offboarding([(person, None)], choices_of(request, context.policy.leaving, now), grounds)
        plan = replace(plan, blockers=(*plan.blockers, *blockers))
        self._count += 1
        inbox = Inbox(folder or self.folder)
        inbox.put(f"p-{self._count}", plan, openings, f"key {self._count}")
        inbox.close()
        return f"p-{self._count}", plan

    def changes(self, person: Person) -> list[tuple[str, str, bool]]:
        """(method, last part of the path, whether the tenant changed) of every change asked for, in order."""
        return [
            (entry["method"], entry["path"].rpartition("/")[2], entry["took_effect"])
            for entry in self.control("GET", "requests")
            if entry["is_change"] and person.user_id in entry["path"]
        ]


def all_done_once(person: Person) -> list[tuple[str, str, bool]]:
    return [
        ("PATCH", person.user_id, True),
        ("POST", "revokeSignInSessions", True),
        ("POST", "assignLicense", True),
    ]


def _person(row: dict[str, Any]) -> Person:
    return Person(
        row["id"],
        row["userPrincipalName"],
        row["displayName"],
        account_enabled=row["accountEnabled"],
        synced=False,
        assignments=tuple(Assignment(a["skuId"], a["assignedByGroup"]) for a in row["licenseAssignmentStates"]),
        roles=(),
    )
