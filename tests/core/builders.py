"""Small tenants for the tests of the rules: everything read, everybody busy, unless a test says otherwise."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from licenseiq.context import Context, TenantView
from licenseiq.money import Money
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.readings import Reading, Reason, Source
from licenseiq.seats import SeatLine
from licenseiq.skus import Capability, Catalogue, Price, Sku, Tier
from licenseiq.usage import AppUse, Drive, Mailbox, ProductUse, Signals, SignIn

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXCHANGE = "efb87545-963c-4e0d-99df-69c6916d9eb0"
E3, STANDARD, BASIC, FREE, UNPRICED, NO_MAIL = "e3", "standard", "basic", "free", "unpriced", "visio"


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def day(days: int) -> date:
    return ago(days).date()


def make_catalogue(**prices: Money) -> Catalogue:
    """Two ladders: e3 → f3 (frontline, tenant-level loss) and standard → basic (desktop apps only)."""
    listed = {E3: 39, "f3": 10, STANDARD: 14, BASIC: 7, NO_MAIL: 15}
    known = {
        sku: Price(Money("USD", units * 1_000_000), "test", date(2026, 8, 4), True) for sku, units in listed.items()
    }
    known |= {sku: Price(money, "test", None, True) for sku, money in prices.items()}

    def tier(name: str, family: str, rank: int, eligibility: str, gb: int, *gives: str) -> Tier:
        includes = frozenset({"mailbox", "onedrive", *gives})
        return Tier(name, family, rank, name.upper(), (name,), includes, eligibility, gb, gb, None)

    def capability(name: str, observable: str = "per-user", **more: Any) -> Capability:
        return Capability(name, name, frozenset(), observable, **({"absence": "strong"} | more))

    return Catalogue(
        version="test",
        skus={sku: Sku(sku, sku.upper(), sku.title()) for sku in (*listed, FREE, UNPRICED)},
        free={FREE: "free"},
        prices=known,
        plans={sku: frozenset({EXCHANGE}) for sku in (E3, "f3", STANDARD, BASIC, UNPRICED)}
        | {NO_MAIL: frozenset({"v"})},
        tiers={
            E3: tier(E3, "enterprise", 2, "any", 100, "desktop_apps", "mailbox_hold", "defender"),
            "f3": tier("f3", "enterprise", 1, "frontline", 2),
            STANDARD: tier(STANDARD, "business", 2, "business", 100, "desktop_apps"),
            BASIC: tier(BASIC, "business", 1, "business", 100),
        },
        capabilities={
            "desktop_apps": Capability("desktop_apps", "Desktop apps", frozenset(), "per-user", "strong"),
            "mailbox": capability("mailbox", quantity_key="mailbox_gb"),
            "onedrive": capability("onedrive", quantity_key="onedrive_gb"),
            "mailbox_hold": capability("mailbox_hold"),
            "defender": capability("defender", "tenant", absence="none"),
        },
    )


CATALOGUE = make_catalogue()


def make_line(sku: str = E3, enabled: int | None = 10, consumed: int | None = 10, **more: Any) -> SeatLine:
    fields: dict[str, Any] = {
        "part_number": sku.upper(),
        "warning": 0,
        "suspended": 0,
        "locked_out": 0,
        "assignable": True,
        "capability_status": "Enabled",
    }
    return SeatLine(sku_id=sku, enabled=enabled, consumed=consumed, **(fields | more))


def make_context(lines: Iterable[SeatLine] = (), unread: Mapping[Source, Reason] | None = None, **more: Any) -> Context:
    fields: dict[str, Any] = {"tenant_id": "t", "now": NOW, "catalogue": CATALOGUE, "policy": Policy()}
    readings = {source: Reading(source, (unread or {}).get(source), NOW, 1) for source in Source}
    return Context(readings=readings, lines={line.sku_id: line for line in lines}, **(fields | more))


def signed_in(days: int) -> SignIn:
    return SignIn(interactive=ago(days), successful=ago(days))


def signals(days: int | None = 1, **more: Any) -> Signals:
    """Everything read; last used `days` ago in every source, or never."""
    seen = None if days is None else day(days)
    fields: dict[str, Any] = {
        "sign_in": SignIn() if days is None else signed_in(days),
        "products": ProductUse(teams=seen, licensed_since=day(400)),
        "apps": AppUse(seen, frozenset({"word"}) if days is not None else frozenset()),
        "mailbox": Mailbox("user", seen, 1_000, 10**11, False),
        "drive": Drive(seen, 1_000, 3),
    }
    return Signals(**(fields | more))


def make_person(user_id: str = "u1", skus: Iterable[str] = (E3,), days: int | None = 1, **more: Any) -> Person:
    fields: dict[str, Any] = {
        "user_principal_name": f"{user_id}@example.com",
        "display_name": "Ada Byron",
        "user_type": "Member",
        "account_enabled": True,
        "created": ago(1000),
        "assignments": tuple(Assignment(sku) for sku in skus),
        "roles": (),
        "signals": signals(days),
    }
    return Person(user_id=user_id, **(fields | more))


def make_view(people: Iterable[Person], context: Context | None = None) -> TenantView:
    return TenantView(context or make_context(), tuple(people))
