"""The products of the fake tenant."""

from datetime import date

from licenseiq.money import Money
from licenseiq.skus import Catalogue, Downgrade, Price, Sku, Tier

E5, E3, COPILOT = (f"{n:08x}-0000-4000-8000-000000000000" for n in (5, 3, 9))


def catalogue(*, ladder: bool = False, hidden: tuple[str, ...] = ()) -> Catalogue:
    """Two suites and an add-on without a price. `ladder` adds the step from E5 to E3, losing what is `hidden`."""
    skus = (
        Sku(E5, "SPE_E5", "Microsoft 365 E5"),
        Sku(E3, "SPE_E3", "Microsoft 365 E3"),
        Sku(COPILOT, "Microsoft_365_Copilot", "Microsoft 365 Copilot"),
    )
    prices = {
        E5: Price(Money("USD", 57_000_000), "list", date(2026, 7, 1), True),
        E3: Price(Money("USD", 36_000_000), "list", date(2026, 7, 1), True),
    }
    tiers = {
        tier: Tier(
            tier, "enterprise", rank, f"Microsoft 365 {tier.upper()}", (sku,), frozenset(), "any", 100, 1024, None
        )
        for rank, (tier, sku) in enumerate((("e3", E3), ("e5", E5)))
    }
    step = Downgrade("e5", "e3", (), (), hidden)
    by_id = {sku.sku_id: sku for sku in skus}
    if not ladder:
        return Catalogue("test", by_id, {}, prices)
    return Catalogue("test", by_id, {}, prices, tiers=tiers, downgrades=(step,))
