"""Every described kind of step against what goes wrong.

Whatever happens: what is told to be done is so in the tenant, what must not be repeated took effect once, what went
wrong for a moment is made good, and the run ends or waits and says why.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx
import pytest

from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.kind import Kind
from licenseiq_demo.app import build_app
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from tests.steps import conftest
from tests.steps.conftest import HOST, Done, OneDesk, faults
from tests.steps.every_step import CASES, Case

pytestmark = pytest.mark.anyio
READ_BACK = frozenset({"done", "already_so", "confirmed_after_restart"})
GRAPH, CMDLET = "^/(?!adminapi)", "(set|add|remove)-.*"


def on_writes(times: int | None = 1, **rule: Any) -> list[dict[str, Any]]:
    """A fault on the first so many requests of each sort that change something, and on none that reads."""
    counted = {**rule, **({"times": times} if times else {})}
    graph = [{**counted, "method": method, "regex": GRAPH} for method in ("PATCH", "POST", "PUT", "DELETE")]
    return [*graph, {**counted, "cmdlet": CMDLET}]


FAULTS: Mapping[str, list[dict[str, Any]]] = {
    "answer lost after the effect": on_writes(what="lost_answer"),
    "no permission": on_writes(None, what="status", status=403, code="Authorization_RequestDenied"),
    "asked to wait": on_writes(2, what="status", status=429, code="TooManyRequests", retry_after=5),
    "broken before the effect": on_writes(what="status", status=500, code="generalException"),
    "old answers": [{"what": "old_answers", "method": "GET", "reads": 2}],
    "deleted meanwhile": [],
    "done by somebody else meanwhile": [],
}
# What goes by: at the end everything is as it would have been.
GO_BY = frozenset({"answer lost after the effect", "asked to wait", "broken before the effect", "old answers"})
ALL_KINDS = ("answer lost after the effect", "no permission")


def some_of_each() -> Iterator[tuple[StepKind, str]]:
    """Each kind meets the first two faults, and each of the others meets every class of effect."""
    for kind in KINDS:
        yield from ((kind, fault) for fault in ALL_KINDS)
    for place, fault in enumerate(one for one in FAULTS if one not in ALL_KINDS):
        for effect in EffectClass:
            mine = [name for name, kind in KINDS.items() if kind.effect_class is effect and not kind.by_hand]
            yield from ((kind, fault) for kind in mine[place % 2 :: 2][:3])


@dataclass
class Meddler:
    """Does in Graph what the first write wants, as another administrator, before it arrives."""

    app: httpx.AsyncBaseTransport
    token: str
    begun: bool = False

    async def __call__(self, request: httpx.Request) -> None:
        path = request.url.raw_path.decode().partition("/v1.0")[2]
        if self.begun or not path or request.method == "GET":
            return
        self.begun = True
        async with httpx.AsyncClient(transport=self.app) as control:
            content = request.content.decode()
            raw = f'{{"method": "{request.method}", "path": "{path}", "body": {content or "null"}}}'
            answer = await control.post(f"{HOST}/_demo/elsewhere", content=raw, headers={"X-Demo-Control": self.token})
            assert answer.status_code == 200, answer.text


@pytest.fixture
def state() -> DemoState:
    """A tenant of its own for each fault."""
    return DemoState(DemoTenant.build(250, 7, date(2026, 11, 23)))


@pytest.fixture
def meddler(state: DemoState, monkeypatch: pytest.MonkeyPatch) -> Meddler:
    """Idle until told to begin."""
    made = Meddler(httpx.ASGITransport(build_app(state)), state.tokens["control"], begun=True)
    passes = conftest._Behind.handle_async_request

    async def meddled(behind: Any, request: httpx.Request) -> httpx.Response:
        await made(request)
        try:
            return await passes(behind, request)
        except ConnectionResetError as error:  # as a connection says it
            raise httpx.ReadError("lost") from error

    monkeypatch.setattr(conftest._Behind, "handle_async_request", meddled)
    return made


async def carried_out(desk: OneDesk, meddler: Meddler, kind: StepKind, fault: str) -> list[str]:
    """What is wrong with a step of this kind that met this fault, in sentences; empty where all is well."""
    case = CASES[kind]
    values = case.values(desk)
    was_so = case.so(desk.state, values)
    proposal_id = await desk.approved(values, case.step(kind))
    before = len(desk.writes())
    if fault == "deleted meanwhile" and (found := desk.state.tenant.find(str(values.get("user_id", "")))):
        desk.state.tenant.remove(found, desk.state.stamp())
    meddler.begun = fault != "done by somebody else meanwhile"
    await faults(desk, *FAULTS[fault])
    done = await desk.go_on(proposal_id)
    await faults(desk)
    wrong = [*untrue(case, desk, values, done, fault), *twice(KINDS[kind], desk.writes()[before:])]
    if case.waits and len(desk.writes()) != before:
        wrong.append("something was sent for a step that a person takes")
    if was_so:
        wrong.append("the goal held before: the case shows nothing")
    return wrong


def untrue(case: Case, desk: OneDesk, values: Any, done: Done, fault: str) -> Iterator[str]:
    (outcome,), (note,), so = done.outcomes, done.notes, case.so
    kept = KINDS[next(kind for kind, one in CASES.items() if one is case)]
    if outcome in READ_BACK and not so(desk.state, values):
        yield f"{outcome} is told, and it is not so"
    if outcome not in READ_BACK and not note:
        yield f"{outcome} without a word"
    if done.state not in ("complete", "partial", "failed", "waiting", "paused"):
        yield f"the run is {done.state}"
    repeatable = kept.effect_class is not EffectClass.NOT_REPEATABLE
    if fault in GO_BY and repeatable and not case.waits and not (outcome in READ_BACK and so(desk.state, values)):
        yield f"lost: {outcome}, {note}"


def twice(kind: Kind, writes: list[dict[str, Any]]) -> Iterator[str]:
    """Effects that must not be repeated and took place more than once, by the tenant's own record."""
    if kind.effect_class is EffectClass.NOT_REPEATABLE:
        counted = Counter((one["method"], one["path"]) for one in writes if not one["cmdlet"].lower().startswith("get"))
        yield from (f"{method} {path} took effect {n} times" for (method, path), n in counted.items() if n > 1)


def test_every_kind_has_somebody_to_try_it_on() -> None:
    assert set(CASES) == set(KINDS), "a kind is missing in tests/steps/every_step.py"


@pytest.mark.parametrize(("kind", "fault"), [pytest.param(*one, id=f"{one[0]}: {one[1]}") for one in some_of_each()])
async def test_what_goes_wrong_loses_nothing_repeats_nothing_and_is_told_as_it_is(
    desk: OneDesk, meddler: Meddler, kind: StepKind, fault: str
) -> None:
    """INV-15, INV-17."""
    assert await carried_out(desk, meddler, kind, fault) == []


PLANTED = {
    "a read-back that always says yes": (
        replace(KINDS[StepKind.HIDE_FROM_ADDRESS_LISTS], clauses={"hidden_from_address_lists": lambda *_: True}),
        "is told, and it is not so",
    ),
    "a mail that is sent until it reads back": (
        replace(KINDS[StepKind.NOTIFY_FINANCE], trusts_answer=False, effect_class=EffectClass.SET_VALUED),
        "took effect 2 times",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
async def test_positive_control_a_planted_kind_is_found(
    desk: OneDesk, meddler: Meddler, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted, wanted = PLANTED[name]
    honest = KINDS[planted.name]
    monkeypatch.setitem(KINDS, planted.name, planted)
    before = len(desk.writes())
    wrong = await carried_out(desk, meddler, planted.name, "answer lost after the effect")
    wrong += twice(honest, desk.writes()[before:])
    assert any(wanted in one for one in wrong), wrong
