"""What the months to come cost, as a range, under assumptions that are said."""

from typing import TYPE_CHECKING, Annotated, Literal

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.money import Money, money_words
from licenseiq.spending.table import MOST_MONTHS, Per
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Name, optional_selector
from licenseiq_tools.deps import Call, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.shapes import MoneyList, SkuRef, money, sku_ref
from licenseiq_tools.wording import few, sentences, unknown_words

if TYPE_CHECKING:
    from licenseiq.spending.forecast import Ranges
    from licenseiq.spending.outlook import Outlook

Sum = Literal["month", "quarter", "year"]
_MOST_RENEWALS = 6


class Forecast(BaseModel):
    period: str = Field(description="2027-01, 2027-Q1, 2027 or total")
    currency: str
    low: str
    expected: str
    high: str


class RenewalRow(BaseModel):
    date: str
    sku: SkuRef
    seats: int
    imported: bool = Field(description="false = Microsoft's next date, no promise of renewal")


class SpendForecast(BaseModel):
    sku: SkuRef | None = Field(description="null = all")
    monthly_spend: MoneyList | None = Field(description="Today's; null = unknown")
    unpriced_seats: int = Field(description="In no amount")
    total: int = Field(description="Rows in all: one per period and currency")
    shown: int
    periods: list[Forecast]
    totals: list[Forecast] = Field(description="All periods added up, per currency")
    effect: MoneyList | None = Field(
        description="What the assumptions add to the expected total, against none; null = nothing assumed"
    )
    assumptions: list[str]
    renewals: list[RenewalRow]
    renewals_total: int
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


@guarded
async def forecast_spend(
    call: Call,
    months: Annotated[int, Field(ge=1, le=MOST_MONTHS, description="How far ahead")] = 12,
    joiners_per_month: Annotated[int, Field(ge=0, le=100_000, description="People who join")] = 0,
    leavers_per_month: Annotated[int, Field(ge=0, le=100_000, description="People who leave")] = 0,
    price_change_percent: Annotated[int, Field(ge=-50, le=100, description="What if prices change by this?")] = 0,
    sku: Annotated[Name | None, Field(description="One SKU: name, part number or id")] = None,
    extra_seats: Annotated[int, Field(ge=0, le=1_000_000, description="What if we buy more? Needs sku")] = 0,
    with_proposals: Annotated[bool, Field(description="What if all open proposals are carried out?")] = False,
    sum: Annotated[Sum, Field(description="Add months up")] = "month",
) -> Annotated[CallToolResult, SpendForecast]:
    """Forecast of Microsoft 365 spend up to two years ahead: low, expected and high per month, quarter or year, with
    totals, renewals, dated price changes, joiners and leavers, what-ifs with their effect, each assumption in words."""
    # Loaded at the first question, as the server starts without it.
    from licenseiq.spending.forecast import WhatIf
    from licenseiq.spending.outlook import OutlookQuestion, outlook

    deps = await deps_of(call)
    what = WhatIf(
        joiners_per_month=joiners_per_month,
        leavers_per_month=leavers_per_month,
        price_change_percent=price_change_percent,
        extra_seats=extra_seats,
    )
    question = OutlookQuestion(months, what, optional_selector(sku, "sku"), with_proposals, Per(sum))
    head = await deps.tenant.evaluation(progress_of(call))
    found = await outlook(deps.tenant, deps.proposals, head, question)
    rows = [row for name, ranges in found.periods for row in _rows(name, ranges)]
    unknown = few((*head.summary.unknown, *head.notes), 600)

    def build(shown: int) -> SpendForecast:
        whole = shown == len(rows)
        return SpendForecast(
            sku=sku_ref(found.context.sku(found.sku_id)) if found.sku_id is not None else None,
            monthly_spend=money(found.now if found.now or not found.unpriced else None),
            unpriced_seats=found.unpriced,
            total=len(rows),
            shown=shown,
            periods=rows[:shown],
            totals=_rows("total", found.total),
            effect=None
            if found.effect is None
            else money(tuple(Money(currency, micros) for currency, micros in found.effect.items())),
            assumptions=few(found.assumptions, 2_000),
            renewals=[
                RenewalRow(
                    date=one.day.isoformat(),
                    sku=sku_ref(found.context.sku(one.sku_id)),
                    seats=one.seats,
                    imported=one.imported,
                )
                for one in found.renewals[:_MOST_RENEWALS]
            ],
            renewals_total=len(found.renewals),
            as_of=iso(head.as_of),
            simulated=head.simulated,
            evaluation_id=head.evaluation_id,
            next_step="list_subscriptions shows prices and terms; a person imports them with 'licenseiq prices import'."
            if whole
            else "Ask with sum=quarter or sum=year, or for fewer months, to see every period.",
            unknown=unknown,
        )

    content = build(fitting(len(rows), build))
    return answer(_words(found, content, months), content)


def _rows(name: str, ranges: "Ranges") -> list[Forecast]:
    return [
        Forecast(
            period=name,
            currency=currency,
            low=Money(currency, one.low).amount(),
            expected=Money(currency, one.expected).amount(),
            high=Money(currency, one.high).amount(),
        )
        for currency, one in sorted(ranges.items())
    ]


def _words(found: "Outlook", content: SpendForecast, months: int) -> str:
    expected = tuple(Money(currency, one.expected) for currency, one in sorted(found.total.items()))
    effect = tuple(Money(currency, micros) for currency, micros in (found.effect or {}).items() if micros)
    return sentences(
        f"{count(months, 'month')} ahead, {money_words(expected)} in all is expected; today it is "
        f"{money_words(found.now)} a month.",
        f"The assumptions add {money_words(effect)} to it." if found.effect is not None else "",
        f"{count(found.unpriced, 'seat')} without a price left out." if found.unpriced else "",
        "assumptions says what this rests on.",
        unknown_words(content.unknown),
    )
