"""What a person needs: what cannot be seen is required."""

from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.right_sizing import Recommendation, recommend
from licenseiq.usage import AppUse, Signals
from tests.core.builders import BASIC, E3, NO_MAIL, STANDARD, day, make_context, make_line, make_person, signals

OWNED = (make_line(E3), make_line(STANDARD), make_line(BASIC, 20, 10), make_line("f3"))
WEB_ONLY = AppUse(day(1), frozenset({"teams"}), frozenset({"word"}))


def advise(person: Person) -> Recommendation:
    return recommend(person, make_context(OWNED))


def worker(sku: str = STANDARD, **more: object) -> Person:
    fields = {"apps": WEB_ONLY} | {k: v for k, v in more.items() if k != "employee_type"}
    return make_person(skus=[sku], signals=signals(1, **fields), employee_type=more.get("employee_type"))


def test_who_uses_no_desktop_apps_needs_basic_only() -> None:
    found = advise(worker())
    assert (found.recommended, found.saving) == ((BASIC,), (Money("USD", 7_000_000),))
    assert found.would_lose == ("Desktop apps",)


def test_who_uses_desktop_apps_keeps_them() -> None:
    found = advise(worker(apps=AppUse(day(1), frozenset({"outlook"}))))
    assert (found.recommended, found.saving) == ((STANDARD,), ())
    assert "Desktop apps" in found.because[0]


def test_it_abstains_and_names_the_report_that_is_missing() -> None:
    found = advise(worker(apps=None))
    assert (found.recommended, found.saving) == (None, None)
    assert "Desktop apps" in found.because[0]


def test_a_loss_for_the_whole_tenant_is_a_persons_decision() -> None:
    found = advise(worker(E3, employee_type="Frontline"))
    assert found.recommended == (E3,)
    assert found.review_candidate is not None
    assert found.review_candidate.sku_ids == ("f3",)
    assert found.review_candidate.saving == (Money("USD", 29_000_000),)
    assert any("defender" in words for words in found.review_candidate.decide)
    assert "mailbox_hold" in found.not_observable


def test_a_frontline_tier_is_for_marked_people_only() -> None:
    found = advise(worker(E3))
    assert (found.recommended, found.review_candidate) == ((E3,), None)


def test_a_business_plan_that_is_not_owned_is_not_recommended() -> None:
    assert recommend(worker(), make_context([make_line(STANDARD)])).recommended == (STANDARD,)


def test_a_second_product_may_need_the_suite_so_a_person_decides() -> None:
    found = advise(make_person(skus=[STANDARD, NO_MAIL], signals=signals(1, apps=WEB_ONLY)))
    assert found.recommended == (STANDARD, NO_MAIL)
    assert found.review_candidate is not None


def test_an_unused_account_needs_no_paid_seat() -> None:
    found = advise(make_person(skus=[E3, STANDARD], days=200))
    assert (found.recommended, found.saving) == ((), (Money("USD", 53_000_000),))


def test_unread_signals_recommend_nothing() -> None:
    assert advise(make_person(signals=Signals())).recommended is None


def test_a_guess_about_a_service_account_recommends_nothing() -> None:
    assert advise(make_person(user_principal_name="svc@example.com")).recommended is None
