"""`licenseiq renewals`: which quantities to change, by when, and the words to have it done. Nothing is sent.

Works on what was read last, and asks no tenant.
"""

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from licenseiq.context import Context
from licenseiq.errors import Ambiguous, BadRequest, NotFound, NotReady
from licenseiq.ports import EvaluationHead, Tenant
from licenseiq.readings import Source
from licenseiq.renewal_words import mail, steps
from licenseiq.renewals import RenewalLine, renewals
from licenseiq.text import clean
from licenseiq.waste import GroupBy, WasteQuery
from licenseiq_cli.program import program
from licenseiq_cli.renewals_screen import mail_text, renewals_blocks, renewals_json, steps_text
from licenseiq_cli.screen import show

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where

_LEAST = 4


def run(options: argparse.Namespace) -> int:
    """Always 0 when it could be told. Raises SettingsError, NotReady, NotFound, Ambiguous, BadRequest or DemoError."""
    import anyio

    from licenseiq_cli.open_reader import demo_where, real_where

    where = demo_where() if options.demo else real_where()
    head, context, lines = anyio.run(_read, where)
    wanted = options.mail or options.steps
    if wanted is not None:
        line = find(lines, wanted)
        if options.mail:
            words = mail(line, context.tenant_id)
            facts: dict[str, str | list[str] | None] = {"to": words.to, "subject": words.subject, "body": words.body}
            text = mail_text(words)
        else:
            done = steps(line, program())
            facts, text = {"steps": list(done)}, steps_text(done)
        print(json.dumps(facts, indent=2) if options.json else text)  # noqa: T201 - what was asked for
        return 0
    shown = within(lines, options.within, context)
    if options.json:
        print(json.dumps(renewals_json(shown, lines, context), indent=2))  # noqa: T201 - facts for machines
    else:
        show(renewals_blocks(shown, lines, context, head))
    return 0


async def _read(where: "Where") -> tuple[EvaluationHead, Context, tuple[RenewalLine, ...]]:
    from licenseiq_cli.open_reader import open_reader

    async with open_reader(where) as reader:
        head = await reader.tenant.last()
        if head is None:
            raise nothing_read(simulated=where.simulated)
        context = await reader.tenant.context(head.evaluation_id)
        return head, context, await lines_of(reader.tenant, head.evaluation_id, context)


async def lines_of(tenant: Tenant, evaluation_id: str, context: Context) -> tuple[RenewalLine, ...]:
    """The worklist of an evaluation. Raises NotReadable where what is owned could not be read."""
    claimed: dict[str, int] | None = None
    if context.is_read(Source.USERS):
        claimed = {}
        for kind, sign in ((None, 1), ("unassigned_seats", -1)):
            # What nobody holds is no person's seat; both questions count each seat once.
            for group in await tenant.waste_groups(evaluation_id, WasteQuery(kind=kind), GroupBy.SKU):
                if group.key is not None:
                    claimed[group.key] = claimed.get(group.key, 0) + sign * group.seats
        claimed = {sku_id: max(0, seats) for sku_id, seats in claimed.items()}
    return renewals(context, await tenant.held_seats(evaluation_id), claimed)


def within(lines: Sequence[RenewalLine], days: int | None, context: Context) -> tuple[RenewalLine, ...]:
    """Those whose deadline lies so many days ahead at most; without `days` all of them."""
    if days is None:
        return tuple(lines)
    left = [(line, line.deadline.days_left(context.today)) for line in lines]
    return tuple(line for line, ahead in left if ahead is not None and ahead <= days)


def find(lines: Sequence[RenewalLine], wanted: str) -> RenewalLine:
    """The purchase of this id, of its commerce id, or of the beginning of one of them. Raises NotFound or Ambiguous."""
    text = wanted.strip().lower()
    if len(text) < _LEAST:
        raise BadRequest(f"An id of {_LEAST} characters or more is needed.", "Copy it from 'licenseiq renewals'.")
    ids = [(line, [i.lower() for i in (line.subscription_id, line.commerce_id) if i]) for line in lines]
    found = [line for line, mine in ids if text in mine] or [
        line for line, mine in ids if any(one.startswith(text) for one in mine)
    ]
    if not found:
        raise NotFound("There is no purchase of that id.", "Copy it from 'licenseiq renewals'.")
    if len(found) > 1:
        candidates = sorted(clean(line.subscription_id or "").text for line in found)
        raise Ambiguous(f"{len(found)} purchases begin like that.", "Give more of the id.", candidates)
    return found[0]


def nothing_read(*, simulated: bool) -> NotReady:
    scan = f"{program()} scan{' --demo' if simulated else ''}"
    return NotReady("Nothing was read of this tenant yet.", f"Run '{scan}' first.")
