"""What was bought, what of it is in use, and when that changes."""

from collections.abc import Mapping
from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.errors import NotReadable
from licenseiq.money import money_words
from licenseiq.owned import Owned, owned
from licenseiq.prices import OwnPrice
from licenseiq.readings import NAMES, Source
from licenseiq.seats import Subscription
from licenseiq.text import clean_or_none
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Cursor, Name, arguments_digest, optional_selector
from licenseiq_tools.cursors import Place, read_cursor, skipped
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.price_shapes import ListPrice, SeatCost, Terms, list_price, seat_cost, terms
from licenseiq_tools.shapes import MoneyList, SkuRef, money, sku_ref, time_or_none
from licenseiq_tools.wording import few, one_line, sentences, unknown_words

_MOST_PURCHASES = 5


class Purchase(BaseModel):
    subscription_id: str
    status: str | None
    is_trial: bool | None
    quantity: int | None
    created: str | None
    next_lifecycle: str | None = Field(
        description="Microsoft's date of the next change of state; no promise of renewal"
    )
    terms: Terms | None = Field(description="As imported; null = nothing imported of this purchase")


class OwnedSku(BaseModel):
    sku: SkuRef
    paid: bool
    why_free: str | None = Field(description="free, trial, consumption, device, resource-account or tenant")
    bought: int | None = Field(description="Enabled seats; null = unknown, as for every number here")
    assigned: int | None = Field(description="Consumed seats")
    free: int | None
    over_assigned: int | None
    warning: int | None = Field(description="Past their end, still usable")
    suspended: int | None
    locked_out: int | None
    price: ListPrice | None = Field(description="List price of a seat; null = not known, or not paid")
    seat_cost: SeatCost | None = Field(description="What a seat costs here; null = unpriced, or not paid")
    terms: Terms | None = Field(description="Imported for all of the SKU's seats that no subscription's terms cover")
    monthly_spend: MoneyList | None = Field(description="null = unknown")
    unassigned_seats: int | None = Field(description="Free seats beyond the buffer for joiners")
    unassigned_cost: MoneyList | None = Field(description="Per month; part of the exposure")
    subscriptions: list[Purchase] | None = Field(description="null = could not be read")
    subscriptions_total: int | None


class Subscriptions(BaseModel):
    total: int
    shown: int
    skus: list[OwnedSku]
    free_left_out: int = Field(description="SKUs without a seat price, left out without include_free")
    monthly_spend: MoneyList | None = Field(description="The tenant's, as in health_score")
    price_note: str
    next_cursor: str | None = Field(description="Pass as cursor for the next page; null = this was the last")
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


@guarded
async def list_subscriptions(
    call: Call,
    sku: Annotated[Name | None, Field(description="One SKU: name, part number or id")] = None,
    include_free: Annotated[bool, Field(description="Also free ones, trials and the like")] = False,
    limit: Annotated[int, Field(ge=1, le=50, description="Most rows; fewer if there is no room")] = 20,
    cursor: Annotated[Cursor | None, Field(description="next_cursor of the same call before")] = None,
) -> Annotated[CallToolResult, Subscriptions]:
    """Microsoft 365 SKUs that the tenant owns, dearest first: seats bought, assigned, free and over-assigned, price
    (own or list), monthly spend, and the subscriptions with their dates and terms."""
    deps = await deps_of(call)
    tenant = deps.tenant
    sku = optional_selector(sku, "sku")
    query_name = arguments_digest("list_subscriptions", s=sku, f=include_free)
    place = read_cursor(cursor, query_name) if cursor else None
    head = await (tenant.at(place.evaluation_id) if place else tenant.evaluation(progress_of(call)))
    context = await tenant.context(head.evaluation_id)
    reading = context.reading(Source.SKUS)
    if reading.reason is not None:
        raise NotReadable(reading.words(), "", reason=reading.reason.value, permission=NAMES[Source.SKUS][1])
    sku_id = await tenant.sku_id(head.evaluation_id, sku) if sku else None
    held = await tenant.held_seats(head.evaluation_id)
    purchases_read = context.is_read(Source.SUBSCRIPTIONS)
    every = [one for one in owned(context, held, subscriptions_read=purchases_read) if sku_id in (None, one.sku.sku_id)]
    # Who names a SKU wants to see it, free or not.
    found = [one for one in every if include_free or sku_id or not one.why_free]
    start = skipped(place)
    unknown = few((*head.summary.unknown, *head.notes), 900)

    def build(rows: int) -> Subscriptions:
        end = start + rows
        next_cursor = Place(head.evaluation_id, str(end), query_name).encode() if end < len(found) else None
        return Subscriptions(
            total=len(found),
            shown=rows,
            skus=[_row(one) for one in found[start:end]],
            free_left_out=len(every) - len(found),
            monthly_spend=money(head.summary.monthly_spend),
            price_note=one_line(head.summary.price_note),
            next_cursor=next_cursor,
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=head.evaluation_id,
            next_step="Ask again with cursor for more."
            if next_cursor
            else "list_waste says which seats are not needed.",
            unknown=unknown,
        )

    content = build(fitting(len(found[start : start + limit]), build))
    return answer(_words(content, money_words(head.summary.monthly_spend), every), content)


def _words(content: Subscriptions, spend: str, every: list[Owned]) -> str:
    over = [one for one in every if one.line and (one.line.free() or 0) < 0]
    return sentences(
        f"{count(content.total, 'SKU')}, {content.shown} shown; the tenant spends {spend} a month.",
        f"{count(len(over), 'SKU')} with more seats assigned than bought." if over else "",
        f"{count(content.free_left_out, 'SKU')} without a seat price left out." if content.free_left_out else "",
        unknown_words(content.unknown),
        "More rows: repeat with next_cursor." if content.next_cursor else "",
    )


def _row(one: Owned) -> OwnedSku:
    line, purchases = one.line, one.subscriptions
    free = line.free() if line else None
    own = {row.subscription_id: row for row in one.own}
    return OwnedSku(
        sku=sku_ref(one.sku),
        paid=not one.why_free,
        why_free=one.why_free or None,
        bought=line.enabled if line else None,
        assigned=line.consumed if line else None,
        free=None if free is None else max(0, free),
        over_assigned=None if free is None else max(0, -free),
        warning=line.warning if line else None,
        suspended=line.suspended if line else None,
        locked_out=line.locked_out if line else None,
        price=list_price(one.price),
        seat_cost=seat_cost(one.seat),
        terms=terms(own[None]) if None in own else None,
        monthly_spend=money(one.monthly),
        unassigned_seats=one.beyond_buffer,
        unassigned_cost=money(one.beyond_buffer_monthly),
        subscriptions=None if purchases is None else [_purchase(each, own) for each in purchases[:_MOST_PURCHASES]],
        subscriptions_total=None if purchases is None else len(purchases),
    )


def _purchase(one: Subscription, own: Mapping[str | None, OwnPrice]) -> Purchase:
    return Purchase(
        subscription_id=clean_or_none(one.subscription_id) or "",
        status=clean_or_none(one.status),
        is_trial=one.is_trial,
        quantity=one.total,
        created=time_or_none(one.created),
        next_lifecycle=time_or_none(one.next_lifecycle),
        terms=terms(own[one.subscription_id]) if one.subscription_id in own else None,
    )
