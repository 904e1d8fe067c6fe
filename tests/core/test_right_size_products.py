"""Right-sizing over Microsoft's real products."""

from dataclasses import replace

import pytest

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.right_size.needs import State, needs_of
from licenseiq.right_size.offers import floor, offer_of
from licenseiq.right_sizing import Recommendation, recommend
from licenseiq.usage import AppUse, Drive, LastUse, Mailbox
from licenseiq_tenant.prices import load_catalogue
from tests.core.builders import day, make_context, make_line, make_person, signals

CATALOGUE = load_catalogue()
SKU = {sku.part_number: sku.sku_id for sku in CATALOGUE.skus.values()}
TEAMS_PLAN, DESKTOP_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929", "43de0ff5-c92c-492b-9116-175376d08c38"
GB = 2**30
BASIC, STANDARD, PREMIUM = "O365_BUSINESS_ESSENTIALS", "O365_BUSINESS_PREMIUM", "SPB"
ALL = frozenset(CATALOGUE.capabilities)
WEB = AppUse(day(1), frozenset(), frozenset({"word"}))


def tenant(*owned: str, consumed: int = 50, **more: object) -> Context:
    lines = [make_line(SKU[part], 400, consumed, part_number=part) for part in owned]
    return make_context(lines, **({"catalogue": CATALOGUE} | more))


def worker(*parts: str, mailbox_gb: int = 10, quota_gb: int = 100, archive: bool = False, **seen: object) -> Person:
    used = {
        "teams": LastUse(day(1)),
        "sharepoint": LastUse(day(1)),
        "mailbox": Mailbox("user", day(1), mailbox_gb * GB, quota_gb * GB, archive),
        "drive": Drive(day(1), 5 * GB, 10),
    }
    return make_person(skus=[SKU[part] for part in parts], signals=signals(1, **(used | seen)))


def names(ids: tuple[str, ...] | None) -> set[str] | None:
    return None if ids is None else {CATALOGUE.skus[sku_id].part_number for sku_id in ids}


def advise(person: Person, context: Context) -> Recommendation:
    return recommend(person, context)


def test_e5_steps_down_only_once_what_nobody_can_see_is_released() -> None:
    held, released = worker("SPE_E5"), Policy(released_capabilities=ALL - {"mailbox_hold"})
    careful = advise(held, tenant("SPE_E5", "SPE_E3"))
    assert names(careful.recommended) == {"SPE_E5"}
    assert careful.review_candidate is not None
    assert names(careful.review_candidate.sku_ids) == {"SPE_E3"}
    assert "Defender for Identity" in careful.pooled
    found = advise(held, tenant("SPE_E5", "SPE_E3", policy=released))
    assert (names(found.recommended), found.saving) == ({"SPE_E3"}, (Money("USD", 21_000_000),))


def test_an_unpriced_add_on_that_could_make_a_cheaper_set_is_named() -> None:
    """The data's own example: Teams Phone beside Business Basic has no price, so Office 365 E5 is not proven."""
    policy = Policy(required_capabilities=frozenset({"teams_phone"}), released_capabilities=ALL - {"teams_phone"})
    context = tenant("ENTERPRISEPREMIUM", BASIC, "MCOEV", policy=policy)
    found = advise(worker("ENTERPRISEPREMIUM", apps=WEB), context)
    assert names(found.recommended) == {"ENTERPRISEPREMIUM"}
    assert (found.is_proven, names(found.could_be_cheaper)) == (False, {"MCOEV"})


def test_with_a_price_of_its_own_the_same_add_on_makes_the_cheaper_set() -> None:
    policy = Policy(required_capabilities=frozenset({"teams_phone"}), released_capabilities=ALL - {"teams_phone"})
    prices = PriceBook("own", rows=(OwnPrice(SKU["MCOEV"], Money("USD", 8_000_000)),))
    context = tenant("ENTERPRISEPREMIUM", BASIC, "MCOEV", policy=policy, prices=prices)
    found = advise(worker("ENTERPRISEPREMIUM", apps=WEB), context)
    assert (names(found.recommended), found.is_proven) == ({BASIC, "MCOEV"}, True)
    assert found.saving == (Money("USD", 26_000_000),)


def test_a_no_teams_suite_with_teams_is_never_thought_cheaper_than_the_suite_with_teams() -> None:
    owned = ("SPE_E3", "Microsoft_365_E3_(no_Teams)", "Microsoft_Teams_Enterprise_New")
    # The suite without Teams lacks Defender for Office by the table: released, so that price alone decides.
    policy = Policy(released_capabilities=frozenset({"defender_office_p1"}))
    found = advise(worker("SPE_E3"), tenant(*owned, policy=policy))
    assert (names(found.recommended), found.is_proven) == ({"SPE_E3"}, True)
    ruleless = replace(CATALOGUE, pairs={})
    assert advise(worker("SPE_E3"), tenant(*owned, policy=policy, catalogue=ruleless)).is_proven is False


def test_a_higher_step_of_a_ladder_is_thought_to_cost_at_least_the_lower_one() -> None:
    context = tenant("PBI_PREMIUM_PER_USER")
    unpriced = offer_of(SKU["PBI_PREMIUM_PER_USER"], context)
    assert unpriced is not None
    assert unpriced.price is None
    assert floor(unpriced, context, "USD") == 14_000_000
    assert floor(unpriced, context, "EUR") == 0


def test_the_cap_of_300_seats_counts_over_all_business_plans() -> None:
    person = worker("SPE_E3", apps=WEB)
    policy = Policy(released_capabilities=ALL)
    for consumed, seats in ((100, {BASIC}), (150, {"SPE_E3"})):
        lines = [make_line(SKU[part], 400, consumed) for part in (BASIC, STANDARD)]
        context = make_context([make_line(SKU["SPE_E3"]), *lines], catalogue=CATALOGUE, policy=policy)
        assert names(advise(person, context).recommended) == seats


def test_a_mailbox_is_measured_against_the_real_quota() -> None:
    """Office 365 E1 has 50 GB: 40 GB fit, 46 GB would start out nearly full, and a quota of 50 GB today fits anyway."""
    context = tenant("ENTERPRISEPACK", "STANDARDPACK", policy=Policy(released_capabilities=ALL))
    for stored, quota, seat in ((40, 100, "STANDARDPACK"), (46, 100, "ENTERPRISEPACK"), (46, 50, "STANDARDPACK")):
        person = worker("ENTERPRISEPACK", apps=WEB, mailbox_gb=stored, quota_gb=quota)
        assert names(advise(person, context).recommended) == {seat}, (stored, quota)


def test_an_archive_of_unknown_size_keeps_a_seat_with_one_as_large() -> None:
    context = tenant("ENTERPRISEPACK", "STANDARDPACK", policy=Policy(released_capabilities=ALL))
    found = advise(worker("ENTERPRISEPACK", apps=WEB, archive=True), context)
    assert names(found.recommended) == {"ENTERPRISEPACK"}
    assert "The archive does not fit Office 365 E1." in found.why_not_lower


def test_a_hold_that_nobody_read_keeps_exchange_plan_2_until_a_person_says_otherwise() -> None:
    policy = Policy(released_capabilities=ALL - {"mailbox_hold"})
    found = advise(worker("ENTERPRISEPACK", apps=WEB), tenant("ENTERPRISEPACK", "STANDARDPACK", policy=policy))
    assert names(found.recommended) == {"ENTERPRISEPACK"}
    assert found.review_candidate is not None
    assert "hold" in found.review_candidate.decide[0]


def test_f1_is_never_for_somebody_with_a_mailbox() -> None:
    context = tenant("SPE_F1", "M365_F1_COMM", policy=Policy(released_capabilities=ALL))
    assert names(advise(worker("SPE_F1", apps=WEB, mailbox_gb=1, quota_gb=2), context).recommended) == {"SPE_F1"}


def test_a_service_that_is_switched_off_on_every_path_is_not_needed() -> None:
    sku = SKU["SPE_E3"]
    half = replace(
        worker("SPE_E3"), assignments=(Assignment(sku, None, disabled_plans=(TEAMS_PLAN,)), Assignment(sku, "g"))
    )
    off = replace(half, assignments=half.assignments[:1])
    context = tenant("SPE_E3")
    assert needs_of(half, context).state("teams") is State.USED
    assert needs_of(off, context).state("teams") is None


def test_a_service_that_is_switched_off_makes_room_for_a_lower_tier() -> None:
    person = worker(STANDARD)
    context = tenant(STANDARD, BASIC)
    assert names(advise(person, context).recommended) == {STANDARD}
    plans = CATALOGUE.plans[SKU[STANDARD]] & CATALOGUE.capabilities["desktop_apps"].service_plan_ids
    off = replace(person, assignments=(Assignment(SKU[STANDARD], disabled_plans=tuple(plans)),))
    assert names(advise(off, context).recommended) == {BASIC}


def test_an_add_on_keeps_the_base_that_it_needs() -> None:
    """Teams Phone needs a licence with Teams: an unused Teams service does not free the suite from under it."""
    policy = Policy(required_capabilities=frozenset({"teams_phone"}), released_capabilities=ALL - {"teams_phone"})
    prices = PriceBook("own", rows=(OwnPrice(SKU["MCOEV"], Money("USD", 8_000_000)),))
    context = tenant(BASIC, "MCOEV", "EXCHANGESTANDARD", policy=policy, prices=prices)
    idle = worker(BASIC, "MCOEV", apps=AppUse(day(1)), teams=LastUse(None), sharepoint=LastUse(None))
    idle = replace(idle, signals=replace(idle.signals, products=None, drive=Drive(None, 0, 0)))
    assert names(advise(idle, context).recommended) == {BASIC, "MCOEV"}


def test_a_price_that_is_not_current_decides_but_enters_no_amount() -> None:
    policy = Policy(released_capabilities=ALL)
    context = tenant("STANDARDPACK", "EXCHANGESTANDARD", policy=policy)
    quiet = worker("STANDARDPACK", apps=AppUse(day(1)), quota_gb=50, teams=LastUse(None), sharepoint=LastUse(None))
    quiet = replace(quiet, signals=replace(quiet.signals, products=None, drive=Drive(None, 0, 0)))
    found = advise(quiet, context)
    assert (names(found.recommended), found.saving) == ({"EXCHANGESTANDARD"}, None)


@pytest.mark.parametrize(
    "owned", [("SPE_E5", "SPE_E3"), ("SPE_E5", "SPE_E3", "SPE_F1", PREMIUM, BASIC, "STANDARDPACK")]
)
def test_more_released_capabilities_never_make_the_set_dearer(owned: tuple[str, ...]) -> None:
    person, cost = worker("SPE_E5"), Money("USD", 60_000_000)
    released: set[str] = set()
    for capability in sorted(ALL):
        released.add(capability)
        found = advise(person, tenant(*owned, policy=Policy(released_capabilities=frozenset(released))))
        assert found.recommended is not None
        now = sum(price.monthly.micros for s in found.recommended if (price := CATALOGUE.prices.get(s)))
        assert now <= cost.micros
        cost = Money("USD", now)
