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
    """The tenant; None where Graph did not say. `display_name` is raw text of the tenant; `country` has two letters."""

    tenant_id: str | None
    display_name: str | None
    country: str | None = None


async def organization(graph: Graph, sleep: Sleep = anyio.sleep) -> Organization:
    """GET /organization, its first item that makes sense."""
    info = graph.sdk.organization.to_get_request_information()
    found: list[bodies.OrganizationProfile] = []
    async for raws in pages(graph, info, Source.ORGANIZATION, sleep):
        found += bodies.decode_items(raws, bodies.OrganizationProfile)[0]
    first = found[0] if found else bodies.OrganizationProfile()
    country = (first.country_letter_code or "").upper()
    is_one = len(country) == 2 and country.isascii() and country.isalpha()
    return Organization(first.id.lower() if first.id else None, first.display_name, country if is_one else None)


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
                    commerce_id=item.commerce_subscription_id.lower() if item.commerce_subscription_id else None,
                    owner_type=item.owner_type,
                    owner_tenant_id=item.owner_tenant_id.lower() if item.owner_tenant_id else None,
                    owner_id=item.owner_id.lower() if item.owner_id else None,
                )
            )
    return Found(tuple(found), unreadable)


async def names_are_concealed(graph: Graph, sleep: Sleep = anyio.sleep) -> bool:
    """GET /admin/reportSettings: whether reports show hashes instead of names. MALFORMED where Graph does not say:
    the reports themselves show it then."""
    info = graph.sdk.admin.report_settings.to_get_request_information()
    answer = await fetch(graph, info, Source.REPORT_SETTINGS, sleep)
    try:
        settings = msgspec.json.decode(answer.content, type=bodies.ReportSettings)
    except ValueError as error:
        raise not_readable(Source.REPORT_SETTINGS, Reason.MALFORMED) from error
    concealed = settings.display_concealed_names
    if concealed is None and settings.value is not None:
        concealed = settings.value.display_concealed_names
    if concealed is None:
        raise not_readable(Source.REPORT_SETTINGS, Reason.MALFORMED)
    return concealed


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
