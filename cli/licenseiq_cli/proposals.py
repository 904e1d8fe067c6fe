"""`licenseiq proposals`: what was proposed and what became of it. Reads both stores, opens neither for writing."""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from licenseiq.errors import StateUnknown, Tampered
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.homes import demo_home, home
from licenseiq_cli.program import program
from licenseiq_cli.report_words import money_words, plan_money
from licenseiq_tenant.database import read_only
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.inbox.store import FILE
from licenseiq_tenant.proposing.states import state_of

_GOING_ON = frozenset({"scheduled", "running", "waiting", "paused"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A proposal of one home. `plan` is None when its bytes do not have their digest; `run` is its newest run's state.

    `state` is a ProposalState value, or 'unknown' where the desk's store cannot be read.
    """

    proposal_id: str
    tenant_id: str
    is_demo: bool
    plan: Plan | None
    state: str
    run: str | None

    @property
    def command(self) -> str | None:
        """What to type next; None where nothing is left to do, or this version cannot do it."""
        is_left = self.state == "open" or (self.state == "approved" and (self.run is None or self.run in _GOING_ON))
        if not self.is_demo or not is_left or self.plan is None:
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
    """The tenant that a proposal of this home is for; None when its inbox has none of that id."""
    if not (folder / FILE).exists():
        return None
    with read_only(folder / FILE) as db:
        row = db.exec_driver_sql("SELECT tenant_id FROM proposal WHERE proposal_id = ?", (proposal_id,)).first()
        return None if row is None else str(row[0])


def listed(folder: Path, is_demo: bool, now: datetime) -> list[Listed]:
    """Every proposal of a home, newest first. Raises StateUnknown when the inbox cannot be read."""
    if not (folder / FILE).exists():
        return []
    with read_only(folder / FILE) as db:
        rows = db.exec_driver_sql(
            "SELECT p.tenant_id, p.proposal_id, p.digest, p.plan, w.at FROM proposal p LEFT JOIN withdrawal w "
            "ON w.tenant_id = p.tenant_id AND w.proposal_id = p.proposal_id ORDER BY p.created_at DESC, p.proposal_id"
        ).all()
    desk = DeskState(folder)
    return [_listed(desk, row[0], row[1], row[2], row[3], row[4] is not None, is_demo, now) for row in rows]


def _listed(
    desk: DeskState,
    tenant_id: str,
    proposal_id: str,
    expected: str,
    data: object,
    withdrawn: bool,
    is_demo: bool,
    now: datetime,
) -> Listed:
    plan = _plan(data, expected)
    try:
        report = desk.report(tenant_id, proposal_id)
    except StateUnknown:
        return Listed(proposal_id, tenant_id, is_demo, plan, "unknown", None)
    last = report.runs[-1].state if report and report.runs else None
    expired = plan is not None and plan.expires <= now
    state = state_of(report.state if report else None, withdrawn=withdrawn, expired=expired)
    return Listed(proposal_id, tenant_id, is_demo, plan, state, last)


def _plan(data: object, expected: str) -> Plan | None:
    if not isinstance(data, bytes) or digest(data) != expected:
        return None
    try:
        return read_plan(data)
    except Tampered:
        return None


def _lines(one: Listed) -> list[str]:
    state = one.state if one.run is None else f"{one.state}, run {one.run}"
    head = f"{one.proposal_id}  {state}{'  (demo)' if one.is_demo else ''}"
    if one.plan is None:
        return [head, "  Its stored plan is not the one that was proposed: it cannot be approved. Propose again."]
    plan = one.plan
    freed = f"frees {money_words(plan_money(plan))} a month"
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
    total = None if plan is None else plan_money(plan)
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
