"""The shapes that several answers share, by the contract in docs: money, SKUs, times."""

from datetime import datetime

from pydantic import BaseModel, Field

from licenseiq.context import Context
from licenseiq.evaluation import KindTotal
from licenseiq.money import Total
from licenseiq.skus import Sku
from licenseiq.text import clean
from licenseiq.times import iso


class MoneyAmount(BaseModel):
    amount: str = Field(description="Units with two decimals, per month")
    currency: str


class SkuRef(BaseModel):
    sku_id: str
    part_number: str
    name: str


MoneyList = list[MoneyAmount]


class WasteKind(BaseModel):
    kind: str
    findings: int
    seats: int
    monthly_cost: MoneyList | None
    unpriced_seats: int


def money(total: Total | None) -> MoneyList | None:
    """One entry per currency, empty for nothing, None for unknown."""
    if total is None:
        return None
    return [MoneyAmount(amount=part.amount(), currency=part.currency) for part in total]


def waste_kind(total: KindTotal) -> WasteKind:
    return WasteKind(
        kind=total.kind,
        findings=total.findings,
        seats=total.seats,
        monthly_cost=money(total.monthly),
        unpriced_seats=total.unpriced_seats,
    )


def sku_ref(sku: Sku) -> SkuRef:
    return SkuRef(sku_id=clean(sku.sku_id).text, part_number=clean(sku.part_number).text, name=clean(sku.name).text)


def sku_refs(context: Context, sku_ids: tuple[str, ...], most: int = 6) -> list[SkuRef]:
    """The first `most` SKUs; say elsewhere how many there are in all."""
    return [sku_ref(context.sku(sku_id)) for sku_id in sku_ids[:most]]


def time_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment is not None else None


def tenths(value: int | None) -> float | None:
    return None if value is None else value / 10
