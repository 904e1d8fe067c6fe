"""`licenseiq demo`: reads the simulated tenant, and shows what LicenseIQ finds and would propose."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.evaluation import Holder
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.offboarding.choices import choices_of
from licenseiq.playbooks.offboarding.plan import plan_offboarding
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.ports import EvaluationHead, HolderQuery, Proposals, Tenant
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.words import count
from licenseiq_cli.program import program
from licenseiq_cli.screen import is_terminal

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where
    from licenseiq_tenant.scan.seen import Observe

CLIENT = "licenseiq demo"
PEOPLE, SEED = 250, 7
_CANDIDATES = 8


def run(options: argparse.Namespace) -> int:
    """Shows the report, or with `serve` or `stop` minds the demo's process. DemoError when it does not come up."""
    from licenseiq_cli.homes import demo_tenant_folder

    if options.stop:
        from licenseiq_demo import process

        stopped = process.stop(demo_tenant_folder())
        print("The demo tenant has stopped." if stopped else "No demo tenant was running.")  # noqa: T201
        return 0
    if options.serve is not None:
        from licenseiq_demo.server import serve

        serve(demo_tenant_folder(), options.serve, options.users or PEOPLE, _seed(options))
        return 0
    return _report(options)


def _report(options: argparse.Namespace) -> int:
    import anyio

    from licenseiq_cli.open_reader import demo_where

    _refuse_another(options)
    with progress_bar() as observe:
        where = demo_where(options.users or PEOPLE, _seed(options))
        head, record, holder = anyio.run(partial(_look, where, observe))
    if options.json:
        from licenseiq_cli.report_json import report_json

        print(json.dumps(report_json(head, record, holder, datetime.now(UTC)), indent=2))  # noqa: T201
    else:
        from licenseiq_cli.report import Next, report
        from licenseiq_cli.screen import show

        onward = Next(program(), str(Path.cwd()), _handed_on(os.environ))
        show(report(head, record, holder, onward))
    return 0


def _seed(options: argparse.Namespace) -> int:
    return SEED if options.seed is None else int(options.seed)


def _refuse_another(options: argparse.Namespace) -> None:
    """DemoError when the demo that runs has other numbers than were asked for. It is not stopped here: a chat may be
    at work on it. Whoever asks for no numbers takes the one that runs."""
    from licenseiq_cli.homes import demo_tenant_folder
    from licenseiq_demo import process
    from licenseiq_demo.errors import DemoError

    if options.users is None and options.seed is None:
        return
    demo = process.find(demo_tenant_folder(), "reader")
    if demo is None or demo.users is None:
        return
    if options.users not in (None, demo.users) or options.seed not in (None, demo.seed):
        raise DemoError(
            f"A demo tenant with {count(demo.users, 'person', 'people')} and seed {demo.seed} is running. Stop it with "
            f"'{program()} demo --stop' and run this again, or leave out --users and --seed to go on with it."
        )


async def _look(where: "Where", observe: "Observe") -> tuple[EvaluationHead, ProposalRecord | None, Holder | None]:
    from licenseiq_cli.open_reader import open_reader

    async with open_reader(where) as reader:
        head = await reader.tenant.scan(observe)
        return head, *await propose(reader.tenant, reader.proposals, head)


async def propose(
    tenant: Tenant, proposals: Proposals, head: EvaluationHead
) -> tuple[ProposalRecord | None, Holder | None]:
    """One proposal that shows well: who is idle longest, nothing blocks, money is freed. None where nobody is idle."""
    page = await tenant.holders(head.evaluation_id, HolderQuery(inactive_days=90, limit=20))
    context = await tenant.context(head.evaluation_id)
    holders = [row for row in page.rows if row.is_person and row.confidence.counts][:_CANDIDATES]
    plans: list[Plan] = []
    for holder in holders:
        person = await tenant.person(head.evaluation_id, holder.user_id)
        # Only looked at, so that no second proposal lies in the inbox; the real one gets seeds of its own.
        grounds = Grounds(context, head.evaluation_id, head.simulated, {}, head.as_of, lambda: bytes(32))
        request = OffboardingRequest((holder.user_id,))
        plans.append(
            plan_offboarding([(person, None)], choices_of(request, context.policy.leaving, head.as_of), grounds)[0]
        )
    if not plans:
        return None, None
    best = min(range(len(plans)), key=lambda n: _drawbacks(plans[n]))
    return await proposals.offboard(OffboardingRequest((holders[best].user_id,)), CLIENT, _say_nothing), holders[best]


def _drawbacks(plan: Plan) -> tuple[bool, bool, int]:
    """Blocked, frees nothing, shows fewer steps: the longest idle person wins among equals."""
    return bool(plan.blockers), not (plan.money or plan.unpriced_seats), -len(plan.steps)


def progress_bar() -> "AbstractContextManager[Observe]":
    """A bar on stderr if that is a terminal; in a pipe, silence."""
    if not is_terminal(sys.stderr):
        return nullcontext(lambda _: None)
    from licenseiq_cli.screen_rich import scan_bar

    return scan_bar()


def _handed_on(environ: Mapping[str, str]) -> dict[str, str]:
    """A chat client hands few variables on, and another home would hold other proposals."""
    from licenseiq_cli.homes import home

    return {"LICENSEIQ_HOME": str(home(environ))} if environ.get("LICENSEIQ_HOME") else {}


async def _say_nothing(_: str) -> None:
    return None
