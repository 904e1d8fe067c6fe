"""INV-12: whom the policy protects is not touched, by the stricter of the policy then and now."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from licenseiq.errors import SettingsError
from licenseiq.policy import Policy
from licenseiq.ports import Protection
from licenseiq.proposals.commitments import Opening
from licenseiq_demo.app import build_app
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.approval import preflight
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution import guard
from licenseiq_desk.execution.graph_writer import GraphWriter
from tests.desk.fakes import TENANT, World, demo_of, person_id, plan_for
from tests.desk.on_demo_app import Graph, somebody

pytestmark = pytest.mark.anyio
ONE = person_id(1)
NAMED = "person1@contoso.example"


class Changing:
    """A policy file that a person edits while the desk runs."""

    def __init__(self, policy: Policy) -> None:
        self.policy: Policy | None = policy

    def __call__(self) -> Policy:
        if self.policy is None:
            raise SettingsError("The policy cannot be used.")
        return self.policy


def under(world: World, policy: Policy) -> Changing:
    """The world with a desk under a policy that can change."""
    changing = Changing(policy)
    world.desk.close()
    world.desk = Desk(world.home, world.inbox, demo=demo_of(), policy=changing, around=world.clock.around())
    return changing


def protecting(*accounts: str) -> Policy:
    return Policy(protected_user_ids=frozenset(accounts))


@pytest.mark.parametrize("entry", [ONE, NAMED])
async def test_an_account_that_is_named_while_a_run_waits_is_not_touched(world: World, entry: str) -> None:
    changing = under(world, Policy())
    world.put(plan_for(2))
    await world.approve()
    world.tenant.faults = {"disable": ["throttled"]}
    await world.advance()
    assert world.tenant.accounts[ONE].account_enabled
    changing.policy = protecting(entry)
    assert await world.finish() == "partial"
    assert world.outcomes() == ["skipped_by_policy"] * 3 + ["done"] * 3
    # What was sent and turned away before is all that the protected account ever saw.
    assert [effect for effect, user in world.tenant.sent if user == ONE] == ["disable"]
    assert world.tenant.accounts[ONE].account_enabled


async def test_without_the_entry_the_same_run_goes_on_positive_control(world: World) -> None:
    under(world, Policy())
    world.put(plan_for(2))
    await world.approve()
    world.tenant.faults = {"disable": ["throttled"]}
    await world.advance()
    assert await world.finish() == "complete"


@pytest.mark.parametrize(
    "then", [Protection(readable=True, roles=("r",)), Protection(True, listed=True), Protection(readable=False)]
)
async def test_whoever_was_shown_as_untouched_stays_untouched(world: World, then: Protection) -> None:
    """The protection is gone by the time of the run: the approver has approved that nothing is done to this person."""
    world.put(plan_for(2))
    world.tenant.protections[ONE] = then
    await world.approve()
    world.tenant.protections.clear()
    assert await world.finish() == "partial"
    assert world.outcomes() == ["skipped_by_policy"] * 3 + ["done"] * 3
    assert {user for _, user in world.tenant.sent} == {person_id(2)}


async def test_that_check_goes_red_where_nobody_looks_at_what_was_shown_positive_control(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "of_run", lambda *_: frozenset())
    world.put(plan_for(2))
    world.tenant.protections[ONE] = Protection(True, listed=True)
    await world.approve()
    world.tenant.protections.clear()
    assert await world.finish() == "complete"
    assert {user for _, user in world.tenant.sent} == {ONE, person_id(2)}


async def test_a_name_of_the_plan_is_listed_in_what_is_shown_before_the_approval(world: World) -> None:
    under(world, protecting(NAMED))
    world.put(plan_for(2))
    world.desk.take_over(TENANT)
    pending, lines = await world.desk.begin_approval(TENANT, "p-1", world.tenant, "tester")
    assert pending.preflight.allowed == {"s2"}
    assert "  On the list of protected accounts: this person is not touched." in lines


async def test_a_policy_that_cannot_be_used_stops_everything(world: World) -> None:
    """Fail closed: a broken file could hide whom it protects."""
    changing = under(world, Policy())
    world.put(plan_for(1))
    await world.approve()
    changing.policy = None
    with pytest.raises(SettingsError):
        await world.advance()
    assert world.tenant.sent == []


def test_a_preflight_that_was_changed_is_no_preflight() -> None:
    with pytest.raises(Exception, match="not what was signed"):
        preflight.refused_people(b"{}", "0" * 64)


@pytest.fixture(scope="module")
def state() -> DemoState:
    return DemoState(DemoTenant.build(60, 7, date(2026, 11, 23)))


@pytest.fixture
async def graph(state: DemoState) -> AsyncIterator[Graph]:
    made = Graph(httpx.ASGITransport(build_app(state)), state.tokens["desk"])
    yield made
    await made.client.aclose()


async def test_the_writer_reads_what_an_account_is_called_now(state: DemoState, graph: Graph) -> None:
    person = somebody(state)
    name = str(person.fields["userPrincipalName"])
    assert (await GraphWriter(graph, lambda: protecting(name.lower())).protection(person.id)).listed
    other = await GraphWriter(graph, lambda: protecting("somebody.else@contoso.example")).protection(person.id)
    assert other.allows


async def test_an_account_that_was_renamed_is_protected_under_both_names(state: DemoState, graph: Graph) -> None:
    person = somebody(state)
    before = str(person.fields["userPrincipalName"])
    opening = Opening("s1", b"x" * 32, {"user_id": person.id, "user_principal_name": before})
    plan = replace(plan_for(1), tenant_id=TENANT)
    person.fields["userPrincipalName"] = "renamed@contoso.example"
    try:
        for entry in (before.lower(), "renamed@contoso.example"):
            policy = protecting(entry)
            writer = GraphWriter(graph, lambda policy=policy: policy)  # type: ignore[misc]
            found = await guard.why_not(writer, plan, policy, person.id, opening)
            assert found is not None
            assert "protected accounts" in found.note
        writer = GraphWriter(graph)
        assert await guard.why_not(writer, plan, Policy(), person.id, opening) is None
    finally:
        person.fields["userPrincipalName"] = before


class Nameless(httpx.AsyncBaseTransport):
    """Graph that leaves the principal name out."""

    def __init__(self, body: Any) -> None:
        self.body = body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if b"userPrincipalName" in request.url.query:
            return httpx.Response(200, json=self.body)
        return httpx.Response(200, json={"value": []})


@pytest.mark.parametrize("body", [{"id": ONE}, {"id": person_id(2), "userPrincipalName": "x"}, {"value": []}])
async def test_a_name_that_cannot_be_read_protects(body: Any) -> None:
    writer = GraphWriter(Graph(Nameless(body), "t"), lambda: protecting("glass@contoso.example"))
    found = await writer.protection(ONE)
    assert not found.allows
    assert not found.readable
    # The same answers where no entry is a name: nothing has to be read for it.
    assert (await GraphWriter(Graph(Nameless(body), "t"), lambda: protecting(person_id(9))).protection(ONE)).allows
