"""What a person needs: what cannot be seen is required."""

from dataclasses import replace
from datetime import timedelta

from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.policy import Persona, Policy
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.right_sizing import Recommendation, recommend
from licenseiq.seats import SeatLine
from licenseiq.usage import AppUse, Drive, Signals
from tests.core.builders import (
    BASIC,
    E3,
    NO_MAIL,
    NOW,
    STANDARD,
    UNPRICED,
    day,
    make_context,
    make_line,
    make_person,
    signals,
)

OWNED = (make_line(E3), make_line(STANDARD), make_line(BASIC, 20, 10), make_line("f3"))
ENTERPRISE = (make_line(E3), make_line("f3"))
WEB_ONLY = AppUse(day(1), frozenset({"teams"}), frozenset({"word"}))
FRONTLINE = Policy(personas=(Persona("technician", employee_types=frozenset({"frontline"}), frontline=True),))
RELEASED = replace(FRONTLINE, released_capabilities=frozenset({"defender", "mailbox_hold"}))


def advise(person: Person, lines: tuple[SeatLine, ...] = OWNED, **context: object) -> Recommendation:
    return recommend(person, make_context(lines, **context))


def worker(sku: str = STANDARD, **more: object) -> Person:
    fields = {"apps": WEB_ONLY} | {k: v for k, v in more.items() if k != "employee_type"}
    return make_person(skus=[sku], signals=signals(1, **fields), employee_type=more.get("employee_type"))


def test_who_uses_no_desktop_apps_needs_basic_only() -> None:
    found = advise(worker())
    assert (found.recommended, found.saving) == ((BASIC,), (Money("USD", 7_000_000),))
    assert (found.would_lose, found.is_proven) == (("Desktop apps",), True)


def test_who_uses_desktop_apps_keeps_them_and_hears_why_not_one_tier_lower() -> None:
    found = advise(worker(apps=AppUse(day(1), frozenset({"outlook"}))))
    assert (found.recommended, found.saving) == ((STANDARD,), ())
    assert "Desktop apps" in found.because[0]
    assert found.why_not_lower == ("In use, and missing from BASIC: Desktop apps.",)


def test_it_abstains_and_names_the_report_that_is_missing() -> None:
    found = advise(worker(apps=None))
    assert (found.recommended, found.saving) == (None, None)
    assert "Desktop apps" in found.because[0]


def test_a_missing_report_that_decides_nothing_does_not_matter() -> None:
    assert advise(worker(BASIC, apps=None)).recommended == (BASIC,)


def test_a_loss_for_the_whole_tenant_is_a_persons_decision() -> None:
    found = advise(worker(E3, employee_type="Frontline"), ENTERPRISE, policy=FRONTLINE)
    assert found.recommended == (E3,)
    assert found.review_candidate is not None
    assert found.review_candidate.sku_ids == ("f3",)
    assert found.review_candidate.saving == (Money("USD", 29_000_000),)
    assert "hold" in found.review_candidate.decide[0]
    assert any("defender" in words for words in found.review_candidate.decide)
    assert "mailbox_hold" in found.not_observable
    assert "defender" in found.pooled
    assert any("hold" in words for words in found.warnings)


def test_what_the_policy_releases_is_recommended() -> None:
    found = advise(worker(E3, employee_type="Frontline"), ENTERPRISE, policy=RELEASED)
    assert (found.recommended, found.saving) == (("f3",), (Money("USD", 29_000_000),))


def test_what_the_policy_requires_stays_though_nobody_uses_it() -> None:
    policy = replace(RELEASED, required_capabilities=frozenset({"desktop_apps"}))
    found = advise(worker(E3, employee_type="Frontline"), ENTERPRISE, policy=policy)
    assert (found.recommended, found.review_candidate) == ((E3,), None)
    assert "Required by the policy: Desktop apps." in found.why_not_lower


def test_a_frontline_tier_is_for_people_whom_a_persona_marks() -> None:
    released = replace(RELEASED, personas=())
    found = advise(worker(E3, employee_type="Frontline"), ENTERPRISE, policy=released)
    assert (found.recommended, found.review_candidate) == ((E3,), None)
    assert "frontline workers" in found.why_not_lower[0]


def test_a_store_that_does_not_fit_keeps_the_seat() -> None:
    for full, seat in ((1_900_000_000, "f3"), (2_000_000_000, E3)):
        someone = worker(E3, employee_type="frontline", drive=Drive(day(1), full, 9))
        assert advise(someone, ENTERPRISE, policy=RELEASED).recommended == (seat,)


def test_a_product_that_is_not_owned_is_recommended_where_the_policy_permits_it() -> None:
    owned = (make_line(E3),)
    policy = replace(RELEASED, permitted_skus=frozenset({"f3"}))
    assert advise(worker(E3, employee_type="frontline"), owned, policy=RELEASED).recommended == (E3,)
    found = advise(worker(E3, employee_type="frontline"), owned, policy=policy)
    assert found.recommended == ("f3",)
    assert found.terms is not None
    assert found.terms.needs_purchase


def test_a_business_plan_that_is_not_owned_is_not_recommended() -> None:
    policy = Policy(permitted_skus=frozenset({BASIC}))
    assert advise(worker(), (make_line(STANDARD),), policy=policy).recommended == (STANDARD,)


def test_a_product_of_unknown_contents_stays_and_may_need_the_suite() -> None:
    found = advise(make_person(skus=[STANDARD, NO_MAIL], signals=signals(1, apps=WEB_ONLY)))
    assert (found.recommended, found.untouched) == ((STANDARD, NO_MAIL), (NO_MAIL,))
    assert found.review_candidate is not None
    assert found.review_candidate.sku_ids == (BASIC, NO_MAIL)


def test_a_seat_whose_contents_nobody_knows_cannot_be_judged() -> None:
    assert advise(make_person(skus=[UNPRICED])).recommended is None


def test_an_unused_account_needs_no_paid_seat() -> None:
    found = advise(make_person(skus=[E3, STANDARD], days=200))
    assert (found.recommended, found.saving) == ((), (Money("USD", 53_000_000),))


def test_unread_signals_recommend_nothing() -> None:
    assert advise(make_person(signals=Signals())).recommended is None


def test_a_guess_about_a_service_account_recommends_nothing() -> None:
    assert advise(make_person(user_principal_name="svc@example.com")).recommended is None


def bound(sku: str, **more: object) -> PriceBook:
    row = OwnPrice(sku, Money("USD", 14_000_000), renewal=NOW.date() + timedelta(days=89), **more)  # type: ignore[arg-type]
    return PriceBook("own", rows=(row,))


def test_a_step_down_in_a_commitment_that_needs_a_purchase_costs_more_in_this_term() -> None:
    lines = (make_line(STANDARD), make_line(BASIC, 10, 10))
    terms = advise(worker(), lines, prices=bound(STANDARD)).terms
    assert terms is not None
    assert (terms.amount, terms.needs_purchase) == ((Money("USD", 7_000_000),), True)
    assert terms.realisable_from == NOW.date() + timedelta(days=89)
    assert terms.net_this_term == (Money("USD", -21_000_000),)
    assert "propose it for the renewal" in terms.basis


def test_a_free_seat_costs_nothing_more_and_saves_nothing_before_the_renewal() -> None:
    terms = advise(worker(), prices=bound(STANDARD)).terms
    assert terms is not None
    assert (terms.needs_purchase, terms.net_this_term) == (False, (Money("USD", 0),))


def test_seats_that_can_still_be_given_back_save_at_once() -> None:
    terms = advise(worker(), prices=bound(STANDARD, reducible_until=NOW.date())).terms
    assert terms is not None
    assert (terms.realisable_from, terms.net_this_term) == (NOW.date(), (Money("USD", 42_000_000),))


def test_without_imported_terms_nothing_is_said_of_this_term() -> None:
    terms = advise(worker()).terms
    assert terms is not None
    assert (terms.amount, terms.realisable_from, terms.net_this_term) == ((Money("USD", 7_000_000),), None, None)
