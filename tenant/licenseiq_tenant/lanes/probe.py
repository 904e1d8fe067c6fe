"""The first few requests: who the tenant is, what it owns, and whether its reports can be matched to people.

Each raises NotReadable with its own reason; the caller decides which of the rules can then run.
"""

from dataclasses import dataclass

import anyio
import msgspec

from licenseiq.readings import Reason, Source
from licenseiq.seats import SeatLine, Subscription
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.graph.fetch import Sleep, fetch, not_readable, pages
from licenseiq_tenant.lanes import bodies
from licenseiq_tenant.lanes.found import Found


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant; None where Graph did not say. `display_name` is raw text of the tenant."""

    tenant_id: str | None
    display_name: str | None


async def organization(graph: Graph, sleep: Sleep = anyio.sleep) -> Organization:
    """GET /organization, its first item."""
    info = graph.sdk.organization.to_get_request_information()
    found: list[bodies.OrganizationProfile] = []
    unreadable = 0
    async for raws in pages(graph, info, Source.ORGANIZATION, sleep):
        items, broken = bodies.decode_items(raws, bodies.OrganizationProfile)
        found, unreadable = found + items, unreadable + broken
    if not found and unreadable:
        raise not_readable(Source.ORGANIZATION, Reason.MALFORMED)
    first = found[0] if found else bodies.OrganizationProfile()
    return Organization(first.id.lower() if first.id else None, first.display_name)


async def sku_lines(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[SeatLine]:
    """GET /subscribedSkus. A line without its SKU id is unreadable."""
    info = graph.sdk.subscribed_skus.to_get_request_information()
    lines: list[SeatLine] = []
    unreadable = 0
    async for raws in pages(graph, info, Source.SKUS, sleep):
        items, broken = bodies.decode_items(raws, bodies.SubscribedSku)
        found = [_seat_line(item.sku_id.lower(), item) for item in items if item.sku_id]
        lines += found
        unreadable += broken + len(items) - len(found)
    return Found(tuple(lines), unreadable)


async def subscriptions(graph: Graph, sleep: Sleep = anyio.sleep) -> Found[Subscription]:
    """GET /directory/subscriptions. A subscription without its id or its SKU's is unreadable."""
    info = graph.sdk.directory.subscriptions.to_get_request_information()
    found: list[Subscription] = []
    unreadable = 0
    async for raws in pages(graph, info, Source.SUBSCRIPTIONS, sleep):
        items, broken = bodies.decode_items(raws, bodies.CompanySubscription)
        unreadable += broken
        for item in items:
            if not item.id or not item.sku_id:
                unreadable += 1
                continue
            found.append(
                Subscription(
                    subscription_id=item.id.lower(),
                    sku_id=item.sku_id.lower(),
                    status=item.status,
                    is_trial=item.is_trial,
                    total=item.total_licenses,
                    created=bodies.moment(item.created_date_time),
                    next_lifecycle=bodies.moment(item.next_lifecycle_date_time),
                )
            )
    return Found(tuple(found), unreadable)


async def names_are_concealed(graph: Graph, sleep: Sleep = anyio.sleep) -> bool | None:
    """GET /admin/reportSettings: True when reports show hashes instead of names, None when Graph does not say."""
    info = graph.sdk.admin.report_settings.to_get_request_information()
    answer = await fetch(graph, info, Source.REPORT_SETTINGS, sleep)
    try:
        settings = msgspec.json.decode(answer.content, type=bodies.ReportSettings)
    except ValueError as error:
        raise not_readable(Source.REPORT_SETTINGS, Reason.MALFORMED) from error
    if settings.display_concealed_names is not None:
        return settings.display_concealed_names
    return settings.value.display_concealed_names if settings.value else None


def _seat_line(sku_id: str, item: bodies.SubscribedSku) -> SeatLine:
    units = item.prepaid_units or bodies.PrepaidUnits()
    return SeatLine(
        sku_id=sku_id,
        part_number=item.sku_part_number or sku_id,
        enabled=units.enabled,
        warning=units.warning,
        suspended=units.suspended,
        locked_out=units.locked_out,
        consumed=item.consumed_units,
        assignable=item.applies_to != "Company",
        capability_status=item.capability_status,
        subscription_ids=bodies.ids(item.subscription_ids),
        service_plans=frozenset(bodies.ids(plan.service_plan_id for plan in item.service_plans or ())),
    )
