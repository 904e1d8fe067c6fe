"""A price list as canonical bytes. Its version is their digest, so that a version names exactly one list."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from licenseiq.errors import Tampered
from licenseiq.money import Money
from licenseiq.prices import Billing, Channel, OwnPrice, PriceBook, Term
from licenseiq.proposals.canonical import Json, canonical, digest, read_canonical

NONE = PriceBook().version


def in_order(rows: Iterable[OwnPrice]) -> tuple[OwnPrice, ...]:
    """The order that a list is kept in, whatever the order of the file."""
    return tuple(sorted(rows, key=lambda row: (row.sku_id, row.subscription_id or "")))


def content_of(rows: Iterable[OwnPrice]) -> bytes:
    return canonical([_to_json(row) for row in in_order(rows)])


def version_of(content: bytes) -> str:
    """'none' for an empty list, else the SHA-256 in hex."""
    return NONE if content == canonical([]) else digest(content)


def read_content(content: bytes, version: str, imported: date | None) -> PriceBook:
    """The list of these bytes. Raises Tampered where they are not those of `version`."""
    if version_of(content) != version:
        raise Tampered("The stored price list is not the one that was imported.", "Import it again.")
    rows = read_canonical(content)
    if not isinstance(rows, list):
        raise Tampered("The stored price list is not one.", "Import it again.")
    try:
        return PriceBook(version, imported, tuple(_of_json(row) for row in rows))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Tampered("The stored price list is not one.", "Import it again.") from error


def _to_json(row: OwnPrice) -> Mapping[str, Json]:
    found: dict[str, Json] = {
        "sku_id": row.sku_id,
        "subscription_id": row.subscription_id,
        "monthly": None if row.monthly is None else {"currency": row.monthly.currency, "micros": row.monthly.micros},
        "channel": row.channel and row.channel.value,
        "term": row.term and row.term.value,
        "billing": row.billing and row.billing.value,
        "quantity": row.quantity,
        "renewal": _day(row.renewal),
        "auto_renew": row.auto_renew,
        "reducible_until": _day(row.reducible_until),
        "contact": row.contact,
    }
    return {name: value for name, value in found.items() if value is not None}


def _of_json(row: Json) -> OwnPrice:
    if not isinstance(row, Mapping):
        raise TypeError("a row is no object")
    found: Mapping[str, Any] = row
    money = found.get("monthly")
    return OwnPrice(
        sku_id=found["sku_id"],
        monthly=None if money is None else Money(money["currency"], money["micros"]),
        subscription_id=found.get("subscription_id"),
        channel=Channel(found["channel"]) if "channel" in found else None,
        term=Term(found["term"]) if "term" in found else None,
        billing=Billing(found["billing"]) if "billing" in found else None,
        quantity=found.get("quantity"),
        renewal=date.fromisoformat(found["renewal"]) if "renewal" in found else None,
        auto_renew=found.get("auto_renew"),
        reducible_until=date.fromisoformat(found["reducible_until"]) if "reducible_until" in found else None,
        contact=found.get("contact"),
    )


def _day(one: date | None) -> str | None:
    return None if one is None else one.isoformat()
