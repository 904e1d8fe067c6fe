"""The shapes of prices: what a seat costs and by whose word, the list price, and the terms of a purchase."""

from pydantic import BaseModel, Field

from licenseiq.prices import OwnPrice, SeatPrice
from licenseiq.skus import Price
from licenseiq_tools.shapes import MoneyAmount


class ListPrice(BaseModel):
    monthly: MoneyAmount
    status: str = Field(description="current, or last_known: not confirmed since a price change, and in no amount")
    observed: str | None


class SeatCost(BaseModel):
    monthly: MoneyAmount
    basis: str = Field(description="own, list, list with uplift (for monthly payment, not verified), or averaged")


class Terms(BaseModel):
    monthly: MoneyAmount | None = Field(description="Own price of a seat; null = none given")
    channel: str | None
    term: str | None = Field(description="P1M, P1Y or P3Y")
    billing: str | None
    quantity: int | None
    renewal: str | None
    auto_renew: bool | None
    reducible_until: str | None = Field(description="Last day to give seats back in this term")


def list_price(price: Price | None) -> ListPrice | None:
    if price is None:
        return None
    return ListPrice(
        monthly=MoneyAmount(amount=price.monthly.amount(), currency=price.monthly.currency),
        status="current" if price.confirmed else "last_known",
        observed=price.observed.isoformat() if price.observed else None,
    )


def seat_cost(seat: SeatPrice | None) -> SeatCost | None:
    if seat is None:
        return None
    amount = MoneyAmount(amount=seat.monthly.amount(), currency=seat.monthly.currency)
    return SeatCost(monthly=amount, basis=seat.basis.value)


def terms(row: OwnPrice) -> Terms:
    """What the customer imported of a purchase, without the contact: that is nobody's question to a model."""
    own = row.monthly
    return Terms(
        monthly=None if own is None else MoneyAmount(amount=own.amount(), currency=own.currency),
        channel=row.channel,
        term=row.term,
        billing=row.billing,
        quantity=row.quantity,
        renewal=row.renewal.isoformat() if row.renewal else None,
        auto_renew=row.auto_renew,
        reducible_until=row.reducible_until.isoformat() if row.reducible_until else None,
    )
