"""`licenseiq spend` and `licenseiq forecast`: spend today, then and to come, as the tools of the chat say it.

Works on what was read last, and asks no tenant.
"""

import argparse
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from licenseiq.errors import NotReady
from licenseiq.ports import EvaluationHead
from licenseiq.spending.forecast import WhatIf
from licenseiq.spending.outlook import OutlookQuestion, outlook
from licenseiq.spending.report import SpendQuestion, spend_report
from licenseiq.spending.table import Per, SpendBy
from licenseiq_cli.program import program
from licenseiq_cli.screen import show
from licenseiq_cli.spend_json import outlook_json, spend_json
from licenseiq_cli.spend_screen import outlook_blocks, spend_blocks

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Reader, Where


def run(options: argparse.Namespace) -> int:
    """0 when done. Raises NotReady where nothing was read yet, and what the question or the settings do not allow."""
    import anyio

    from licenseiq_cli.open_reader import demo_where, real_where

    where = demo_where() if options.demo else real_where()
    return anyio.run(_on_tenant, where, _spend if options.command == "spend" else _forecast, options)


Asked = Callable[["Reader", EvaluationHead, argparse.Namespace], Awaitable[None]]


async def _on_tenant(where: "Where", ask: Asked, options: argparse.Namespace) -> int:
    from licenseiq_cli.open_reader import open_reader

    async with open_reader(where) as reader:
        head = await reader.tenant.last()
        if head is None:
            scan = f"{program()} scan{' --demo' if where.simulated else ''}"
            raise NotReady("Nothing was read of this tenant yet.", f"Run '{scan}' first.")
        await ask(reader, head, options)
    return 0


async def _spend(reader: "Reader", head: EvaluationHead, options: argparse.Namespace) -> None:
    question = SpendQuestion(SpendBy(options.by), options.under, options.compare, tuple(options.sum or ()))
    report = await spend_report(reader.tenant, reader.proposals, head, question)
    if options.json:
        print(json.dumps(spend_json(report), indent=2))  # noqa: T201 - facts for machines
    else:
        show(spend_blocks(report))


async def _forecast(reader: "Reader", head: EvaluationHead, options: argparse.Namespace) -> None:
    what = WhatIf(
        joiners_per_month=options.joiners,
        leavers_per_month=options.leavers,
        price_change_percent=options.price_change,
        extra_seats=options.extra_seats,
    )
    question = OutlookQuestion(options.months, what, options.sku, options.with_proposals, Per(options.sum))
    found = await outlook(reader.tenant, reader.proposals, head, question)
    if options.json:
        print(json.dumps(outlook_json(found), indent=2))  # noqa: T201 - facts for machines
    else:
        show(outlook_blocks(found))
