"""Licence changes proposed over a demo tenant that was read over HTTP: what the findings say is what is proposed."""

from collections.abc import Awaitable, Callable

import pytest

from licenseiq.errors import BadRequest
from licenseiq.licensing_groups import Path
from licenseiq.playbooks.change_request import Action, ChangeRequest, FindingFilter, When
from licenseiq.ports import HolderQuery, StoredChanges
from licenseiq.proposals.steps import StepKind
from licenseiq.waste import WasteQuery
from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.live import LiveTenant
from licenseiq_tenant.proposing import Proposing
from tests.tenant.scanning import Home, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
Ask = Callable[[ChangeRequest], Awaitable[StoredChanges]]


def proposing(home: Home, do: Callable[[LiveTenant, str, Ask], Awaitable[None]]) -> None:
    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.evaluation(silent)
        inbox = Inbox(home.folder)
        desk = DeskState(home.folder)
        mine = Proposing(tenant, tenant.tenant_id, home=home.folder, inbox=inbox, desk=desk, subjects=tenant.subjects)
        await do(tenant, head.evaluation_id, lambda request: mine.change_licences(request, "test", silent))
        inbox.close()

    home.ask(ask)


def test_a_reclaim_frees_what_the_findings_of_a_kind_claim_but_for_groups(home: Home) -> None:
    async def do(tenant: LiveTenant, evaluation_id: str, ask: Ask) -> None:
        page = await tenant.waste(evaluation_id, WasteQuery("disabled_holder", limit=100))
        counting = [row for row in page.rows if row.finding.confidence.counts]
        assert counting
        disabled = FindingFilter("disabled_holder")
        stored = await ask(ChangeRequest(Action.RECLAIM, filter=disabled, expected_count=len(counting)))
        plan = stored.record.plan
        by_group = [h for h in plan.hand_offs if h.kind == "leave_licensing_group"]
        left = {str(step.arguments["group_id"]) for step in plan.steps if step.kind is StepKind.LEAVE_GROUP}
        taken = [sku for step in plan.steps for sku in step.arguments.get("remove", ())]  # type: ignore[union-attr]
        assert len(plan.subjects) == len(counting)
        assert by_group
        handed_over = {h.instructions.split("group ")[1][:36] for h in by_group}
        assert {group.group_id for group in stored.groups} == handed_over | left
        by_hand = [group for group in stored.groups if group.group_id in handed_over - left]
        assert all(group.path is not Path.DIRECT or group.gives_more for group in by_hand)
        assert all(group.display_name for group in stored.groups)
        claimed = sum(money.micros for row in counting for money in row.monthly)
        assert 0 < plan.money["USD"] < claimed
        assert 0 < len(taken) < sum(row.seats for row in counting)

    proposing(home, do)


def test_a_swap_takes_no_more_seats_than_are_free_and_names_what_is_newly_on(home: Home) -> None:
    async def do(tenant: LiveTenant, evaluation_id: str, ask: Ask) -> None:
        context = await tenant.context(evaluation_id)
        e5, e3 = [await tenant.sku_id(evaluation_id, name) for name in ("Microsoft 365 E5", "Microsoft 365 E3")]
        page = await tenant.holders(evaluation_id, HolderQuery(inactive_days=1, sku_id=e5, limit=50))
        users = tuple(row.user_id for row in page.rows if e3 not in row.sku_ids)[:25]
        free = context.lines[e3].free()
        assert free is not None
        assert 0 < free < len(users)
        request = ChangeRequest(Action.SWAP, users=users, sku="SPE_E5", to_sku="SPE_E3")
        plan = (await ask(request)).record.plan
        kinds: dict[int, set[str]] = {}
        for blocker in plan.blockers:
            for number in blocker.applies_to:
                kinds.setdefault(number, set()).add(blocker.kind)
        assert len(plan.steps) - len(kinds) == free
        new = plan.steps[0].arguments["newly_enabled"]
        assert isinstance(new, dict)
        assert new["names"]
        assert new["others"] == 0
        later = (await ask(ChangeRequest(Action.REMOVE, users=users[:1], sku="SPE_E5", when=When.AT_RENEWAL))).record
        assert str(later.plan.steps[0].arguments["not_before"]) > later.plan.created.isoformat()
        assert later.plan.expires > later.plan.created

    proposing(home, do)


def test_the_base_of_somebodys_phone_add_on_is_not_taken_away(home: Home) -> None:
    async def do(tenant: LiveTenant, evaluation_id: str, ask: Ask) -> None:
        phone, e3 = [await tenant.sku_id(evaluation_id, name) for name in ("MCOEV", "SPE_E3")]
        page = await tenant.holders(evaluation_id, HolderQuery(inactive_days=1, sku_id=phone, limit=50))
        users = tuple(row.user_id for row in page.rows if e3 in row.sku_ids)[:1]
        with pytest.raises(BadRequest, match=r"An add-on \(Microsoft Teams Phone Standard\)"):
            await ask(ChangeRequest(Action.REMOVE, users=users, sku="SPE_E3"))

    proposing(home, do)
