"""Seats: what was bought, what is assigned, and what runs out when.

Source of the arithmetic: Microsoft Graph, resources `subscribedSku`, `licenseUnitsDetail` and `companySubscription`.
"""

from dataclasses import dataclass
from datetime import datetime

UNLIMITED = 10_000  # enabled units of free SKUs; nobody bought so many seats of anything under this name


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One SKU that the tenant owns, in seats. Any number can be None: Graph did not say.

    `warning` seats are past their end and still usable; `suspended` and `locked_out` ones are not.
    `assignable` is False for SKUs that belong to the company rather than to users.
    """

    sku_id: str
    part_number: str
    enabled: int | None
    warning: int | None
    suspended: int | None
    locked_out: int | None
    consumed: int | None
    assignable: bool
    capability_status: str | None
    subscription_ids: tuple[str, ...] = ()
    service_plans: frozenset[str] = frozenset()

    def free(self) -> int | None:
        """Seats that can be given to somebody: enabled − consumed (warning seats are not planned with)."""
        if self.enabled is None or self.consumed is None:
            return None
        return self.enabled - self.consumed

    def paid_for(self) -> int | None:
        """Seats that money is paid for today: max(enabled, consumed), since more can be consumed than bought."""
        if self.enabled is None or self.consumed is None:
            return None
        return max(self.enabled, self.consumed)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One purchase. `next_lifecycle` is when it renews or moves to its next state; Graph knows no price or term.

    `commerce_id` is its id in Microsoft's commerce system, which invoices and partners name. `owner_type` says what
    `owner_id` is the id of ("User"), `owner_tenant_id` which partner made the purchase; None where nobody is named.
    """

    subscription_id: str
    sku_id: str
    status: str | None
    is_trial: bool | None
    total: int | None
    created: datetime | None
    next_lifecycle: datetime | None
    commerce_id: str | None = None
    owner_type: str | None = None
    owner_tenant_id: str | None = None
    owner_id: str | None = None

    @property
    def gives_seats(self) -> bool:
        """Whether its seats are among those that can be used; where Graph does not say, they are."""
        return self.status not in ("Suspended", "LockedOut", "Deleted")
