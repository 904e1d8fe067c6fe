"""The writer against the demo tenant, behind the rule that the desk uses."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest

from licenseiq.errors import BadRequest, NotFound, NotReadable, Refused
from licenseiq.policy import Policy
from licenseiq.proposals.effects import EffectRefused, EffectUncertain, EffectWaits
from licenseiq_demo.app import build_app
from licenseiq_demo.catalogue import by_id, by_part
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.execution import graph_answers as answers
from licenseiq_desk.execution.graph_writer import GraphWriter
from tests.desk.fakes import E3, person_id
from tests.desk.on_demo_app import Graph, somebody

pytestmark = pytest.mark.anyio
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


class Answering(httpx.AsyncBaseTransport):
    """Answers everything with one answer, or breaks."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Eligible(httpx.AsyncBaseTransport):
    """A tenant where nobody holds a role, and this is said of who may activate one."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "roleEligibility" in request.url.path:
            return self.answer
        return httpx.Response(200, json={"value": []})


@pytest.fixture(scope="module")
def state() -> DemoState:
    return DemoState(DemoTenant.build(250, 7, date(2026, 11, 23)))


@pytest.fixture
async def writer(state: DemoState) -> AsyncIterator[GraphWriter]:
    graph = Graph(httpx.ASGITransport(build_app(state)), state.tokens["desk"])
    yield GraphWriter(graph)
    await graph.client.aclose()


def canned(answer: httpx.Response | Exception) -> GraphWriter:
    return GraphWriter(Graph(Answering(answer), "t"))


async def test_effects_are_carried_out_and_read_back(state: DemoState, writer: GraphWriter) -> None:
    person = somebody(state)
    before = await writer.account(person.id)
    assert before.account_enabled is True
    assert before.direct
    await writer.set_sign_in(person.id, enabled=False)
    await writer.revoke_sessions(person.id)
    await writer.change_licences(person.id, {}, sorted(before.direct))
    after = await writer.account(person.id)
    assert (after.account_enabled, after.direct, after.inherited) == (False, frozenset(), before.inherited)
    assert after.sessions_valid_from is not None
    assert after.sessions_valid_from > (before.sessions_valid_from or "")
    with pytest.raises(EffectRefused) as caught:
        await writer.change_licences(person.id, {}, sorted(before.direct))
    assert caught.value.code == "Request_BadRequest"


async def test_sign_in_is_allowed_again_and_an_attribute_is_set_and_emptied(
    state: DemoState, writer: GraphWriter
) -> None:
    person = somebody(state)
    await writer.set_sign_in(person.id, enabled=False)
    await writer.set_sign_in(person.id, enabled=True)
    for value in ("Legal & Tax", None):
        await writer.set_attribute(person.id, "jobTitle", value)
        after = await writer.account(person.id)
        assert (after.account_enabled, (after.attributes or {}).get("jobTitle", "")) == (True, value)


async def test_a_swap_is_one_call_and_keeps_what_was_switched_off(state: DemoState, writer: GraphWriter) -> None:
    person = somebody(state)
    before = await writer.account(person.id)
    seats = await writer.free_seats()
    assert before.direct
    (gone, *_) = before.direct
    skus = [by_part()[part].sku_id for part in ("VISIOCLIENT", "POWER_BI_PRO", "PROJECTPROFESSIONAL")]
    sku = next(one for one in skus if seats[one] > 0 and one not in before.direct)
    plan = by_id()[sku].plans[-1].plan_id
    await writer.change_licences(person.id, {sku: [plan]}, [gone])
    after = await writer.account(person.id)
    assert after.direct == before.direct - {gone} | {sku}
    assert (after.disabled or {})[sku] == {plan}
    assert after.in_error == frozenset()
    left = await writer.free_seats()
    assert (left[sku], left[gone]) == (seats[sku] - 1, seats[gone] + 1)


async def test_a_licensing_group_is_joined_with_its_licence_and_left(state: DemoState, writer: GraphWriter) -> None:
    person = somebody(state)
    facts = [await writer.group(one) for one in state.tenant.groups if one not in person.groups]
    group_id, skus = next((one.group_id, one.sku_ids) for one in facts if one.sku_ids and one.why_not is None)
    (sku,) = skus
    await writer.join_group(person.id, group_id)
    after = await writer.account(person.id, with_groups=True)
    assert group_id in (after.groups or ())
    assert (group_id, sku) in (after.by_group or ())
    await writer.leave_group(person.id, group_id)
    after = await writer.account(person.id, with_groups=True)
    assert group_id not in (after.groups or {group_id})
    assert (group_id, sku) not in (after.by_group or {(group_id, sku)})


async def test_groups_that_a_rule_fills_that_are_synced_or_mailed_or_give_roles_say_so(
    state: DemoState, writer: GraphWriter
) -> None:
    """INV-12, INV-16."""
    why = {str((await writer.group(one)).why_not) for one in state.tenant.groups}
    words = ("directory roles", "A rule fills", "mastered on premises", "mail-enabled", "None")
    assert all(any(word in one for one in why) for word in words)


async def test_protection_knows_roles_lists_and_ordinary_people(state: DemoState, writer: GraphWriter) -> None:
    """INV-12."""
    person = somebody(state)
    assert (await writer.protection(person.id)).allows
    listed = Policy(protected_user_ids=frozenset({person.id}))
    assert (await GraphWriter(writer.graph, lambda: listed).protection(person.id.upper())).listed
    for rows in (state.tenant.role_assignments, state.tenant.role_eligibility):
        privileged = next(row["principalId"] for row in rows if row["principalId"] in state.tenant.by_id)
        found = await writer.protection(privileged)
        assert found.roles
        assert not found.allows


@pytest.mark.parametrize(
    ("code", "readable"), [("AadPremiumLicenseRequired", True), ("Authorization_RequestDenied", False)]
)
async def test_roles_that_nobody_can_be_made_eligible_for_protect_nobody_and_unread_ones_everybody(
    code: str, readable: bool
) -> None:
    """INV-12, INV-21."""

    told = Eligible(httpx.Response(403, json={"error": {"code": code}}))
    assert (await GraphWriter(Graph(told, "t")).protection(person_id(1))).readable is readable


async def test_who_may_activate_a_role_is_protected_like_who_holds_it() -> None:
    """INV-12, INV-13."""
    told = Eligible(httpx.Response(200, json={"value": [{"roleDefinitionId": "r"}]}))
    assert not (await GraphWriter(Graph(told, "t")).protection(person_id(1))).allows
    nobody = Eligible(httpx.Response(200, json={"value": []}))
    assert (await GraphWriter(Graph(nobody, "t")).protection(person_id(1))).allows


async def test_a_global_administrator_is_protected_by_a_role_of_their_own_and_by_one_that_a_group_gives(
    state: DemoState, writer: GraphWriter
) -> None:
    """INV-13: whoever holds a role is not touched, so the last who holds this one never is."""
    person = somebody(state)
    assert (await writer.protection(person.id)).allows
    row = {**state.tenant.role_assignments[0], "principalId": person.id, "roleDefinitionId": GLOBAL_ADMINISTRATOR}
    state.tenant.role_assignments.append(row)
    assert GLOBAL_ADMINISTRATOR in (await writer.protection(person.id)).roles
    state.tenant.role_assignments.remove(row)
    holder = next(one for one in state.tenant.groups.values() if one.fields["isAssignableToRole"])
    person.groups.append(holder.id)
    assert not (await writer.protection(person.id)).allows
    person.groups.remove(holder.id)
    assert (await writer.protection(person.id)).allows


@pytest.mark.parametrize("bad", ["", "me", "ana@contoso.example", "../groups", f"{person_id(1)}/manager", "%2e%2e"])
async def test_what_is_no_id_never_reaches_a_url(writer: GraphWriter, bad: str) -> None:
    """INV-33."""
    if "@" not in bad:
        with pytest.raises(BadRequest):
            await writer.account(bad)
    for call in (writer.protection, writer.group, writer.revoke_sessions):
        with pytest.raises(BadRequest):
            await call(bad)
        with pytest.raises(BadRequest):
            await writer.set_sign_in(bad, enabled=False)
        with pytest.raises(BadRequest):
            await writer.join_group(person_id(1), bad)
        with pytest.raises(BadRequest):
            await writer.leave_group(bad, person_id(1))
    with pytest.raises(BadRequest):
        await writer.change_licences(person_id(1), {}, ("SPE_E3",))
    with pytest.raises(BadRequest):
        await writer.change_licences(person_id(1), {}, ())
    with pytest.raises(BadRequest):
        await writer.set_attribute(person_id(1), "displayName", "x")


async def test_an_account_that_is_gone_is_not_found(writer: GraphWriter) -> None:
    with pytest.raises(NotFound):
        await writer.account(person_id(1))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), EffectWaits),
        (httpx.Response(503), EffectWaits),
        (httpx.Response(401), EffectWaits),
        (httpx.Response(400, json={"error": {"code": "Request_BadRequest"}}), EffectRefused),
        (httpx.Response(403, json={"error": {"code": "Authorization_RequestDenied"}}), EffectRefused),
        (httpx.Response(404), EffectRefused),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), EffectRefused),
        (httpx.Response(500), EffectUncertain),
        (httpx.Response(504), EffectUncertain),
        (httpx.ReadTimeout("x"), EffectUncertain),
        (httpx.RemoteProtocolError("x"), EffectUncertain),
        (httpx.WriteError("x"), EffectUncertain),
        (httpx.ConnectError("x"), EffectWaits),
        (httpx.ConnectTimeout("x"), EffectWaits),
    ],
)
async def test_each_answer_to_an_effect_has_its_meaning(
    answer: httpx.Response | Exception, expected: type[Exception]
) -> None:
    """INV-36."""
    with pytest.raises(expected):
        await canned(answer).revoke_sessions(person_id(1))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(403), NotReadable),
        (httpx.Response(200, content=b"{"), NotReadable),
        (httpx.Response(200, json=[]), NotReadable),
        (httpx.Response(200, json={"id": person_id(2), "accountEnabled": True}), NotReadable),
        (httpx.Response(302), NotReadable),
        (httpx.Response(404), NotFound),
        (httpx.Response(429), EffectWaits),
        (httpx.Response(500), EffectWaits),
        (httpx.ReadTimeout("x"), EffectWaits),
    ],
)
async def test_each_answer_to_a_read_has_its_meaning(
    answer: httpx.Response | Exception, expected: type[Exception]
) -> None:
    """INV-21."""
    with pytest.raises(expected):
        await canned(answer).account(person_id(1))


async def test_a_missing_permission_is_named(writer: GraphWriter) -> None:
    with pytest.raises(NotReadable) as caught:
        await canned(httpx.Response(403)).account(person_id(1))
    assert caught.value.permission == "User.Read.All"
    assert not (await canned(httpx.Response(403)).protection(person_id(1))).readable


async def test_what_graph_leaves_out_is_unknown_and_satisfies_nothing() -> None:
    found = await canned(httpx.Response(200, json={"id": person_id(1)})).account(person_id(1))
    assert (found.account_enabled, found.sessions_valid_from, found.direct) == (None, None, None)
    rows = [{"skuId": E3.upper(), "assignedByGroup": None}, {"skuId": E3}]
    half = {"id": person_id(1), "licenseAssignmentStates": rows, "signInSessionsValidFromDateTime": "soon"}
    found = await canned(httpx.Response(200, json=half)).account(person_id(1))
    assert (found.sessions_valid_from, found.direct) == (None, None)


async def test_stamps_are_normalised_to_whole_seconds() -> None:
    raw = {"id": person_id(1), "signInSessionsValidFromDateTime": "2026-11-23T10:12:31.1234567+01:00"}
    found = await canned(httpx.Response(200, json=raw)).account(person_id(1))
    assert found.sessions_valid_from == "2026-11-23T09:12:31Z"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0", 1.0), ("99999", 300.0), ("", 10.0), ("soon", 10.0), ("Mon, 23 Nov 2026 09:01:00 GMT", 60.0)],
)
def test_retry_after_is_honoured_with_a_ceiling(header: str, seconds: float) -> None:
    """INV-36."""
    response = httpx.Response(429, headers={"Retry-After": header})
    assert answers.retry_after(response, datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) == seconds


async def test_the_rule_stands_below_the_writer(writer: GraphWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted effect that the desk does not have is refused unsent."""
    with pytest.raises(Refused):
        await writer._effect("DELETE", f"/groups/{person_id(1)}", None)
