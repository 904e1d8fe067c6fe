"""Which seats are paid for and seem not to be needed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.findings import IMPERSONAL_KINDS, SEAT_KINDS
from licenseiq.money import money_words
from licenseiq.ports import EvaluationHead
from licenseiq.readings import Source
from licenseiq.times import iso
from licenseiq.waste import GroupBy, WastePage, WasteQuery, known_money, matched
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Cursor, Name, arguments_digest, optional_selector
from licenseiq_tools.cursors import Place, read_cursor, skipped
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.kinds import Kind
from licenseiq_tools.shapes import money, waste_kind
from licenseiq_tools.waste_shapes import GroupRow, WasteList, WasteRow, group_row, waste_row
from licenseiq_tools.wording import few, sentences, unknown_words

By = Literal["kind", "sku", "department"]
# No answer has room for more, so that more are not looked up.
_MOST_ROWS = 30
_ROOM = 7_100
_STEP = "explain_user tells more of one person, list_subscriptions of the seats bought."
_STEP_OF_TOTALS = "group_by shows what people hold in groups; list_subscriptions tells of the seats bought."


@guarded
async def list_waste(
    call: Call,
    kind: Annotated[Kind | None, Field(description="One kind of finding")] = None,
    sku: Annotated[Name | None, Field(description="Seats of one SKU: name, part number or id")] = None,
    department: Annotated[Name | None, Field(description="People of one department")] = None,
    group_by: Annotated[By | None, Field(description="Totals instead of single findings")] = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Most rows; fewer if there is no room")] = 20,
    cursor: Annotated[Cursor | None, Field(description="next_cursor of the same call before")] = None,
) -> Annotated[CallToolResult, WasteList]:
    """Findings: paid Microsoft 365 seats that seem not to be needed, and faults and dates without money, with evidence
    and money, each seat counted once: as a list, or in groups that add up to the exposure."""
    deps = await deps_of(call)
    tenant = deps.tenant
    department, sku = optional_selector(department, "department"), optional_selector(sku, "sku")
    if department is not None and kind in IMPERSONAL_KINDS:
        raise BadRequest("Seats and subscriptions are of no department.", "Leave kind or department out.")
    query_name = arguments_digest("list_waste", k=kind, s=sku, p=department, g=group_by)
    place = read_cursor(cursor, query_name) if cursor else None
    head = await (tenant.at(place.evaluation_id) if place else tenant.evaluation(progress_of(call)))
    sku_id = await tenant.sku_id(head.evaluation_id, sku) if sku else None
    query = WasteQuery(kind, sku_id, department, min(limit, _MOST_ROWS), skipped(place))
    context = await tenant.context(head.evaluation_id)
    findings, rows = None, None
    if group_by is None:
        page = await tenant.waste(head.evaluation_id, query)
        total, findings = page.total, [waste_row(one, context) for one in page.rows]
    else:
        by = GroupBy(group_by)
        page = await tenant.waste(head.evaluation_id, replace(query, limit=0))
        groups = await tenant.waste_groups(head.evaluation_id, query, by)
        shown = groups[query.skip : query.skip + query.limit]
        total, rows = len(groups), [group_row(group, by, context) for group in shown]
    step = _STEP if deps.shows_people else _STEP_OF_TOTALS
    build = _builder(head, context, query, page, total, findings, rows, query_name, step)
    content = build(fitting(len(findings or rows or ()), build, _ROOM))
    return answer(_words(content, page, head), content)


def _builder(
    head: EvaluationHead,
    context: Context,
    query: WasteQuery,
    page: WastePage,
    total: int,
    findings: list[WasteRow] | None,
    groups: list[GroupRow] | None,
    query_name: str,
    step: str,
) -> Callable[[int], WasteList]:
    """What makes the answer with so many rows."""
    # Seats that nobody holds are a part of everything but one kind or one department.
    partial = query.kind is None and query.department is None and not context.is_read(Source.SKUS)
    counted = matched(page.counted)
    unknown = _unknown(head, context, query, partial)

    def build(shown: int) -> WasteList:
        end = query.skip + shown
        next_cursor = Place(head.evaluation_id, str(end), query_name).encode() if end < total else None
        return WasteList(
            total=None if partial else total,
            shown=shown,
            exposure=money(head.summary.exposure),
            matched_exposure=None
            if partial
            else money(known_money(counted.seats, counted.monthly, counted.unpriced_seats)),
            matched_seats=None if partial else counted.seats,
            matched_unpriced_seats=counted.unpriced_seats,
            to_review=[waste_kind(kind) for kind in page.to_review],
            without_money=[waste_kind(kind) for kind in page.without_money],
            excepted=[waste_kind(kind) for kind in page.excepted],
            groups=None if groups is None else groups[:shown],
            findings=None if findings is None else findings[:shown],
            next_cursor=next_cursor,
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=head.evaluation_id,
            next_step=f"Ask again with cursor for more. {step}" if next_cursor else step,
            unknown=unknown,
        )

    return build


def _unknown(head: EvaluationHead, context: Context, query: WasteQuery, partial: bool) -> list[str]:
    said = [*head.summary.unknown, *head.notes]
    if query.kind in SEAT_KINDS and not context.is_read(Source.USERS):
        said.insert(0, "Only seats that nobody holds are listed: what people hold could not be read.")
    if partial:
        said.insert(0, "Seats that nobody holds are not listed: what was bought could not be read.")
    return few(said, 900)


def _words(content: WasteList, page: WastePage, head: EvaluationHead) -> str:
    counted = matched(page.counted)
    review, faults = matched(page.to_review), matched(page.without_money)
    left = matched(page.excepted)
    what = "findings" if content.groups is None else "groups"
    worth = known_money(counted.seats, counted.monthly, counted.unpriced_seats)
    headline = (
        f"{count(counted.seats, 'paid seat')} claimed, {money_words(worth)} a month"
        f"{f', {counted.unpriced_seats} of them without a known price' if counted.unpriced_seats else ''}; "
        f"{content.shown} of {page.total if content.groups is None else content.total} {what} shown."
    )
    if content.total is None:
        headline = (
            f"How much there is in all is unknown: what was bought could not be read. {content.shown} {what} shown."
        )
    return sentences(
        headline,
        f"{count(review.findings, 'finding')} more for a person to review." if review.findings else "",
        f"{count(faults.findings, 'finding')} that free no seat." if faults.findings else "",
        f"{count(left.findings, 'finding')} left out by exceptions." if left.findings else "",
        f"The tenant's exposure is {money_words(head.summary.exposure)} a month.",
        unknown_words(content.unknown),
        "More rows: repeat with next_cursor." if content.next_cursor else "",
    )
