"""The shape of spend_summary's answer."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.spending.table import Role, SpendBy
from licenseiq.text import clean, clean_or_none
from licenseiq.waste import known_money
from licenseiq_tools.shapes import MoneyList, SkuRef, money, sku_ref

if TYPE_CHECKING:
    from licenseiq.spending.movements import Movement
    from licenseiq.spending.report import Line, SpendReport
    from licenseiq.spending.savings import Saving


class Manager(BaseModel):
    id: str
    user_principal_name: str | None


class SpendGroup(BaseModel):
    group: str = Field(
        description="The grouping, no_department and the like, outside (of under), unassigned (seats nobody holds, and "
        "rounding), not_split (no one price per seat), or other (small groups)"
    )
    name: str | None = Field(description="Department, country or cost centre")
    sku: SkuRef | None
    manager: Manager | None
    people: int
    seats: int
    monthly_spend: MoneyList | None = Field(description="Groups add up to the total; null = no seat has a price")
    unpriced_seats: int
    exposure: MoneyList | None = Field(description="Spend of it that seems not to be needed")
    before: MoneyList | None = Field(description="monthly_spend on the day compared with; null = not known")
    change: MoneyList | None = Field(description="monthly_spend less before")


class SpendSum(BaseModel):
    people: int
    seats: int
    monthly_spend: MoneyList | None
    unpriced_seats: int
    exposure: MoneyList | None
    before: MoneyList | None
    change: MoneyList | None


class CauseRow(BaseModel):
    cause: str = Field(
        description="seats_bought, seats_given_up, taken_beyond_bought (joiners and leavers without a bought seat), "
        "price_change, or seats_and_prices (cannot be told apart)"
    )
    seats: int | None
    change: MoneyList


class MovementRow(BaseModel):
    sku: SkuRef
    change: MoneyList = Field(description="Empty: seats without a price moved")
    causes: list[CauseRow] = Field(description="Add up to change")
    more_holders: int = Field(description="Joiners less leavers among its holders")
    taken_back_by_runs: int | None = Field(description="Seats that carried-out proposals freed since")


class SavingRow(BaseModel):
    state: str = Field(
        description="identified (exposure today), approved, reclaimed (the seat reads free), realised (a joiner took "
        "it at flat purchases, or fewer are bought), reversed (bought again without need)"
    )
    seats: int
    monthly_saving: MoneyList | None
    unpriced_seats: int


class SpendSummary(BaseModel):
    by: str
    total: int = Field(description="Groups in all")
    shown: int
    groups: list[SpendGroup]
    tenant: SpendSum = Field(description="All groups together")
    sum: SpendSum | None = Field(description="The groups named by sum, each once")
    compared_with: str | None = Field(description="The day; null = none")
    compared_note: str | None
    movements: list[MovementRow] | None = Field(description="Largest changes by SKU; null = nothing compared")
    savings: list[SavingRow] | None = Field(description="null = not known, or a later page")
    next_cursor: str | None = Field(description="Pass as cursor for the next page; null = this was the last")
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


def spend_group(line: "Line", by: SpendBy, context: Context) -> SpendGroup:
    row = line.row
    key = clean(row.key).text if row.key and row.role is Role.GROUP else None
    name = {Role.GROUP: by.value, Role.NONE: f"no_{by.value}"}.get(row.role, row.role.value)
    manager = Manager(id=key, user_principal_name=clean_or_none(row.label)) if key and by is SpendBy.MANAGER else None
    return SpendGroup(
        group=name,
        name=None if by in (SpendBy.SKU, SpendBy.MANAGER) or key is None else clean_or_none(row.label) or key,
        sku=sku_ref(context.sku(row.key)) if by is SpendBy.SKU and row.key else None,
        manager=manager,
        **spend_sum(line).model_dump(),
    )


def spend_sum(line: "Line") -> SpendSum:
    row = line.row
    return SpendSum(
        people=row.people,
        seats=row.seats,
        monthly_spend=money(known_money(row.seats, row.spend, row.unpriced)),
        unpriced_seats=row.unpriced,
        exposure=money(known_money(row.exposed_seats, row.exposure, row.exposed_unpriced)),
        before=money(line.before),
        change=money(line.change),
    )


def movement_row(one: "Movement", context: Context) -> MovementRow:
    return MovementRow(
        sku=sku_ref(context.sku(one.sku_id)),
        change=money(one.change) or [],
        causes=[
            CauseRow(cause=part.cause.value, seats=part.seats, change=money(part.change) or []) for part in one.parts
        ],
        more_holders=one.held,
        taken_back_by_runs=one.reclaimed,
    )


def saving_row(one: "Saving") -> SavingRow:
    return SavingRow(
        state=one.state.value,
        seats=one.seats,
        monthly_saving=money(known_money(one.seats, one.monthly, one.unpriced)),
        unpriced_seats=one.unpriced,
    )


def compared_day(report: "SpendReport") -> str | None:
    found = report.compared.found if report.compared is not None else None
    return found.isoformat() if found is not None else None
