"""Who holds a paid seat and shows no sign of a human."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.money import money_words
from licenseiq.ports import HolderPage, HolderQuery
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Cursor, Name, arguments_digest, optional_selector
from licenseiq_tools.cursors import Place, read_cursor
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.inactive_groups import in_groups
from licenseiq_tools.inactive_shapes import InactiveUsers, inactive_row
from licenseiq_tools.shapes import money
from licenseiq_tools.wording import few, sentences, unknown_words


@guarded
async def list_inactive_users(
    call: Call,
    inactive_days: Annotated[int, Field(ge=1, le=3650, description="Least days without a human signal")] = 90,
    department: Annotated[Name | None, Field(description="One department, compared without case")] = None,
    sku: Annotated[Name | None, Field(description="Holders of one SKU: friendly name, part number or id")] = None,
    include_disabled: Annotated[bool, Field(description="Also accounts whose sign-in is blocked")] = True,
    limit: Annotated[int, Field(ge=1, le=50, description="Most rows; fewer if the answer grows too long")] = 20,
    cursor: Annotated[Cursor | None, Field(description="next_cursor of the same call before")] = None,
) -> Annotated[CallToolResult, InactiveUsers]:
    """People who hold paid Microsoft 365 seats without a sign of use for a number of days, longest first, with what
    their seats cost, how sure that is, and why. People whose use is unknown are counted apart and not listed."""
    deps = await deps_of(call)
    department = optional_selector(department, "department")
    sku = optional_selector(sku, "sku")
    query_name = arguments_digest("list_inactive_users", d=inactive_days, p=department, s=sku, i=include_disabled)
    place = read_cursor(cursor, query_name) if cursor else None
    tenant = deps.tenant
    head = await (tenant.at(place.evaluation_id) if place else tenant.evaluation(progress_of(call)))
    evaluation_id, summary = head.evaluation_id, head.summary

    async def page_of(rows: int) -> HolderPage:
        after = place.after if place else None
        return await tenant.holders(
            evaluation_id, HolderQuery(inactive_days, department, sku_id, include_disabled, rows, after)
        )

    sku_id = await tenant.sku_id(evaluation_id, sku) if sku else None
    context = await tenant.context(evaluation_id)
    if not deps.shows_people:
        return await in_groups(tenant, head, context, HolderQuery(inactive_days, department, sku_id, include_disabled))
    page = await page_of(limit)
    unknown = few((*summary.unknown, *head.notes), 1000)
    blind = page.total == 0 and page.unjudged != 0 and not summary.coverage

    def build(rows: int) -> InactiveUsers:
        next_after = page.next_after if rows == len(page.rows) else ""
        next_cursor = Place(evaluation_id, next_after, query_name).encode() if next_after is not None else None
        more = "Ask again with cursor for more. " if next_cursor else ""
        return InactiveUsers(
            total=None if blind else page.total,
            shown=rows,
            users=[inactive_row(holder, context) for holder in page.rows[:rows]],
            groups=None,
            next_cursor=next_cursor,
            matched_monthly_cost=None if blind else money(page.matched_monthly),
            matched_unpriced_seats=page.matched_unpriced_seats,
            unjudged=page.unjudged,
            exposure=money(summary.exposure),
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=evaluation_id,
            next_step=more + "recommend_tier says what one person needs; offboard_user proposes to take a leaver out.",
            unknown=unknown,
        )

    rows = fitting(len(page.rows), build, 7_000)
    if rows < len(page.rows):
        page = await page_of(rows)
    content = build(len(page.rows))
    return answer(_words(content, page, inactive_days, money_words(summary.exposure)), content)


def _words(content: InactiveUsers, page: HolderPage, days: int, exposure: str) -> str:
    if content.total is None:
        holders = count(page.unjudged or 0, "holder")
        headline = f"Who is inactive is unknown: the use of none of {holders} could be read."
    else:
        headline = (
            f"{count(page.total, 'holder')} of paid seats without a human signal for {days} days or more, "
            f"{content.shown} shown here; their seats cost {money_words(page.matched_monthly)} a month."
        )
        if page.matched_unpriced_seats:
            headline += f" {count(page.matched_unpriced_seats, 'seat')} of these without a known price."
        if page.unjudged:
            headline += f" {count(page.unjudged, 'holder')} could not be judged."
    more = "More rows: repeat with next_cursor." if content.next_cursor else ""
    exposed = f"The tenant's exposure is {exposure} a month."
    return sentences(headline, exposed, unknown_words(content.unknown), more)
