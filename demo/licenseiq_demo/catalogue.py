"""The products that this tenant owns, with their service plans.

The two files in `data/` are an extract of Microsoft's public table "Product names and service plan
identifiers for licensing" (learn.microsoft.com, entra/identity/users/licensing-service-plan-reference).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Plan:
    """One service plan inside a product."""

    plan_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sku:
    """One product as Graph names it: `skuId`, `skuPartNumber`, the name people know, its plans."""

    sku_id: str
    part: str
    name: str
    plans: tuple[Plan, ...]


@cache
def skus_with(*prefixes: str) -> frozenset[str]:
    """The `skuId` of every product with a plan that is called like one of these."""
    return frozenset(
        sku.sku_id for sku in by_id().values() if any(plan.name.startswith(prefixes) for plan in sku.plans)
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("licenseiq_demo") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def by_part() -> dict[str, Sku]:
    """Every product of the tenant by its part number, in the order of the file."""
    plans: dict[str, list[Plan]] = {}
    for row in _rows("service_plans.csv"):
        plans.setdefault(row["part_number"], []).append(Plan(row["plan_id"], row["plan_name"]))
    return {
        row["part_number"]: Sku(
            row["sku_id"], row["part_number"], row["name"], tuple(plans.get(row["part_number"], ()))
        )
        for row in _rows("skus.csv")
    }


@cache
def by_id() -> dict[str, Sku]:
    """Every product of the tenant by its `skuId`."""
    return {sku.sku_id: sku for sku in by_part().values()}
