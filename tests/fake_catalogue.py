"""The products of the fake tenant."""

from datetime import date

from licenseiq.money import Money
from licenseiq.skus import Capability, Catalogue, Price, Sku, Tier

E5, E3, COPILOT = (f"{n:08x}-0000-4000-8000-000000000000" for n in (5, 3, 9))


def catalogue(*, ladder: bool = False, hidden: tuple[str, ...] = ()) -> Catalogue:
    """Two suites and an add-on without a price. `ladder` adds what they give: E5 what is `hidden`, too."""
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
            tier, "enterprise", rank, f"Microsoft 365 {tier.upper()}", (sku,), frozenset(gives), "any", 100, 1024, None
        )
        for rank, (tier, sku, gives) in enumerate((("e3", E3, ["mailbox"]), ("e5", E5, ["mailbox", *hidden])))
    }
    capabilities = {name: Capability(name, name, frozenset(), "none") for name in hidden}
    capabilities["mailbox"] = Capability("mailbox", "Mailbox", frozenset(), "per-user", "strong")
    by_id = {sku.sku_id: sku for sku in skus}
    if not ladder:
        return Catalogue("test", by_id, {}, prices)
    return Catalogue("test", by_id, {}, prices, tiers=tiers, capabilities=capabilities)
