"""Reads the packaged product data into a `Catalogue`.

The files are compiled from public sources, each row with its own; see `data/`. A price is chosen by the key `status`
alone: `current` enters amounts, `last-known` (true when last seen, not confirmed since) is shown with its date. Of the
others only a verified price from before the change is kept, for purchases that have not renewed since.
"""

import csv
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from licenseiq.money import Money
from licenseiq.skus import Capability, Catalogue, Price, Product, Sku, Tier, Uplift
from licenseiq_tenant.prices.overlaps import load_overlaps

Table = dict[str, Any]


@cache
def load_catalogue() -> Catalogue:
    """Everything public about products; parsed once per process."""
    prices, tiers = _toml("prices.toml"), _toml("tiers.toml")
    return Catalogue(
        version=edition(),
        skus={row[0]: Sku(row[0], row[1], row[2]) for row in _rows("skus.csv")},
        free=_free(prices),
        prices=_prices(prices),
        plans=_plans(),
        tiers={tier["id"]: _tier(tier, tiers["family"]) for tier in tiers["tier"]},
        capabilities={row["id"]: _capability(row) for row in tiers["capability"]},
        plan_names={row[1]: row[3] for row in _rows("service_plans.csv")},
        products={row["id"]: _product(row) for row in tiers["product"]},
        prices_before=_prices_before(prices),
        changed=date.fromisoformat(prices["change_date"]),
        floors={row["sku_id"]: Money(prices["currency"], row["usd_micros"]) for row in prices["bound"]},
        pairs=dict(prices["pair_rule"]["suite_pairs"]),
        teams_products=frozenset(prices["pair_rule"]["teams_products"]),
        ladders=tuple(tuple(row["sku_ids"]) for row in tiers["standalone_ladder"]),
        overlaps=load_overlaps,
        uplifts={row["id"]: _uplift(row) for row in prices["billing_rule"]},
    )


@cache
def edition() -> str:
    """The day on which the packaged data was compiled; known without loading the rest."""
    return _text("edition.txt").strip()


def _text(name: str) -> str:
    return files("licenseiq_tenant.prices").joinpath("data", name).read_text(encoding="utf-8")


def _toml(name: str) -> Table:
    return tomllib.loads(_text(name))


def _rows(name: str) -> Iterable[list[str]]:
    rows = csv.reader(_text(name).splitlines())
    next(rows)
    return rows


def _free(prices: Table) -> dict[str, str]:
    """SKUs without a seat price, by class; what is paid by the tenant has the class 'tenant'."""
    found: dict[str, str] = {row["sku_id"]: row["class"] for row in prices["free"]}
    return found | {row["sku_id"]: "tenant" for row in prices["not_per_user"]}


def _prices(prices: Table) -> dict[str, Price]:
    found: dict[str, Price] = {}
    for status in ("last-known", "current"):  # the later one wins
        for row in prices["price"]:
            if row["status"] != status:
                continue
            found.update(dict.fromkeys(row["sku_ids"], _price(prices, row, confirmed=status == "current")))
    return found


def _prices_before(prices: Table) -> dict[str, Price]:
    """The verified list prices that a current one has replaced; of several for one SKU the last observed."""
    current = {sku_id for row in prices["price"] if row["status"] == "current" for sku_id in row["sku_ids"]}
    rows = [row for row in prices["price"] if row["status"] == "superseded" and row["period"].startswith("before")]
    found: dict[str, Price] = {}
    for row in sorted(rows, key=lambda row: row.get("observed", "")):
        if row["verified"]:
            price = _price(prices, row, confirmed=True)
            found.update({sku_id: price for sku_id in row["sku_ids"] if sku_id in current})
    return found


def _price(prices: Table, row: Table, *, confirmed: bool) -> Price:
    return Price(Money(prices["currency"], row["usd_micros"]), row["source"], _observed(row.get("observed")), confirmed)


def _uplift(row: Table) -> Uplift:
    return Uplift(row["factor_per_mille"], row["source"], row["verified"] is True)


def _observed(text: str | None) -> date | None:
    """A day, or the first day of a month where the source names only that: never later than the reading."""
    if text is None:
        return None
    return date.fromisoformat(text if len(text) > len("2026-10") else f"{text}-01")


def _plans() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in _rows("service_plans.csv"):
        found.setdefault(row[0], set()).add(row[1])
    return {sku_id: frozenset(plans) for sku_id, plans in found.items()}


def _tier(row: Table, families: list[Table]) -> Tier:
    family = next((family for family in families if family["id"] == row["family"]), {})
    return Tier(
        tier_id=row["id"],
        family=row["family"],
        rank=row["rank"],
        name=row["name"],
        sku_ids=tuple(row["sku_ids"]),
        includes=frozenset(row["includes"]),
        eligibility=row["eligibility"],
        mailbox_gb=row.get("mailbox_gb"),
        onedrive_gb=row.get("onedrive_gb"),
        seat_cap=row.get("seat_cap", family.get("seat_cap")),
        archive_gb=row.get("archive_gb"),
        seat_cap_pool=row.get("seat_cap_pool", family.get("seat_cap_pool")),
    )


def _product(row: Table) -> Product:
    return Product(
        product_id=row["id"],
        name=row["name"],
        kind=row["kind"],
        sku_ids=tuple(row["sku_ids"]),
        includes=frozenset(row["includes"]),
        eligibility=row["eligibility"],
        mailbox_gb=row.get("mailbox_gb"),
        onedrive_gb=row.get("onedrive_gb"),
        archive_gb=row.get("archive_gb"),
        requires=tuple(tuple(alternative) for alternative in row.get("requires_any", ())),
        requires_verified=row.get("requires_verified") is True,
        seat_cap=row.get("seat_cap"),
        seat_cap_pool=row.get("seat_cap_pool"),
    )


def _capability(row: Table) -> Capability:
    return Capability(
        capability_id=row["id"],
        name=row["name"],
        service_plan_ids=frozenset(row["service_plan_ids"]),
        observable=row["observable"],
        absence=row["absence"],
        plan_match=row["plan_match"],
        not_given_by=frozenset(row.get("not_given_by", ())),
        quantity_key=row.get("quantity_key"),
    )
