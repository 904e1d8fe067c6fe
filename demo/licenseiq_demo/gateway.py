"""The way of every Graph request: noted, let in, spoiled if a fault says so, answered."""

import asyncio
import uuid
from typing import Any

from licenseiq_demo.faults.effects import afterwards, instead
from licenseiq_demo.faults.rules import Rule
from licenseiq_demo.graph import batch, routes
from licenseiq_demo.graph.handler import Handler, Keys
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import RULE_READS
from licenseiq_demo.wire import Answer, Asked, GraphError, denied, refusal


def _let_in(request: Asked) -> None:
    if request.who == "anonymous":
        if "authorization" in request.headers:
            raise GraphError(401, "InvalidAuthenticationToken", "Access token validation failure.")
        raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
    if request.is_change and request.who != "writer":
        raise denied()


async def _work(state: DemoState, request: Asked, struck: list[Rule], entry: dict[str, Any]) -> Answer:
    for rule in struck:
        if rule.what == "slow":
            await asyncio.sleep(rule.ms / 1000)
        answer = instead(rule)
        if answer is not None:
            return answer
    state.limits.check(request)
    if request.method == "POST" and request.path.lower() == "/$batch":
        return await batch.run(request, lambda item: answer_to(state, item, entry["n"]))
    handler, keys = routes.find(request)
    state.tenant.rule_reads = state.faults.reads("rule_lag", RULE_READS)
    if request.method == "GET" and request.path.lower().startswith(("/users", "/groups")):
        state.tenant.process_rules(state.stamp())
    state.tenant.lag = next((rule.reads for rule in struck if rule.what == "stale_reads"), 0)
    late = next((rule.reads for rule in struck if rule.what == "old_answers" and request.method == "GET"), None)
    try:
        answer = _now(state, request, handler, keys) if late is None else _late(state, request, handler, keys, late)
    finally:
        state.tenant.lag = 0
    entry["took_effect"] = request.is_change
    entry["status"] = answer.status
    for rule in struck:
        answer = afterwards(rule, request, answer)
    return answer


def _now(state: DemoState, request: Asked, handler: Handler, keys: Keys) -> Answer:
    answer = handler(state, request, keys)
    if request.is_change:
        state.memory.changed()
    return answer


def _late(state: DemoState, request: Asked, handler: Handler, keys: Keys, reads: int) -> Answer:
    """The answer from before the last change while it is due, else the present one, which is remembered."""
    outcome = state.memory.old(request, reads)
    if outcome is None:
        try:
            outcome = handler(state, request, keys)
        except GraphError as error:
            outcome = error
        state.memory.keep(request, outcome)
    if isinstance(outcome, GraphError):
        raise outcome
    return outcome


async def answer_to(state: DemoState, request: Asked, inside: int | None = None) -> Answer:
    """The answer to one request, recorded; raises LostAnswer or Hang when there will be none."""
    entry = state.recorder.open(request, "graph" if inside is None else "batch item", inside)
    try:
        _let_in(request)
        struck = state.faults.take(request)
        entry["faults"] = [rule.what for rule in struck]
        answer = await _work(state, request, struck, entry)
    except GraphError as error:
        answer = refusal(error, request, state.now())
    entry["status"] = answer.status
    own = answer.headers.get("request-id") or str(uuid.uuid4())
    echoed = request.headers.get("client-request-id", own)
    return answer.with_headers(request_id=own, client_request_id=echoed, OData_Version="4.0")
