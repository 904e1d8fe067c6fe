"""The probe against the demo tenant: what it owns, and each failure as its own reason."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from licenseiq.errors import NotReadable
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import probe
from tests.tenant.lanes.marks import NULLS, SDK
from tests.tenant.lanes.scripted import Scripted
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK
Reader = Callable[[Graph], Awaitable[Any]]


def quick(reader: Callable[..., Awaitable[Any]]) -> Reader:
    return lambda graph: reader(graph, no_waiting)


def test_the_tenant_says_who_it_is(demo: OnDemo) -> None:
    found = demo.read(quick(probe.organization))
    assert found == probe.Organization(demo.found("reader").tenant_id, "Larkfield Instruments")


def test_a_line_has_its_seats_its_plans_and_its_subscriptions(demo: OnDemo) -> None:
    lines = demo.read(quick(probe.sku_lines))
    bought = demo.read(quick(probe.subscriptions))
    assert (lines.unreadable, bought.unreadable) == (0, 0)
    e3 = next(line for line in lines.items if line.part_number == "SPE_E3")
    assert e3.sku_id == "05e9a617-0261-4cee-bb44-138d3ef5d965"
    assert e3.free() is not None
    assert e3.assignable
    assert "efb87545-963c-4e0d-99df-69c6916d9eb0" in e3.service_plans
    mine = [one for one in bought.items if one.sku_id == e3.sku_id]
    assert {one.subscription_id for one in mine} == set(e3.subscription_ids)
    assert all(one.next_lifecycle is not None and one.next_lifecycle.tzinfo is not None for one in mine)
    assert sum(one.total or 0 for one in mine) == e3.enabled


def test_what_lost_its_sku_is_counted_and_not_made_up(demo: OnDemo) -> None:
    for reader in (probe.sku_lines, probe.subscriptions):
        whole, broken = demo.read(quick(reader)), demo.read(quick(reader), NULLS)
        assert broken.unreadable > 0
        assert len(broken.items) + broken.unreadable == len(whole.items)


def test_concealed_names_are_found_before_any_report_is_read(demo: OnDemo) -> None:
    assert demo.read(quick(probe.names_are_concealed)) is False
    assert demo.read(quick(probe.names_are_concealed), "concealed_names") is True


def test_a_setting_that_graph_does_not_tell_is_unknown(demo: OnDemo) -> None:
    assert demo.read(quick(probe.names_are_concealed), NULLS) is None


@pytest.mark.parametrize(
    ("reader", "lane"),
    [
        (probe.organization, "organization"),
        (probe.sku_lines, "skus"),
        (probe.subscriptions, "subscriptions"),
        (probe.names_are_concealed, "report_settings"),
    ],
)
def test_a_missing_permission_has_a_name_and_is_never_an_empty_list(
    demo: OnDemo, reader: Callable[..., Awaitable[Any]], lane: str
) -> None:
    with pytest.raises(NotReadable) as caught:
        demo.read(quick(reader), f"forbid:{lane}")
    assert caught.value.reason == "no_permission"
    assert caught.value.permission is not None
    assert caught.value.permission in str(caught.value)


@pytest.mark.parametrize("reader", [probe.organization, probe.names_are_concealed])
def test_a_page_of_a_proxy_is_no_answer_of_graph(demo: OnDemo, reader: Callable[..., Awaitable[Any]]) -> None:
    with pytest.raises(NotReadable) as caught:
        demo.read(quick(reader), {"what": "html", "status": 200})
    assert caught.value.reason == "malformed"


def test_an_endpoint_that_a_cloud_lacks_is_not_offered(demo: OnDemo) -> None:
    with pytest.raises(NotReadable) as caught:
        demo.read(quick(probe.names_are_concealed), {"what": "status", "status": 404})
    assert caught.value.reason == "not_offered"


def test_bytes_that_are_no_text_are_malformed() -> None:
    async def ask() -> None:
        async with Scripted([], direct=b'{"value": [], "@odata.nextLink": "\xff"}').open() as graph:
            await probe.sku_lines(graph, no_waiting)

    with pytest.raises(NotReadable) as caught:
        anyio.run(ask)
    assert caught.value.reason == "malformed"
