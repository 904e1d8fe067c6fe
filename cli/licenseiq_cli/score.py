"""`licenseiq score`: the License Health Score with its arithmetic, and what to do first."""

import argparse
import json
from functools import partial
from typing import TYPE_CHECKING

from licenseiq.evaluation import Component
from licenseiq.money import Money
from licenseiq.ports import EvaluationHead
from licenseiq.text import one_line
from licenseiq_cli.report import actions, headline, unknowns
from licenseiq_cli.report_json import health_json
from licenseiq_cli.report_words import amount, name_of, tenths
from licenseiq_cli.screen import Block, Column, Lines, Section, Table, show

if TYPE_CHECKING:
    from licenseiq_cli.open_reader import Where


def run(options: argparse.Namespace) -> int:
    """0 with a score, 1 where there is none. Raises SettingsError, NotReadable, NotReady or DemoError."""
    import anyio

    from licenseiq_cli.open_reader import demo_where, real_where

    head = anyio.run(partial(_head, demo_where() if options.demo else real_where()))
    if options.json:
        print(json.dumps(health_json(head), indent=2))  # noqa: T201 - facts for machines
    else:
        show(score_blocks(head))
    return 0 if head.summary.score is not None else 1


async def _head(where: "Where") -> EvaluationHead:
    from licenseiq_cli.open_reader import open_reader

    async with open_reader(where) as reader:
        return await reader.tenant.evaluation(_say_nothing)


def score_blocks(head: EvaluationHead) -> list[Block]:
    """The headline, each part with what is multiplied and divided, what to do first, and what is unknown."""
    return [*headline(head), *_arithmetic(head.summary.components), *actions(head.summary), *unknowns(head)]


def _arithmetic(parts: tuple[Component, ...]) -> list[Block]:
    if not parts:
        return []
    columns = (Column("Part"), Column("Weight x share", flex=True), Column("Points", right=True))
    rows = tuple((name_of(part.name), _product(part), tenths(part.points)) for part in parts)
    total = ("Score", "", tenths(sum(part.points for part in parts)))
    why = tuple(f"{name_of(part.name)}: {one_line(part.explanation)}" for part in parts)
    return [
        Section("How it adds up", "each part rounded down to a tenth"),
        Table(columns, rows, total),
        Section("What the parts say"),
        Lines(why, bullets=True),
    ]


def _product(part: Component) -> str:
    """'80.0 x 156.00 USD / 195.00 USD'; nothing to judge counts in full."""
    if not part.whole:
        return f"{tenths(part.weight)} x 1 (nothing to judge)"
    if part.unit in ("seats", "accounts"):
        return f"{tenths(part.weight)} x {part.good:,} / {part.whole:,} {part.unit}"
    return f"{tenths(part.weight)} x {amount(Money(part.unit, part.good))} / {amount(Money(part.unit, part.whole))}"


async def _say_nothing(_: str) -> None:
    return None
