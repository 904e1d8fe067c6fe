"""The modes of LICENSEIQ_PRIVACY over the demo tenant, read over HTTP: no answer of any tool names anybody."""

import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from mcp import Client
from mcp_types import CallToolResult

from licenseiq.money import add_up
from licenseiq.people import Person
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.ports import HolderQuery
from licenseiq.privacy import Privacy, Pseudonyms
from licenseiq.waste import GroupBy, WasteQuery
from licenseiq_server import build_server
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.home_keys import PSEUDONYMS, home_key
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.live import LiveTenant
from licenseiq_tenant.proposing import Proposing
from licenseiq_tools.deps import Deps
from licenseiq_tools.privacy import seen_through
from tests.tenant.scanning import Home, silent
from tests.tools.privacy_walk import Walk, named

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def walked(home: Home, privacy: Privacy) -> tuple[Walk, set[str]]:
    """What was said, and which texts of which people occur in it."""

    async def ask(tenant: LiveTenant) -> tuple[Walk, set[str]]:
        head = await tenant.evaluation(silent)
        people = [await tenant.person(head.evaluation_id, one) for one in await tenant.user_ids(head.evaluation_id)]
        inbox = Inbox(home.folder)
        desk = DeskState(home.folder)
        mine = Proposing(tenant, tenant.tenant_id, home=home.folder, inbox=inbox, desk=desk, subjects=tenant.subjects)
        # From before the mode was set.
        await mine.offboard(OffboardingRequest((people[0].user_id,)), "test", silent)
        names = Pseudonyms(home_key(home.folder, PSEUDONYMS), tenant.tenant_id)
        deps = Deps(*seen_through(privacy, tenant, mine, names), "licenseiq approve", read_only=False, privacy=privacy)

        @asynccontextmanager
        async def open_deps() -> AsyncIterator[Deps]:
            yield deps

        async with Client(build_server(open_deps, read_only=False, version="0", privacy=privacy)) as client:

            async def call(tool: str, arguments: dict[str, object] | None = None) -> CallToolResult:
                result = await client.call_tool(tool, arguments or {})
                assert isinstance(result, CallToolResult)
                return result

            walk = Walk(call)
            await walk.everything(_some(people))
        inbox.close()
        return walk, named(walk.said, people)

    return home.ask(ask)


def _some(people: list[Person]) -> list[Person]:
    """Two with the same name and some others; everybody would take too long."""
    names = [one.display_name for one in people]
    twice = [one for one in people if names.count(one.display_name) > 1]
    return twice[:2] + people[:1]


def test_pseudonyms_name_nobody_and_everything_still_works(home: Home) -> None:
    walk, found = walked(home, Privacy.PSEUDONYMS)
    assert found == set()
    assert {"explain_user", "recommend_tier", "offboard_user", "get_proposal", "list_waste"} <= walk.answered
    if os.name != "nt":
        assert stat.S_IMODE((home.folder / PSEUDONYMS).stat().st_mode) == 0o600


def test_totals_name_nobody(home: Home) -> None:
    walk, found = walked(home, Privacy.AGGREGATE)
    assert found == set()
    assert "person-" not in "".join(walk.said)
    assert {"health_score", "list_inactive_users", "list_waste", "recommend_tier", "get_proposal"} <= walk.answered


def test_names_are_found_where_they_are_shown_positive_control(home: Home) -> None:
    assert len(walked(home, Privacy.NAMES)[1]) > 20


def test_groups_hold_the_people_and_the_money_of_the_list(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        for query in (HolderQuery(limit=1_000), HolderQuery(limit=1_000, include_disabled=False, inactive_days=30)):
            page = await tenant.holders(head.evaluation_id, query)
            groups = await tenant.holder_groups(head.evaluation_id, query, GroupBy.DEPARTMENT)
            assert sum(group.people for group in groups) == page.total == len(page.rows)
            assert add_up(money for group in groups for money in group.monthly) == page.matched_monthly
            by_sku = {
                group.key: group.people for group in await tenant.holder_groups(head.evaluation_id, query, GroupBy.SKU)
            }
            assert by_sku == {
                sku: sum(sku in row.sku_ids for row in page.rows) for row in page.rows for sku in row.sku_ids
            }

    home.ask(ask)


def test_waste_says_how_many_people_it_is_about(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        page = await tenant.waste(head.evaluation_id, WasteQuery(limit=1_000))
        assert page.people == len({row.finding.user_id for row in page.rows} - {None})
        departments = await tenant.waste_groups(head.evaluation_id, WasteQuery(), GroupBy.DEPARTMENT)
        assert sum(group.people for group in departments) == page.people
        assert [group.people for group in departments if not group.held] == [0]

    home.ask(ask)
