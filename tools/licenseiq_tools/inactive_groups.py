"""Who is inactive, told by departments and SKUs instead of people: for LICENSEIQ_PRIVACY=aggregate."""

from mcp_types import CallToolResult

from licenseiq.context import Context
from licenseiq.money import money_words
from licenseiq.ports import EvaluationHead, HolderGroup, HolderQuery, Tenant
from licenseiq.text import clean_or_none
from licenseiq.times import iso
from licenseiq.waste import GroupBy, known_money
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.inactive_shapes import InactiveGroup, InactiveUsers
from licenseiq_tools.shapes import money, sku_ref
from licenseiq_tools.wording import few, sentences, unknown_words

_STEP = "list_waste with group_by shows what findings claim, in groups."


async def in_groups(tenant: Tenant, head: EvaluationHead, context: Context, query: HolderQuery) -> CallToolResult:
    """The totals of `query` and its groups, by department first. Raises what the tenant's port raises."""
    page = await tenant.holders(head.evaluation_id, query)
    rows = [
        _row(group, by, context)
        for by in (GroupBy.DEPARTMENT, GroupBy.SKU)
        for group in await tenant.holder_groups(head.evaluation_id, query, by)
    ]
    blind = page.total == 0 and page.unjudged != 0 and not head.summary.coverage
    total = None if blind else page.total
    unknown = few((*head.summary.unknown, *head.notes), 1000)

    def build(shown: int) -> InactiveUsers:
        left = f"{count(len(rows) - shown, 'group')} had no room." if shown < len(rows) else ""
        return InactiveUsers(
            total=total,
            shown=0,
            users=[],
            groups=rows[:shown],
            next_cursor=None,
            matched_monthly_cost=None if blind else money(page.matched_monthly),
            matched_unpriced_seats=page.matched_unpriced_seats,
            unjudged=page.unjudged,
            exposure=money(head.summary.exposure),
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=head.evaluation_id,
            next_step=sentences(left, _STEP),
            unknown=unknown,
        )

    content = build(fitting(len(rows), build))
    headline = "Who is inactive is unknown: the use of no holder could be read."
    if total is not None:
        headline = (
            f"{count(page.total, 'holder')} of paid seats without a human signal for {query.inactive_days} days or "
            f"more, told in groups; their seats cost {money_words(page.matched_monthly)} a month. Who holds several "
            "SKUs is in several groups."
        )
    exposed = f"The tenant's exposure is {money_words(head.summary.exposure)} a month."
    return answer(sentences(headline, exposed, unknown_words(unknown)), content)


def _row(group: HolderGroup, by: GroupBy, context: Context) -> InactiveGroup:
    name: str = by.value
    if by is GroupBy.DEPARTMENT and group.key is None:
        name = "no_department"
    if group.merged:
        name = f"other_{by.value}s"
    seats = 0 if group.monthly else group.unpriced_seats
    return InactiveGroup(
        group=name,
        department=clean_or_none(group.key) if by is GroupBy.DEPARTMENT else None,
        sku=sku_ref(context.sku(group.key)) if by is GroupBy.SKU and group.key else None,
        people=group.people,
        monthly_cost=money(known_money(seats, group.monthly, group.unpriced_seats)),
    )
