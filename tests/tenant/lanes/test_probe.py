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
    assert found == probe.Organization(demo.found("reader").tenant_id, "Larkfield Instruments", "GB")


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


def test_a_purchase_says_whose_it_is_where_graph_does(demo: OnDemo) -> None:
    bought = demo.read(quick(probe.subscriptions)).items
    own = [one for one in bought if one.owner_type is not None]
    assert [one.owner_type for one in own] == ["User"]
    assert own[0].owner_id in {row["id"] for row in demo.control("GET", "/people")}
    assert all(one.owner_id is None and one.owner_tenant_id is None for one in bought if one not in own)


def test_what_lost_its_sku_is_counted_and_not_made_up(demo: OnDemo) -> None:
    for reader in (probe.sku_lines, probe.subscriptions):
        whole, broken = demo.read(quick(reader)), demo.read(quick(reader), NULLS)
        assert broken.unreadable > 0
        assert len(broken.items) + broken.unreadable == len(whole.items)


def test_concealed_names_are_found_before_any_report_is_read(demo: OnDemo) -> None:
    assert demo.read(quick(probe.names_are_concealed)) is False
    assert demo.read(quick(probe.names_are_concealed), "concealed_names") is True


def answered(reader: Callable[..., Awaitable[Any]], body: bytes) -> Any:
    async def ask() -> Any:
        async with Scripted([], direct=body).open() as graph:
            return await reader(graph, no_waiting)

    return anyio.run(ask)


@pytest.mark.parametrize("place", [b'{"displayConcealedNames": %b}', b'{"value": {"displayConcealedNames": %b}}'])
def test_the_setting_is_found_in_both_places_where_graph_puts_it(place: bytes) -> None:
    assert answered(probe.names_are_concealed, place % b"true") is True
    assert answered(probe.names_are_concealed, place % b"false") is False


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"value": null}',
        b'{"value": {}}',
        b'{"displayConcealedNames": null}',
        b'{"displayConcealedNames": "no"}',
        b'{"value": {"displayConcealedNames": 0}}',
    ],
)
def test_a_setting_that_graph_does_not_tell_is_not_read_as_off(body: bytes) -> None:
    with pytest.raises(NotReadable) as caught:
        answered(probe.names_are_concealed, body)
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize(
    "items", [b"[]", b"[{}]", b'[{"id": null}]', b'[{"id": ""}]', b'[{"id": 7}]', b'[{"id": ["0"]}, null]']
)
def test_an_organisation_without_its_id_is_of_no_known_tenant(items: bytes) -> None:
    assert answered(probe.organization, b'{"value": %b}' % items).tenant_id is None


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
    with pytest.raises(NotReadable) as caught:
        answered(probe.sku_lines, b'{"value": [], "@odata.nextLink": "\xff"}')
    assert caught.value.reason == "malformed"
