"""Which products are add-ons and what they need, by the catalogue."""

from functools import cache

from licenseiq.playbooks.prerequisites import AddOn
from licenseiq_tenant.prices import load_catalogue


@cache
def load_add_ons() -> tuple[AddOn, ...]:
    """Every add-on with its bases as SKU ids."""
    catalogue = load_catalogue()
    tiers, products = catalogue.tiers, catalogue.products
    skus = {i: frozenset(t.sku_ids) for i, t in tiers.items()} | {i: frozenset(p.sku_ids) for i, p in products.items()}
    return tuple(
        AddOn(
            sku_ids=frozenset(product.sku_ids),
            bases=(
                *(tuple(skus[base] for base in alternative) for alternative in product.requires),
                # Beside a suite that gives the same, an add-on is spare and lacks nothing.
                *((skus[tier.tier_id],) for tier in tiers.values() if product.includes <= tier.includes),
            ),
            verified=product.requires_verified,
        )
        for product in products.values()
        if product.requires
    )
