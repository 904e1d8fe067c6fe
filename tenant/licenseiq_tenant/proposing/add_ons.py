"""Which products are add-ons and what they need, from the packaged `tiers.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from licenseiq.playbooks.prerequisites import AddOn


@cache
def load_add_ons() -> tuple[AddOn, ...]:
    """Every add-on with its bases as SKU ids; parsed once per process, at the first proposal that needs it."""
    raw = tomllib.loads(files("licenseiq_tenant.prices").joinpath("data", "tiers.toml").read_text(encoding="utf-8"))
    skus = {row["id"]: frozenset[str](row["sku_ids"]) for row in (*raw["tier"], *raw["product"])}
    return tuple(
        AddOn(
            sku_ids=frozenset(row["sku_ids"]),
            bases=(
                *(tuple(skus[base] for base in alternative) for alternative in row["requires_any"]),
                # Beside a suite that gives the same, an add-on is spare and lacks nothing.
                *((skus[tier["id"]],) for tier in raw["tier"] if set(row["includes"]) <= set(tier["includes"])),
            ),
            verified=row.get("requires_verified") is True,
        )
        for row in raw["product"]
        if row.get("requires_any")
    )
