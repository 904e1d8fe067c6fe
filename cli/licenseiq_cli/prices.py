"""`licenseiq prices`: the customer's own prices, the list prices behind them, and invoices beside both.

Works on what was read last, and asks no tenant.
"""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from licenseiq.context import Context
from licenseiq.errors import NotReady
from licenseiq.ports import EvaluationHead
from licenseiq.table_file import MOST_BYTES
from licenseiq_cli.csv_input import WRONG_USE, read_file
from licenseiq_cli.program import program

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where
    from licenseiq_tenant.live import LiveTenant


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the tenant: `head` is None where nothing was read yet; then `context` holds the prices and the
    products alone. `held` counts the people who take a paid seat, by SKU."""

    tenant: "LiveTenant"
    head: EvaluationHead | None
    context: Context
    held: Mapping[str, int]


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 when lines of a price list are wrong or an invoice differs, 2 for a file that is none. Raises
    SettingsError, NotReady or DemoError."""
    from licenseiq_cli import prices_import, prices_list, prices_reconcile

    data = b""
    if options.action in ("import", "reconcile"):
        read = read_file(options.file, MOST_BYTES)
        if read is None:
            return WRONG_USE
        data = read
    actions: dict[str, Callable[[Known], Awaitable[int]]] = {
        "import": partial(prices_import.import_prices, options, data),
        "list": partial(prices_list.list_prices, options),
        "template": prices_list.template,
        "reconcile": partial(prices_reconcile.reconcile_invoice, options, data),
    }
    import anyio

    from licenseiq_cli.open_reader import demo_where, real_where

    where = demo_where() if options.demo else real_where()
    return anyio.run(_on_tenant, where, actions[options.action], options.action != "import")


async def _on_tenant(where: "Where", act: Callable[[Known], Awaitable[int]], needs_data: bool) -> int:
    from anyio.to_thread import run_sync

    from licenseiq_cli.open_reader import open_reader
    from licenseiq_tenant.prices import load_catalogue

    async with open_reader(where) as reader:
        tenant = reader.tenant
        head = await tenant.last()
        if head is not None:
            context, held = await tenant.context(head.evaluation_id), await tenant.held_seats(head.evaluation_id)
            return await act(Known(tenant, head, context, held))
        if needs_data:
            scan = f"{program()} scan{' --demo' if where.simulated else ''}"
            raise NotReady("Nothing was read of this tenant yet.", f"Run '{scan}' first.")
        prices = await run_sync(tenant.prices.current)
        bare = Context(tenant.tenant_id, datetime.now(UTC), load_catalogue(), prices=prices)
        return await act(Known(tenant, None, bare, {}))
