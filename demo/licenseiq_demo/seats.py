"""What the tenant bought: seats of each product and the subscriptions behind them."""

import random
from collections import Counter
from dataclasses import dataclass

from licenseiq_demo.catalogue import Sku, by_part
from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields
from licenseiq_demo.people.wardrobe import TRIAL


@dataclass(frozen=True, slots=True)
class Line:
    """Seats of one product: usable, expired but still usable (`warning`), of a purchase that is over (`suspended`), and
    its subscriptions."""

    sku: Sku
    enabled: int
    warning: int
    subscription_ids: tuple[str, ...]
    suspended: int = 0


def _bought(part: str, used: int) -> tuple[int, int]:
    spare = {
        "SPE_E5": used // 14 + 3,
        "SPE_E3": used // 12 + 4,
        "Microsoft_365_Copilot": used // 5 + 4,
        "SPE_F1": used // 20 + 2,
        "ENTERPRISEPACK": used // 25 + 1,
        "EXCHANGESTANDARD": 2,
        "POWER_BI_PRO": used // 10 + 1,
        "MCOEV": 2,
        "VISIOCLIENT": 0,
        "EMSPREMIUM": 0,
        "EXCHANGEENTERPRISE": 1,
        "AAD_PREMIUM_P2": 0,
    }
    if part == "FLOW_FREE":
        return max(10_000, used), 0
    if part == "POWER_BI_STANDARD":
        return 1_000_000, 0
    if part == TRIAL:
        return max(25, used), 0
    if part == "PROJECTPROFESSIONAL":
        return max(used - 3, 0), 5
    return used + spare[part], 0


_RENEWALS = {
    "SPE_E5": (143,),
    "SPE_E3": (38, 221),
    "SPE_F1": (87,),
    "ENTERPRISEPACK": (38,),
    "Microsoft_365_Copilot": (19,),
    "VISIOCLIENT": (300,),
    "PROJECTPROFESSIONAL": (12,),
    "POWER_BI_PRO": (64,),
    "EXCHANGESTANDARD": (181,),
    "MCOEV": (143,),
    TRIAL: (9,),
    "EMSPREMIUM": (252,),
    "EXCHANGEENTERPRISE": (205,),
    "AAD_PREMIUM_P2": (118,),
}
"""Days until each subscription of a product moves to its next state; the free ones have no date."""

SELF_SERVICE = {"POWER_BI_PRO": 2}
"""Seats that somebody bought for a team with a credit card."""

LAPSED = {"ENTERPRISEPACK": 6}
"""Seats of a purchase that was not renewed; Microsoft deletes it in some weeks."""


def _subscription(line: tuple[Sku, int, int], ahead: int | None, when: Calendar, rng: random.Random) -> Fields:
    sku, seats, warning = line
    return {
        "id": new_id(rng),
        "commerceSubscriptionId": new_id(rng),
        "skuId": sku.sku_id,
        "skuPartNumber": sku.part,
        "totalLicenses": seats + warning,
        "status": "Warning" if warning else "Enabled",
        "isTrial": sku.part == TRIAL,
        "createdDateTime": when.moment(700 if ahead is None else (30 if sku.part == TRIAL else 365) - ahead % 365, rng),
        "nextLifecycleDateTime": None if ahead is None else f"{when.day(-ahead)}T00:00:00Z",
        "ownerId": None,
        "ownerTenantId": None,
        "ownerType": None,
        "serviceStatus": [],
    }


def buy(
    used: Counter[str], buyer: str | None, when: Calendar, rng: random.Random
) -> tuple[dict[str, Line], list[Fields]]:
    """Seats by `skuId` for this consumption (counted by `skuId`), and the subscriptions. `buyer` is the id of whoever
    bought without asking; None: nobody did."""
    lines: dict[str, Line] = {}
    subscriptions: list[Fields] = []
    for part, sku in by_part().items():
        enabled, warning = _bought(part, used[sku.sku_id])
        dates: tuple[int | None, ...] = _RENEWALS.get(part, (None,))
        by_card = min(SELF_SERVICE.get(part, 0), enabled) if buyer else 0
        each = (enabled - by_card) // len(dates)
        mine: list[Fields] = []
        for n, ahead in enumerate(dates):
            seats = each if n else enabled - by_card - (len(dates) - 1) * each
            mine.append(_subscription((sku, seats, warning if n == 0 else 0), ahead, when, rng))
        if by_card:
            mine.append(_subscription((sku, by_card, 0), 23, when, rng) | {"ownerType": "User", "ownerId": buyer})
        if part in LAPSED:
            mine.append(_subscription((sku, LAPSED[part], 0), 41, when, rng) | {"status": "Suspended"})
        subscriptions += mine
        ids = tuple(made["id"] for made in mine)
        lines[sku.sku_id] = Line(sku, enabled, warning, ids, LAPSED.get(part, 0))
    return lines, subscriptions
