"""How healthy the tenant's licence spend is."""

from collections.abc import Sequence
from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.evaluation import Action, Component, Summary
from licenseiq.money import money_words
from licenseiq.ports import EvaluationHead
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.shapes import MoneyList, WasteKind, money, tenths, waste_kind
from licenseiq_tools.wording import few, one_line, sentences, unknown_words

_MOST = 8


class ScoreComponent(BaseModel):
    name: str
    weight: float
    points: float
    explanation: str


class NextAction(BaseModel):
    kind: str
    seats: int
    monthly_cost: MoneyList | None
    unpriced_seats: int
    text: str
    score_gain: float = Field(description="Points that the score would gain")
    tool: str = Field(description="The tool that helps with it")


class HealthScore(BaseModel):
    score: float | None = Field(description="0 to 100, one decimal; null = unknown")
    provisional: bool
    coverage: float | None = Field(description="Share (0 to 1) of paid holders with usage data; null = no holders")
    components: list[ScoreComponent]
    monthly_spend: MoneyList | None = Field(description="null = unknown")
    exposure: MoneyList | None = Field(description="Paid today for seats that findings claim; null = unknown")
    unpriced_seats: int
    paid_seats: int | None
    by_kind: list[WasteKind]
    to_review: list[WasteKind] = Field(description="Not in exposure: a person has to look")
    without_money: list[WasteKind] = Field(description="Faults and dates that free no seat")
    excepted: list[WasteKind] = Field(description="Left by a person's decision: not in exposure and score")
    actions: list[NextAction]
    price_note: str
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


@guarded
async def health_score(call: Call) -> Annotated[CallToolResult, HealthScore]:
    """License Health Score (0-100) of the Microsoft 365 tenant: what is spent on licences, how much of it is exposure
    (paid for seats that nobody seems to use), what makes up the score, what is unknown, and what to do first.
    Start here for any question about licence cost or waste."""
    deps = await deps_of(call)
    head = await deps.tenant.evaluation(progress_of(call))
    summary = head.summary
    unknown = few((*summary.unknown, *head.notes))
    step = _next_step(summary.actions)
    content = HealthScore(
        score=tenths(summary.score),
        provisional=summary.provisional,
        coverage=None if summary.coverage is None else summary.coverage / 1000,
        components=[_component(part) for part in summary.components[:_MOST]],
        monthly_spend=money(summary.monthly_spend),
        exposure=money(summary.exposure),
        unpriced_seats=summary.unpriced_seats,
        paid_seats=summary.paid_seats,
        by_kind=[waste_kind(total) for total in summary.by_kind[:_MOST]],
        to_review=[waste_kind(total) for total in summary.to_review[:_MOST]],
        without_money=[waste_kind(total) for total in summary.without_money[:_MOST]],
        excepted=[waste_kind(total) for total in summary.excepted[:_MOST]],
        actions=[_action(action) for action in summary.actions[:3]],
        price_note=one_line(summary.price_note),
        as_of=iso(head.as_of),
        simulated=head.simulated,
        evaluation_id=head.evaluation_id,
        next_step=step,
        unknown=unknown,
    )
    return answer(sentences(_headline(head, summary), unknown_words(unknown), step), content)


def _next_step(actions: Sequence[Action]) -> str:
    """The tool of the best action that has one; some actions are a person's alone."""
    if not actions:
        return "Nothing stands out to be done."
    tool = next((action.tool for action in actions if action.tool), None)
    return f"Next: {tool}." if tool else "What is left is for a person to do: see actions."


def _headline(head: EvaluationHead, summary: Summary) -> str:
    score = "unknown" if summary.score is None else f"{summary.score / 10} of 100"
    provisional = " (provisional)" if summary.provisional else ""
    unpriced = f"; {count(summary.unpriced_seats, 'paid seat')} without a known price" if summary.unpriced_seats else ""
    return sentences(
        f"License Health Score: {score}{provisional}{', simulated demo tenant' if head.simulated else ''}.",
        f"Exposure {money_words(summary.exposure)} a month of {money_words(summary.monthly_spend)} spent{unpriced}.",
    )


def _component(part: Component) -> ScoreComponent:
    return ScoreComponent(
        name=part.name, weight=part.weight / 10, points=part.points / 10, explanation=one_line(part.explanation, 200)
    )


def _action(action: Action) -> NextAction:
    return NextAction(
        kind=action.kind,
        text=one_line(action.text, 200),
        seats=action.seats,
        monthly_cost=money(action.monthly),
        unpriced_seats=action.unpriced_seats,
        score_gain=action.score_gain / 10,
        tool=action.tool,
    )
