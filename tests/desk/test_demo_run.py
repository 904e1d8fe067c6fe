"""A whole run against the demo tenant over HTTP, with the faults that it offers."""

from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Plan, Subject
from licenseiq_demo.app import build_app
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.execution.graph_writer import GraphWriter
from tests.desk.fakes import TENANT, World, plan_for
from tests.desk.on_demo_app import BASE, Graph, somebody

pytestmark = pytest.mark.anyio


def plan_to_offboard(person: Person) -> tuple[Plan, Opening]:
    skus: Any = sorted({row["skuId"] for row in person.states if row["assignedByGroup"] is None})
    opening = Opening("s1", b"1" * 32, {"user_id": person.id})
    plan = plan_for()
    last = replace(
        plan.steps[2],
        goal={"direct_licences_absent": skus},
        precondition={"account_enabled": False, "direct_licences_present": skus},
    )
    steps = (*plan.steps[:2], last)
    return replace(plan, subjects=(Subject("s1", commit(opening)),), steps=steps), opening


@pytest.mark.parametrize(
    "fault",
    [
        None,
        {"what": "lost_answer", "method": "PATCH", "times": 1},
        {"what": "lost_answer", "method": "POST", "times": 2},
        {"what": "stale_reads", "method": "PATCH", "reads": 2},
        {"what": "status", "method": "POST", "status": 429, "retry_after": 1, "times": 2},
        {"what": "status", "method": "PATCH", "status": 500, "times": 1},
        {"what": "status", "path": "/roleManagement", "status": 503, "times": 1},
        "expired_token:2",
    ],
)
async def test_a_leaver_is_offboarded_whatever_the_connection_does(world: World, fault: Any) -> None:
    """INV-17, INV-36."""
    state = DemoState(DemoTenant.build(60, 7, date(2026, 11, 23)))
    app = build_app(state)
    person = somebody(state)
    plan, opening = plan_to_offboard(person)
    graph = Graph(httpx.ASGITransport(app, raise_app_exceptions=False), state.tokens["desk"])
    world.tenant = GraphWriter(graph)  # type: ignore[assignment]
    world.inbox.put("p-1", plan, [opening], "k")
    await world.approve()
    if fault is not None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as control:
            answer = await control.put(
                f"{BASE.removesuffix('/v1.0')}/_demo/faults",
                json={"faults": [fault]},
                headers={"X-Demo-Control": state.tokens["control"]},
            )
            assert answer.status_code < 300, answer.text
    assert await world.finish() == "complete"
    assert person.fields["accountEnabled"] is False
    assert [row for row in person.states if row["assignedByGroup"] is None] == []
    assert world.desk.verify_ledger(TENANT).is_whole
    await graph.client.aclose()
