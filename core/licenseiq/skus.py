"""SKUs, their prices, and what Microsoft calls them.

Join on `sku_id` only: part numbers mislead (`SPE_F1` is Microsoft 365 F3) and display names repeat.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from licenseiq.money import Money

# Meeting Room, Teams Rooms, Teams Shared Devices: a thing holds these (graph-facts 6), whatever else it holds.
DEVICE_PARTS = ("MEETING_ROOM", "MCOCAP", "MTR_", "MICROSOFT_TEAMS_ROOMS", "MICROSOFT_TEAMS_SHARED")


@dataclass(frozen=True, slots=True, order=True)
class Sku:
    """A product: GUID in lower case, part number as Graph gives it, and Microsoft's display name."""

    sku_id: str
    part_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Price:
    """A list price per seat and month, for a year's commitment paid yearly, without tax.

    `confirmed` is False for one that was last seen before a price change: it is shown with its date, and never enters
    an amount.
    """

    monthly: Money
    source: str
    observed: date | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Uplift:
    """What another form of payment makes of a list price: its thousandths, where that is said, and whether a page of
    Microsoft says so."""

    per_mille: int
    source: str
    verified: bool


@dataclass(frozen=True)
class Tier:
    """A suite of a licence family: its rank in the ladder, what it lets a user do, and who may hold it.

    `includes` are capability ids. `eligibility` is 'any', 'frontline' or 'business'. Sizes are in GB; None is
    unknown, never zero. `seat_cap` counts over all tiers of the same `seat_cap_pool`.
    """

    tier_id: str
    family: str
    rank: int
    name: str
    sku_ids: tuple[str, ...]
    includes: frozenset[str]
    eligibility: str
    mailbox_gb: int | None
    onedrive_gb: int | None
    seat_cap: int | None
    archive_gb: int | None = None
    seat_cap_pool: str | None = None


@dataclass(frozen=True)
class Product:
    """A product beside the suites. `kind` is 'standalone' or 'addon'; an add-on is useless without one of the
    alternatives of `requires`, each a tuple of ids of tiers or products that must all be held.

    `requires_verified` says whether Microsoft states that; where not, it limits what is recommended and accuses nobody.
    """

    product_id: str
    name: str
    kind: str
    sku_ids: tuple[str, ...]
    includes: frozenset[str]
    eligibility: str
    mailbox_gb: int | None = None
    onedrive_gb: int | None = None
    archive_gb: int | None = None
    requires: tuple[tuple[str, ...], ...] = ()
    requires_verified: bool = False
    seat_cap: int | None = None
    seat_cap_pool: str | None = None


@dataclass(frozen=True)
class Capability:
    """What a SKU lets a user do. `observable` is 'per-user', 'tenant' or 'none'.

    A SKU gives it with `any` or `all` of the service plans (`plan_match`), but for those in `not_given_by`, which hold
    a plan without the right. `absence` says what silence proves: 'strong' (unused is likely), 'weak' (for a person to
    review) or 'none' (counts as needed). A `quantity_key` names the size of a tier that decides instead of a plan.
    """

    capability_id: str
    name: str
    service_plan_ids: frozenset[str]
    observable: str
    absence: str = "none"
    plan_match: str = "any"
    not_given_by: frozenset[str] = frozenset()
    quantity_key: str | None = None


@dataclass(frozen=True)
class Overlaps:
    """Which product includes which other one. `larger` maps a SKU to those that include all of it; `review` to those of
    which only a person can say so; `rejected` to those that seem to by their plan ids, and do not.

    `supersedes` maps a service plan id to those that give the same and more; `noise` are plans that prove nothing.
    """

    larger: Mapping[str, frozenset[str]] = field(default_factory=dict)
    review: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rejected: Mapping[str, frozenset[str]] = field(default_factory=dict)
    supersedes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    noise: frozenset[str] = frozenset()

    @cached_property
    def includers(self) -> frozenset[str]:
        """Every SKU that is on the larger side of a pair."""
        return frozenset().union(*self.larger.values())


@dataclass(frozen=True)
class Catalogue:
    """Everything public about products, loaded from the package's data. `version` names the edition.

    `free` maps the SKUs without a seat price to their class (free, trial, consumption, device, resource-account,
    tenant). `plans` maps a SKU to its service plan ids, `plan_names` those to what Microsoft calls them. A SKU that
    is absent from `prices` is unpriced, never free. `prices_before` are the list prices that held until `changed`, when
    those in `prices` began: an existing purchase pays the old one until it renews. `floors` are what an unpriced SKU
    costs at least: they decide whether another answer is proven cheapest, and are never shown or added. `uplifts` say
    what other forms of payment cost, by the ids of `licenseiq.prices`.
    """

    version: str
    skus: Mapping[str, Sku]
    free: Mapping[str, str]
    prices: Mapping[str, Price]
    plans: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    capabilities: Mapping[str, Capability] = field(default_factory=dict)
    plan_names: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    prices_before: Mapping[str, Price] = field(default_factory=dict)
    changed: date | None = None
    floors: Mapping[str, Money] = field(default_factory=dict)
    country: str = "US"
    pairs: Mapping[str, str] = field(default_factory=dict)
    teams_products: frozenset[str] = frozenset()
    ladders: tuple[tuple[str, ...], ...] = ()
    overlaps: Callable[[], Overlaps] = Overlaps
    uplifts: Mapping[str, Uplift] = field(default_factory=dict)

    def list_price(self, sku_id: str) -> Money | None:
        """The list price that may enter an amount, in `country`; None where only an old one, or none, is known."""
        known = self.prices.get(sku_id)
        return known.monthly if known is not None and known.confirmed else None

    def sku(self, sku_id: str, part_number: str | None = None) -> Sku:
        """The SKU by id; one that the catalogue lacks keeps its part number (or id) as its name."""
        known = self.skus.get(sku_id.lower())
        if known is not None:
            return known
        return Sku(sku_id.lower(), part_number or sku_id.lower(), part_number or sku_id.lower())

    def is_for_devices(self, sku_id: str, part_number: str | None = None) -> bool:
        """Whether the SKU is for rooms, shared devices or call queues rather than for people."""
        if self.free.get(sku_id) in {"device", "resource-account"}:
            return True
        return self.sku(sku_id, part_number).part_number.upper().startswith(DEVICE_PARTS)

    def tier_of(self, sku_id: str) -> Tier | None:
        found = self.contents(sku_id)
        return found if isinstance(found, Tier) else None

    def contents(self, sku_id: str) -> Tier | Product | None:
        """The suite or product behind a SKU; None for one whose contents are not known."""
        return self._contents.get(sku_id)

    @cached_property
    def _contents(self) -> Mapping[str, Tier | Product]:
        every: list[Tier | Product] = [*self.products.values(), *self.tiers.values()]
        return {sku_id: one for one in every for sku_id in one.sku_ids}
