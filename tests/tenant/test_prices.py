"""The packaged catalogue."""

import time
import tomllib
from datetime import date
from importlib.resources import files

from licenseiq.money import Money
from licenseiq.prices import MONTH_TO_MONTH, YEAR_PAID_MONTHLY
from licenseiq_tenant.prices import load_catalogue

E3, EMS = "05e9a617-0261-4cee-bb44-138d3ef5d965", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
CATALOGUE = load_catalogue()


def rows() -> list[dict[str, object]]:
    text = files("licenseiq_tenant.prices").joinpath("data", "prices.toml").read_text(encoding="utf-8")
    found: list[dict[str, object]] = tomllib.loads(text)["price"]
    return found


def test_a_current_price_is_confirmed() -> None:
    assert CATALOGUE.prices[E3].monthly == Money("USD", 39_000_000)
    assert CATALOGUE.prices[E3].confirmed


def test_a_superseded_price_prices_nothing() -> None:
    assert EMS in CATALOGUE.skus
    assert EMS not in CATALOGUE.prices
    usable = {s for row in rows() if row["status"] in {"current", "last-known"} for s in row["sku_ids"]}  # type: ignore[attr-defined]
    assert set(CATALOGUE.prices) == usable


def test_a_last_known_price_is_shown_and_enters_no_amount() -> None:
    current = {s for row in rows() if row["status"] == "current" for s in row["sku_ids"]}  # type: ignore[attr-defined]
    unconfirmed = {sku for sku, price in CATALOGUE.prices.items() if not price.confirmed}
    assert unconfirmed
    assert not unconfirmed & current
    assert all(CATALOGUE.list_price(sku) is None for sku in unconfirmed)


def test_the_price_before_the_change_is_kept_for_what_has_not_renewed_since() -> None:
    assert CATALOGUE.changed == date(2026, 7, 1)
    assert CATALOGUE.prices_before[E3].monthly == Money("USD", 36_000_000)
    assert set(CATALOGUE.prices_before) <= {sku for sku, price in CATALOGUE.prices.items() if price.confirmed}


def test_what_an_unpriced_product_costs_at_least_is_no_price() -> None:
    assert CATALOGUE.floors[EMS] == Money("USD", 10_600_000)
    assert not set(CATALOGUE.floors) & {sku for sku, price in CATALOGUE.prices.items() if price.confirmed}


def test_an_add_on_names_the_bases_that_it_needs() -> None:
    copilot = CATALOGUE.products["copilot"]
    assert copilot.kind == "addon"
    known = {*CATALOGUE.tiers, *CATALOGUE.products}
    assert {base for alternative in copilot.requires for base in alternative} <= known


def test_free_and_tenant_wide_products_have_a_class_and_no_price() -> None:
    assert CATALOGUE.free["f30db892-07e9-47e9-837c-80727f46fd3d"] == "free"
    assert CATALOGUE.free["99049c9c-6011-4908-bf17-15f496e6519d"] == "tenant"
    assert not set(CATALOGUE.free) & set(CATALOGUE.prices)


def test_part_numbers_that_mislead_have_their_real_names() -> None:
    assert CATALOGUE.sku("66B55226-6b4f-492c-910c-a3b7a3c9d993").name == "Microsoft 365 F3"


def test_the_catalogue_loads_fast_and_once() -> None:
    began = time.perf_counter()
    load_catalogue.__wrapped__()
    assert time.perf_counter() - began < 0.5  # 0.04 s on a quiet machine; the bench holds it to 0.06
    assert load_catalogue() is CATALOGUE


def test_the_uplifts_of_other_payments_are_known_by_the_names_that_prices_use() -> None:
    assert CATALOGUE.uplifts[YEAR_PAID_MONTHLY].per_mille == 1050
    assert CATALOGUE.uplifts[MONTH_TO_MONTH].per_mille == 1200
    assert all(rule.source and not rule.verified for rule in CATALOGUE.uplifts.values())
