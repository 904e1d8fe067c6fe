"""Which products somebody was given by hand, by cause, department and luck."""

import random

from licenseiq_demo.people.causes import EMPLOYEES

BASE: dict[str, tuple[tuple[str, float], ...]] = {
    "Sales": (("SPE_E5", 0.55), ("SPE_E3", 1.0)),
    "Engineering": (("SPE_E5", 0.5), ("SPE_E3", 1.0)),
    "Marketing": (("SPE_E5", 0.4), ("SPE_E3", 1.0)),
    "Legal": (("SPE_E5", 0.8), ("SPE_E3", 1.0)),
    "IT": (("SPE_E5", 0.85), ("SPE_E3", 1.0)),
    "HR": (("SPE_E5", 0.3), ("SPE_E3", 1.0)),
    "Customer Service": (("ENTERPRISEPACK", 0.6), ("SPE_E3", 1.0)),
    "Operations": (("ENTERPRISEPACK", 0.35), ("SPE_F1", 0.55), ("SPE_E3", 1.0)),
}
"""Cumulative shares. Finance and Field Service get their main product from a dynamic group."""

EXTRAS: tuple[tuple[str, float, frozenset[str]], ...] = (
    ("Microsoft_365_Copilot", 0.12, frozenset({"SPE_E3", "SPE_E5"})),
    ("POWER_BI_PRO", 0.09, frozenset({"SPE_E3", "ENTERPRISEPACK"})),
    ("PROJECTPROFESSIONAL", 0.05, frozenset({"SPE_E3", "SPE_E5"})),
    ("MCOEV", 0.10, frozenset({"SPE_E3"})),
    ("VISIOCLIENT", 0.03, frozenset({"SPE_E3", "SPE_E5"})),
    ("Microsoft_Teams_Premium", 0.03, frozenset({"SPE_E3"})),
    ("FLOW_FREE", 0.35, frozenset()),
    ("POWER_BI_STANDARD", 0.20, frozenset()),
)
"""Product, share of people, and the main products that it goes with (empty: any)."""

TRIAL = "Microsoft_Teams_Premium"
"""It began some weeks ago: whoever has not been here since cannot have it."""

OTHERS: dict[str, tuple[tuple[str, float], ...]] = {
    "scanner": (("EXCHANGESTANDARD", 0.8),),
    "shared_mailbox": (("EXCHANGESTANDARD", 0.35), ("SPE_E3", 0.2)),
    "full_shared_mailbox": (("EXCHANGEENTERPRISE", 1.0),),
    "room": (("EXCHANGESTANDARD", 0.3),),
    "equipment": (("EXCHANGESTANDARD", 0.2),),
    "guest": (("POWER_BI_PRO", 0.35), ("SPE_E3", 0.2)),
    "service": (("SPE_E3", 0.35), ("FLOW_FREE", 0.5)),
    "break_glass": (("SPE_E3", 0.5),),
    "almost_empty": (("SPE_E3", 1.0),),
}
"""Each product by itself, independent of the others."""

HANDED_OUT = {"copilot_handed_out": "Microsoft_365_Copilot", "visio_handed_out": "VISIOCLIENT"}

BEFORE_E5 = ("POWER_BI_PRO", "EMSPREMIUM", "EXCHANGEENTERPRISE", "AAD_PREMIUM_P2")
"""What was bought one by one before there was E5."""


def by_hand(cause: str, department: str | None, rng: random.Random) -> list[str]:
    """The part numbers that somebody assigned to this account directly."""
    if cause not in EMPLOYEES:
        return [part for part, share in OTHERS.get(cause, ()) if rng.random() < share]
    if cause == "mail_and_web":
        return ["SPE_E5"]
    if cause in HANDED_OUT:
        return ["SPE_E5" if rng.random() < 0.5 else "SPE_E3", HANDED_OUT[cause]]
    if cause == "moved_to_e5":
        kept = [part for part in BEFORE_E5 if rng.random() < 0.4]
        return ["SPE_E5", *(kept or BEFORE_E5[:1])]
    luck = rng.random()
    main = next((part for part, upto in BASE.get(department or "", ()) if luck < upto), None)
    parts = [main] if main else []
    for part, share, goes_with in EXTRAS:
        fits = rng.random() < share and (not goes_with or main in goes_with)
        if fits and (part != TRIAL or cause == "active"):
            parts.append(part)
    return parts
