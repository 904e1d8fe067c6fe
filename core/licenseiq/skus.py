"""SKUs, their prices, and what Microsoft calls them.

Join on `sku_id` only: part numbers mislead (`SPE_F1` is Microsoft 365 F3) and display names repeat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

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
    """A list price per seat and month. `confirmed` is False for one that was last seen before a price change."""

    monthly: Money
    source: str
    observed: date | None
    confirmed: bool


@dataclass(frozen=True)
class Tier:
    """A suite of a licence family: its rank in the ladder, what it lets a user do, and who may hold it.

    `includes` are capability ids. `eligibility` is 'any', 'frontline' or 'business'. Sizes are in GB; None is
    unknown, never zero.
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


@dataclass(frozen=True)
class Downgrade:
    """What a step from one tier to another takes away, by how its use can be seen."""

    from_tier: str
    to_tier: str
    lost_observable: tuple[str, ...]
    lost_tenant_level: tuple[str, ...]
    lost_not_observable: tuple[str, ...]


@dataclass(frozen=True)
class Capability:
    """What a SKU lets a user do. `observable` is 'per-user', 'tenant' or 'none'."""

    capability_id: str
    name: str
    service_plan_ids: frozenset[str]
    observable: str


@dataclass(frozen=True)
class Catalogue:
    """Everything public about products, loaded from the package's data. `version` names the edition.

    `free` maps the SKUs without a seat price to their class (free, trial, consumption, device, resource-account,
    tenant). `plans` maps a SKU to its service plan ids, `plan_names` those to what Microsoft calls them. A SKU that
    is absent from `prices` is unpriced, never free.
    """

    version: str
    skus: Mapping[str, Sku]
    free: Mapping[str, str]
    prices: Mapping[str, Price]
    plans: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    downgrades: tuple[Downgrade, ...] = ()
    capabilities: Mapping[str, Capability] = field(default_factory=dict)
    plan_names: Mapping[str, str] = field(default_factory=dict)

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
        return next((tier for tier in self.tiers.values() if sku_id in tier.sku_ids), None)
