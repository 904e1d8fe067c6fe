"""What is spent, by whom and on what, against another day; and what became of savings."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.money import money_words
from licenseiq.spending.table import SpendBy
from licenseiq.times import iso
from licenseiq.waste import known_money
from licenseiq.words import count
from licenseiq_tools.answers import BUDGET, WORDS, answer, fitting
from licenseiq_tools.arguments import Cursor, Name, arguments_digest, optional_selector, selector
from licenseiq_tools.cursors import Place, read_cursor, skipped
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.spend_shapes import (
    SpendSummary,
    compared_day,
    movement_row,
    saving_row,
    spend_group,
    spend_sum,
)
from licenseiq_tools.wording import few, sentences, unknown_words

if TYPE_CHECKING:
    from licenseiq.spending.report import SpendReport

By = Literal["department", "country", "cost_center", "manager", "sku"]
Compare = Annotated[str, Field(max_length=10, pattern=r"^(last_month|last_year|[0-9]{4}-[0-9]{2}-[0-9]{2})$")]
# What the rows of groups keep for themselves, whatever moved.
_FOR_ROWS = 1_500
_STEP = "list_waste names the exposure seat by seat; forecast_spend looks ahead."


@guarded
async def spend_summary(
    call: Call,
    by: Annotated[By, Field(description="manager: each manager's organisation")] = "department",
    under: Annotated[Name | None, Field(description="With by=manager: the direct reports of this person")] = None,
    compare: Annotated[Compare | None, Field(description="last_month, last_year or a day")] = None,
    sum: Annotated[
        list[Name] | None, Field(min_length=1, max_length=10, description="Groups to add up, by name")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=50, description="Most rows; fewer if there is no room")] = 20,
    cursor: Annotated[Cursor | None, Field(description="next_cursor of the same call before")] = None,
) -> Annotated[CallToolResult, SpendSummary]:
    """Microsoft 365 spend a month by department, country, cost centre, manager's organisation or SKU, adding up to the
    total; variance against last month, last year or a day, with its drivers; exposure; savings by state: identified,
    approved, reclaimed, realised, reversed."""
    # Loaded at the first question, as the server starts without it.
    from licenseiq.spending.report import SpendQuestion, spend_report

    deps = await deps_of(call)
    names = tuple(selector(name, "sum", "Name the groups.") for name in sum or ())
    question = SpendQuestion(SpendBy(by), optional_selector(under, "under"), compare, names)
    digest = arguments_digest("spend_summary", b=by, u=question.under, c=compare, s="\n".join(names))
    place = read_cursor(cursor, digest) if cursor else None
    tenant = deps.tenant
    head = await (tenant.at(place.evaluation_id) if place else tenant.evaluation(progress_of(call)))
    report = await spend_report(tenant, deps.proposals, head, question)
    build = _builder(report, digest, skipped(place))
    moved = 0 if place else len(report.movements or ())
    room = BUDGET - WORDS
    moves = fitting(moved, lambda number: build(1, number), room - _FOR_ROWS)
    rows = fitting(min(limit, len(report.lines) - skipped(place)), lambda number: build(number, moves), room)
    content = build(rows, moves)
    return answer(_words(report, content), content)


def _builder(report: "SpendReport", digest: str, start: int) -> Callable[[int, int], SpendSummary]:
    """What makes the answer with so many groups and movements. A later page has groups alone."""
    head, context = report.head, report.context
    unknown = few((*report.notes, *head.summary.unknown, *head.notes), 700)
    moved = report.movements if start == 0 else None
    saved = report.savings if start == 0 else None

    def build(rows: int, moves: int) -> SpendSummary:
        end = start + rows
        next_cursor = Place(head.evaluation_id, str(end), digest).encode() if end < len(report.lines) and rows else None
        return SpendSummary(
            by=report.by.value,
            total=len(report.lines),
            shown=rows,
            groups=[spend_group(line, report.by, context) for line in report.lines[start:end][:rows]],
            tenant=spend_sum(report.total),
            sum=spend_sum(report.summed) if report.summed is not None else None,
            compared_with=compared_day(report),
            compared_note=report.compared.words() if report.compared is not None else None,
            movements=None if moved is None else [movement_row(one, context) for one in moved[:moves]],
            savings=None if saved is None else [saving_row(one) for one in saved],
            next_cursor=next_cursor,
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=head.evaluation_id,
            next_step=f"Ask again with cursor for more. {_STEP}" if next_cursor else _STEP,
            unknown=unknown,
        )

    return build


def _words(report: "SpendReport", content: SpendSummary) -> str:
    row, summed = report.total.row, report.summed
    spend = money_words(known_money(row.seats, row.spend, row.unpriced))
    lost = [one for one in report.savings or () if one.seats]
    change = report.total.change
    return sentences(
        f"Spend {spend} a month for {count(row.seats, 'paid seat')}, by {report.by.value.replace('_', ' ')}: "
        f"{content.shown} of {count(content.total, 'group')} shown.",
        f"The groups of sum: {money_words(known_money(summed.row.seats, summed.row.spend, summed.row.unpriced))}."
        if summed is not None
        else "",
        content.compared_note or "",
        f"The change is {money_words(change)} a month." if change is not None else "",
        f"Exposure {money_words(report.head.summary.exposure)} a month.",
        "Savings: " + ", ".join(f"{one.state.value} {count(one.seats, 'seat')}" for one in lost) + "." if lost else "",
        unknown_words(content.unknown),
        "More groups: repeat with next_cursor." if content.next_cursor else "",
    )
