"""One step at a time, on the demo tenant's app inside this process, behind the rules that the desk writes under."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from licenseiq.policy import Policy
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Plan, Step, Subject
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.kind import Told
from licenseiq_demo.app import build_app
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution.exchange import Exchange
from licenseiq_desk.execution.graph_writer import GraphWriter
from licenseiq_desk.execution.told import told_of_run
from licenseiq_desk.execution.write_rule import exchange_rule, write_rule
from licenseiq_desk.holds.index import DEMO, Pace
from licenseiq_tenant.inbox.store import Inbox
from tests.desk.fakes import Clock, demo_of, plan_for
from tests.desk.passkey_world import PARTY

HOST = "http://127.0.0.1:5000"
EXISTS: dict[str, Json] = {"exists": True}


class _Behind(httpx.AsyncBaseTransport):
    """Lets a request through to the app when the rule does."""

    def __init__(self, app: httpx.AsyncBaseTransport, rule: Any) -> None:
        self._app, self._rule = app, rule

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._rule(request)
        return await self._app.handle_async_request(request)


class _Sender:
    """What the desk needs of `licenseiq_tenant.graph.client.Graph`, with plain httpx."""

    def __init__(self, base: str, client: httpx.AsyncClient) -> None:
        self._base, self.client = base, client

    def url(self, path: str) -> str:
        return self._base + path

    async def send(self, info: Any) -> httpx.Response:
        headers = {name: ", ".join(values) for name, values in info.headers.get_all().items()}
        return await self.client.request(info.http_method.value, info.url, content=info.content, headers=headers)


@dataclass
class Done:
    """What became of the steps of a plan, in their order."""

    state: str
    outcomes: list[str | None]
    notes: list[str]


@dataclass
class OneDesk:
    """A desk of its own for each test; the tenant is shared, so a test takes people whom it changes for itself."""

    home: Path
    state: DemoState
    writer: GraphWriter
    clock: Clock = field(default_factory=Clock)
    desk: Desk = field(init=False)
    inbox: Inbox = field(init=False)
    policy: Policy = field(default_factory=Policy)
    _made: int = 0

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.home)
        tenant_id = self.state.tenant.tenant_id
        authority = Authority(demo_of(tenant_id), PARTY)
        around = self.clock.around()
        self.desk = Desk(self.home, self.inbox, authority=authority, policy=lambda: self.policy, around=around)
        self.with_cases(DEMO)

    def with_cases(self, pace: Pace) -> None:
        """Reads eDiscovery cases at this pace."""
        index = self.desk.hold_index(self.state.tenant.tenant_id, pace)
        self.writer = replace(self.writer, policy=lambda: self.policy, cases=index)

    def close(self) -> None:
        self.desk.close()
        self.inbox.close()

    def values(self, user_id: str, **more: Json) -> dict[str, Json]:
        """The committed values of somebody of the demo."""
        person = next(one for one in self.state.tenant.people if one.id == user_id)
        named = {"user_id": user_id, "user_principal_name": str(person.fields["userPrincipalName"])}
        return {**named, "display_name": str(person.fields["displayName"]), **more}

    def plan(self, values: Mapping[str, Json], *steps: Step) -> tuple[Plan, Opening]:
        opening = self.opening(values)
        numbered = tuple(replace(step, number=place, subject="s1") for place, step in enumerate(steps, start=1))
        plan = plan_for(steps=numbered, tenant_id=self.state.tenant.tenant_id, hand_offs=())
        return replace(plan, subjects=(Subject("s1", commit(opening)),)), opening

    @staticmethod
    def opening(values: Mapping[str, Json]) -> Opening:
        return Opening("s1", b"s" * 32, values)

    async def put(self, values: Mapping[str, Json], *steps: Step) -> str:
        """A plan of these steps about one person at the desk; its proposal's id."""
        plan, opening = self.plan(values, *steps)
        self._made += 1
        proposal_id = f"p-{self._made}"
        self.inbox.put(proposal_id, plan, [opening], f"key {proposal_id}")
        self.desk.take_over(plan.tenant_id)
        return proposal_id

    async def approved(self, values: Mapping[str, Json], *steps: Step) -> str:
        """A plan of these steps about one person, approved; its proposal's id."""
        proposal_id = await self.put(values, *steps)
        pending, _ = await self.desk.begin_approval(self.state.tenant.tenant_id, proposal_id, self.writer, "tester")
        self.desk.approve(pending, pending.phrase)
        return proposal_id

    async def go_on(self, proposal_id: str, rounds: int = 12, seconds: float = 61) -> Done:
        """Advances until the run has ended, or for so many rounds."""
        tenant_id = self.state.tenant.tenant_id
        for _ in range(rounds):
            await self.desk.advance_all(tenant_id, self.writer)
            done = self.told(proposal_id)
            if done.state in ("complete", "partial", "failed"):
                break
            self.clock.move(seconds)
        return self.told(proposal_id)

    def told(self, proposal_id: str) -> Done:
        report = self.desk.report(self.state.tenant.tenant_id, proposal_id)
        assert report is not None
        (run,) = report.runs
        return Done(run.state, [step.outcome for step in run.steps], [step.note or "" for step in run.steps])

    async def take(self, values: Mapping[str, Json], *steps: Step, rounds: int = 12) -> Done:
        """Approves and carries out."""
        return await self.go_on(await self.approved(values, *steps), rounds)

    def writes(self) -> list[dict[str, Any]]:
        """What changed the tenant since it started."""
        return [entry for entry in self.state.recorder.entries if entry["took_effect"]]


def step(
    kind: StepKind,
    goal: Mapping[str, Json],
    arguments: Mapping[str, Json] | None = None,
    precondition: Mapping[str, Json] = EXISTS,
    after: tuple[int, ...] = (),
) -> Step:
    """A step of a described kind."""
    effect: EffectClass = KINDS[kind].effect_class
    return Step(1, kind, "s1", arguments or {}, goal, precondition, effect, None, "-", after)


def licences_of(desk: OneDesk, user_id: str, end_state: str | None = None) -> Step:
    """The step that takes back all licences that somebody holds in person."""
    person = next(one for one in desk.state.tenant.people if one.id == user_id)
    skus: list[Json] = sorted({row["skuId"] for row in person.states if row["assignedByGroup"] is None})
    arguments: dict[str, Json] = {"sku_ids": skus} | ({"end_state": end_state} if end_state else {})
    goal: dict[str, Json] = {"direct_licences_absent": skus}
    kind = StepKind.REMOVE_DIRECT_LICENCES
    return Step(1, kind, "s1", arguments, goal, {"direct_licences_present": skus}, EffectClass.SET_VALUED, None, "-")


async def faults(desk: OneDesk, *rules: Any) -> None:
    """These faults of the demo and no others: names of presets, or rules."""
    app = httpx.ASGITransport(build_app(desk.state))
    async with httpx.AsyncClient(transport=app) as control:
        headers = {"X-Demo-Control": desk.state.tokens["control"]}
        answer = await control.put(f"{HOST}/_demo/faults", json={"faults": list(rules)}, headers=headers)
        assert answer.status_code < 300, answer.text


def told(desk: OneDesk, proposal_id: str) -> list[Told]:
    """What is told of all steps of a proposal's run, line by line."""
    tenant_id = desk.state.tenant.tenant_id
    report = desk.desk.report(tenant_id, proposal_id)
    assert report is not None
    found = told_of_run(desk.desk._store, tenant_id, report.runs[0].run_id)
    return [one for lines in found.values() for one in lines]


def who(desk: OneDesk, situation: str) -> str:
    """The first person who is in a situation."""
    return desk.state.tenant.story.is_in(situation)[0]


def plain(desk: OneDesk) -> str:
    """Somebody at work whom nothing is special about: no role, not synchronised."""
    tenant = desk.state.tenant
    return next(
        one.id
        for one in tenant.people
        if one.cause == "active" and not one.fields["onPremisesSyncEnabled"] and not tenant.roles_of(one.id)
    )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def state() -> DemoState:
    return DemoState(DemoTenant.build(250, 7, date(2026, 11, 23)))


@asynccontextmanager
async def writer_over(state: DemoState, *, raises: bool = True) -> AsyncIterator[GraphWriter]:
    """The desk's writer, over the app of this tenant. With `raises` False what breaks there is a 500."""
    app = httpx.ASGITransport(build_app(state), raise_app_exceptions=raises)
    token = {"Authorization": f"Bearer {state.tokens['desk']}"}
    graph, mail = f"{HOST}/v1.0", f"{HOST}/adminapi/beta/{state.tenant.tenant_id}"
    async with (
        httpx.AsyncClient(transport=_Behind(app, write_rule(graph)), headers=token) as to_graph,
        httpx.AsyncClient(transport=_Behind(app, exchange_rule(mail)), headers=token) as to_mail,
    ):
        yield GraphWriter(_Sender(graph, to_graph), exchange=Exchange(_Sender(mail, to_mail)))


@pytest.fixture
async def writer(state: DemoState) -> AsyncIterator[GraphWriter]:
    async with writer_over(state) as made:
        yield made


@pytest.fixture
async def desk(tmp_path: Path, state: DemoState, writer: GraphWriter) -> AsyncIterator[OneDesk]:
    made = OneDesk(tmp_path, state, writer)
    yield made
    made.close()
