"""What there is to choose from: the products that the tenant owns or the policy permits, and who may have them.

What a product gives is read from its contents in the catalogue, never from plan ids alone: Microsoft 365 F1 holds the
Kiosk mailbox plan for a calendar, Project holds SharePoint plans (data README, tiers.toml).
"""

from collections import Counter
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.right_size.needs import ARCHIVE, SIZED, Needs
from licenseiq.skus import Product, Tier


@dataclass(frozen=True, slots=True)
class Offer:
    """One SKU to choose. `price` may be a list price that was last seen before a price change: then `is_current` is
    False, it decides between sets, and enters no amount. None is unknown."""

    sku_id: str
    contents: Tier | Product
    price: Money | None
    is_current: bool

    @property
    def is_suite(self) -> bool:
        return isinstance(self.contents, Tier)

    @property
    def key(self) -> str:
        """The id of the tier or product, by which prerequisites name it."""
        return self.contents.tier_id if isinstance(self.contents, Tier) else self.contents.product_id

    @property
    def requires(self) -> tuple[tuple[str, ...], ...]:
        return () if isinstance(self.contents, Tier) else self.contents.requires

    def gives(self, needs: Needs) -> frozenset[str]:
        """What of `needs` this covers; a store counts where it is large enough for what is in it."""
        off = dict(needs.off).get(self.sku_id, frozenset()) if self.sku_id in needs.held else frozenset()
        found = set(self.contents.includes) - off
        for capability, size in needs.sizes:
            mine = getattr(self.contents, SIZED[capability])
            # A small archive comes without a capability of its own.
            has_one = capability in found or (capability == ARCHIVE and bool(mine))
            is_todays = self.sku_id in size.givers
            if is_todays or (has_one and mine is not None and size.least is not None and mine >= size.least):
                found.add(capability)
            else:
                found.discard(capability)
        return frozenset(found)


def offers_of(context: Context) -> tuple[Offer, ...]:
    """Everything that the tenant owns or the policy permits, whose contents are known; worked out once a context."""
    known: tuple[Offer, ...] | None = context.memo.get("offers")
    if known is None:
        chosen = [offer for sku_id in sorted(_permitted(context)) if (offer := offer_of(sku_id, context)) is not None]
        known = context.memo["offers"] = tuple(chosen)
    return known


def offer_of(sku_id: str, context: Context) -> Offer | None:
    """The SKU as something to choose; None where its contents are not known."""
    contents = context.catalogue.contents(sku_id)
    if contents is None:
        return None
    price = context.price(sku_id)
    if price is not None:
        return Offer(sku_id, contents, price, True)
    listed = context.catalogue.prices.get(sku_id)
    own = any(row.sku_id == sku_id for row in context.prices.rows)
    # The customer's own price beats the list, also where it cannot be told for one seat.
    return Offer(sku_id, contents, None if listed is None or own else listed.monthly, False)


def _permitted(context: Context) -> frozenset[str]:
    listed = context.policy.permitted_skus
    if listed is not None:
        return frozenset(sku_id for sku_id in listed if context.is_paid(sku_id))
    return frozenset(sku_id for sku_id in context.lines if is_owned(sku_id, context) and context.is_paid(sku_id))


def is_owned(sku_id: str, context: Context) -> bool:
    line = context.lines.get(sku_id)
    return line is not None and line.assignable and bool(line.enabled)


def has_free_seat(sku_id: str, context: Context) -> bool:
    """Whether a seat is known to be free."""
    line = context.lines.get(sku_id)
    free = line.free() if line else None
    return free is not None and free > 0


def refusal(contents: Tier | Product, needs: Needs, context: Context) -> str:
    """Why somebody with these needs may not be given this, in a sentence; empty where nothing is against it."""
    if any(sku_id in needs.held for sku_id in contents.sku_ids):
        return ""
    if contents.eligibility == "frontline" and not needs.is_frontline:
        return f"{contents.name} is for frontline workers, and no persona of the policy marks this person as one."
    if contents.eligibility == "business" and not any(is_owned(sku_id, context) for sku_id in contents.sku_ids):
        return f"{contents.name} is a Business plan that the tenant does not own."
    cap, pool = contents.seat_cap, contents.seat_cap_pool or contents.name
    if cap is None or any(_pool(sku_id, context) == pool for sku_id in needs.held):
        return ""
    taken = _taken(context).get(pool, 0)
    if taken is None:
        return f"{contents.name} is limited to {cap} seats, and how many of its kind are taken is not known."
    if taken >= cap:
        return f"{contents.name} is limited to {cap} seats over all plans of its kind, and they are taken."
    return ""


def _pool(sku_id: str, context: Context) -> str | None:
    contents = context.catalogue.contents(sku_id)
    return None if contents is None else contents.seat_cap_pool or contents.name


def _taken(context: Context) -> dict[str, int | None]:
    """Seats taken of each pool with a cap; None where one is not known."""
    known: dict[str, int | None] | None = context.memo.get("taken")
    if known is None:
        known = {}
        for sku_id, line in context.lines.items():
            pool = _pool(sku_id, context)
            if pool is not None:
                before = known.get(pool, 0)
                known[pool] = None if before is None or line.consumed is None else before + line.consumed
        context.memo["taken"] = known
    return known


def currency_of(offers: tuple[Offer, ...]) -> str | None:
    """The currency in which sets are compared: the one that most of these prices are in."""
    found = Counter(offer.price.currency for offer in offers if offer.price is not None)
    return min(found, key=lambda currency: (-found[currency], currency)) if found else None


def floor(offer: Offer, context: Context, currency: str) -> int:
    """What an offer without a price costs at least, in micro-units: never shown, never added to an amount."""
    floors = context.catalogue.floors
    known = floors.get(offer.sku_id)
    least = known.micros if known is not None and known.currency == currency else 0
    for sku_id in _lower_steps(offer, context):
        price = context.price(sku_id)
        if price is not None and price.currency == currency:
            least = max(least, price.micros)
    return least


def _lower_steps(offer: Offer, context: Context) -> list[str]:
    """The SKUs of the lower steps of the same ladder, none of which is dearer."""
    catalogue, contents = context.catalogue, offer.contents
    if isinstance(contents, Tier):
        lower = [t for t in catalogue.tiers.values() if t.family == contents.family and t.rank < contents.rank]
        return [sku_id for tier in lower for sku_id in tier.sku_ids]
    ladders = [ladder for ladder in catalogue.ladders if offer.sku_id in ladder]
    return [sku_id for ladder in ladders for sku_id in ladder[: ladder.index(offer.sku_id)]]
