"""`licenseiq proposals`: what was proposed and what became of it. Reads both stores, opens neither for writing."""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from licenseiq.errors import StateUnknown, Tampered
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.proposals.stored import DeskReport, InboxEntry
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.program import program
from licenseiq_cli.report_words import money_words
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.inbox.store import kept_in, tenant_of_undo
from licenseiq_tenant.proposing.states import UNKNOWN, state_of


@dataclass(frozen=True, slots=True)
class Listed:
    """A proposal of one home. `plan` is None when its bytes do not have their digest.

    `state` is a ProposalState value, or 'unknown' where the desk's store cannot be read. `report` is None then, and
    where the desk has not seen the proposal.
    """

    proposal_id: str
    tenant_id: str
    is_demo: bool
    plan: Plan | None
    state: str
    report: DeskReport | None

    @property
    def run(self) -> str | None:
        """The state of its newest run."""
        last = self.report.last_run if self.report else None
        return last.state if last else None

    @property
    def command(self) -> str | None:
        """What to type next; None where nothing is left to do."""
        is_left = self.state == "open" or (self.report is not None and self.report.goes_on)
        if not is_left or self.plan is None:
            return None
        blocked = self.plan.blocked_steps()
        can_begin = any(step.number not in blocked for step in self.plan.steps)
        return f"{program()} approve {self.proposal_id}" if can_begin else None


def run(options: argparse.Namespace) -> int:
    """Prints the proposals of the demo's home and, without `--demo`, of the real one. Raises StateUnknown."""
    now = datetime.now(UTC)
    found = listed(demo_home(), True, now)
    if not getattr(options, "demo", False):
        found += listed(home(), False, now)
    if options.json:
        print(json.dumps({"proposals": [_facts(one) for one in found]}, indent=2))  # noqa: T201
    elif not found:
        print("No proposals yet. Ask in the chat for an offboarding, or run `licenseiq demo`.")  # noqa: T201
    else:
        print("\n\n".join("\n".join(_lines(one)) for one in found))  # noqa: T201
    return 0


def tenant_of(folder: Path, proposal_id: str) -> str | None:
    """The tenant that a proposal of this home is for, an undo that the desk has still to prepare too; None when its
    inbox has none of that id. Raises StateUnknown."""
    found = next((tenant_id for tenant_id, entry in kept_in(folder) if entry.proposal_id == proposal_id), None)
    return found or tenant_of_undo(folder, proposal_id)


def listed(folder: Path, is_demo: bool, now: datetime) -> list[Listed]:
    """Every proposal of a home, newest first. Raises StateUnknown when the inbox cannot be read."""
    kept = kept_in(folder)
    reports: dict[str, dict[str, DeskReport] | None] = {}
    for tenant_id in {tenant_id for tenant_id, _ in kept}:
        ids = [entry.proposal_id for whose, entry in kept if whose == tenant_id]
        try:
            reports[tenant_id] = DeskState(folder).reports(tenant_id, ids)
        except StateUnknown:
            reports[tenant_id] = None
    return [_listed(tenant_id, entry, reports[tenant_id], is_demo, now) for tenant_id, entry in kept]


def _listed(
    tenant_id: str, entry: InboxEntry, reports: dict[str, DeskReport] | None, is_demo: bool, now: datetime
) -> Listed:
    plan = _plan(entry)
    report = None if reports is None else reports.get(entry.proposal_id)
    expired = plan is not None and plan.expires <= now
    desk_state = UNKNOWN if reports is None else report.state if report else None
    state = state_of(desk_state, withdrawn=entry.withdrawn, expired=expired)
    return Listed(entry.proposal_id, tenant_id, is_demo, plan, state, report)


def _plan(entry: InboxEntry) -> Plan | None:
    try:
        return read_plan(entry.plan_bytes) if digest(entry.plan_bytes) == entry.digest else None
    except Tampered:
        return None


def _lines(one: Listed) -> list[str]:
    state = one.state if one.run is None else f"{one.state}, run {one.run}"
    head = f"{one.proposal_id}  {state}{'  (demo)' if one.is_demo else ''}"
    if one.plan is None:
        return [head, "  Its stored plan is not the one that was proposed: it cannot be approved. Propose again."]
    plan = one.plan
    freed = f"frees {money_words(plan.monthly)} a month"
    if plan.unpriced_seats:
        freed += f" ({count(plan.unpriced_seats, 'seat')} without a known price)"
    people = count(len(plan.subjects), "person", "people")
    lines = [
        head,
        f"  {plan.kind}: {people}, {count(len(plan.steps), 'step')}, {freed}",
        f"  made {_when(plan.created)}, expires {_when(plan.expires)}",
    ]
    return [*lines, f"  {one.command}"] if one.command else lines


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _facts(one: Listed) -> dict[str, object]:
    plan = one.plan
    total = None if plan is None else plan.monthly
    return {
        "proposal_id": one.proposal_id,
        "tenant_id": one.tenant_id,
        "is_demo": one.is_demo,
        "state": one.state,
        "run": one.run,
        "kind": None if plan is None else plan.kind,
        "created": None if plan is None else iso(plan.created),
        "expires": None if plan is None else iso(plan.expires),
        "people": None if plan is None else len(plan.subjects),
        "steps": None if plan is None else len(plan.steps),
        "money": None if total is None else [{"amount": m.amount(), "currency": m.currency} for m in total],
        "unpriced_seats": None if plan is None else plan.unpriced_seats,
        "approve_at": one.command,
    }
