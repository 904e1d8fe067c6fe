"""Graph's three sign-in dates, read for what they prove."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.activity import Activity, Basis, activity_of
from licenseiq.evaluate import evaluate
from licenseiq.findings import Confidence
from licenseiq.readings import Reading, Reason, Source
from licenseiq.usage import AppUse, Drive, EmailUse, Mailbox, ProductUse, Signals, SignIn
from tests.core.builders import ago, day, make_context, make_person, make_view


def seen(sign_in: SignIn | None, created_days: int = 400, **more: object) -> Activity:
    person = make_person(signals=Signals(sign_in=sign_in, **more), created=ago(created_days))  # type: ignore[arg-type]
    return activity_of(person, make_context())


def test_a_successful_interactive_sign_in_is_a_human() -> None:
    found = seen(SignIn(interactive=ago(10), non_interactive=ago(20), successful=ago(10)))
    assert (found.last_human, found.basis, found.background_last) == (day(10), Basis.SUCCESSFUL, None)


def test_a_failed_attempt_is_no_activity() -> None:
    found = seen(SignIn(interactive=ago(1), successful=ago(200)))
    assert (found.last_human, found.failed_attempts_since) == (day(200), day(1))


def test_a_phone_that_refreshes_its_token_is_no_human() -> None:
    found = seen(SignIn(interactive=ago(200), non_interactive=ago(1), successful=ago(1) - timedelta(minutes=4)))
    assert (found.last_human, found.basis, found.background_last) == (day(200), Basis.INTERACTIVE, day(1))


def test_a_background_success_without_any_interactive_sign_in_shows_no_human_and_is_not_never() -> None:
    found = seen(SignIn(non_interactive=ago(1), successful=ago(1)))
    assert (found.last_human, found.background_last, found.never) == (None, day(1), False)


def test_an_old_account_without_recorded_success_falls_back_to_attempts_with_lower_confidence() -> None:
    found = seen(SignIn(interactive=ago(1200), non_interactive=ago(1150)), created_days=2000)
    assert (found.last_human, found.basis) == (day(1150), Basis.OLD_ATTEMPT)
    assert found.lower_confidence


def test_recent_attempts_alone_are_unclear_unless_successes_are_recorded_and_the_reports_are_silent_too() -> None:
    """A success of today would be recorded (resource signInActivity): a sprayed account looks alive and is not."""
    for products, days, unclear in ((None, 500, True), (ProductUse(), 500, False), (ProductUse(), 2000, True)):
        found = seen(SignIn(interactive=ago(3)), created_days=days, products=products)
        assert (found.last_human, found.failed_attempts_since, found.unclear) == (None, day(3), unclear)
        assert found.never
    assert seen(SignIn(interactive=ago(3)), created_days=2000, products=ProductUse(teams=day(2))).last_human == day(2)


def test_product_use_is_human_and_the_latest_date_wins() -> None:
    found = seen(SignIn(interactive=ago(90), successful=ago(90)), products=ProductUse(teams=day(5)))
    assert (found.last_human, found.basis) == (day(5), Basis.PRODUCTS)


def test_use_of_the_apps_is_human() -> None:
    assert seen(SignIn(), apps=AppUse(last_activity=day(9))).last_human == day(9)


def test_mailbox_and_drive_speak_only_where_the_product_report_does_not() -> None:
    stores = {"mailbox": Mailbox("user", day(4)), "drive": Drive(day(3))}
    assert seen(SignIn(), **stores).last_human == day(3)
    assert seen(SignIn(), products=ProductUse(), **stores).last_human is None


@pytest.mark.parametrize(
    ("report", "basis"),
    [
        ("teams", Basis.TEAMS),
        ("sharepoint", Basis.SHAREPOINT),
        ("email", Basis.EMAIL),
        ("activation", Basis.ACTIVATION),
        ("copilot", Basis.COPILOT),
    ],
)
def test_a_report_on_one_product_can_only_move_the_date_forward(report: str, basis: Basis) -> None:
    old = {"products": ProductUse(teams=day(100))}
    assert seen(SignIn(), **old, **{report: EmailUse(day(5))}).basis is basis
    for use in (EmailUse(day(100)), EmailUse(day(300)), EmailUse(), None):
        found = seen(SignIn(), **old, **{report: use})
        assert (found.last_human, found.basis) == (day(100), Basis.PRODUCTS)


PHONE = SignIn(interactive=ago(120), non_interactive=ago(1), successful=ago(1))
TOUCHED = {"products": {"products": ProductUse(exchange=day(1))}, "mailbox": {"mailbox": Mailbox("user", day(1))}}


@pytest.mark.parametrize("report", sorted(TOUCHED))
def test_a_date_of_the_mailbox_that_the_email_report_does_not_confirm_is_background(report: str) -> None:
    for mail in (EmailUse(day(120)), EmailUse()):
        found = seen(PHONE, email=mail, **TOUCHED[report])
        assert (found.last_human, found.mailbox_touched, found.never) == (day(120), day(1), False)


@pytest.mark.parametrize("report", sorted(TOUCHED))
def test_a_date_of_the_mailbox_that_is_confirmed_or_cannot_be_checked_is_human(report: str) -> None:
    for mail in (EmailUse(day(1)), None):
        found = seen(PHONE, email=mail, **TOUCHED[report])
        assert (found.last_human, found.mailbox_touched) == (day(1), None)


def test_an_email_report_that_is_unread_or_older_than_the_date_denies_nothing() -> None:
    person = make_person(signals=Signals(PHONE, ProductUse(exchange=day(1)), email=EmailUse(day(120))))
    context = make_context()
    for reading in (
        Reading(Source.EMAIL, Reason.NO_PERMISSION, ago(0)),
        Reading(Source.EMAIL, None, ago(2)),
        Reading(Source.EMAIL, None, None),
    ):
        other = replace(context, readings={**context.readings, Source.EMAIL: reading})
        assert activity_of(person, other).last_human == day(1)
    assert activity_of(person, context).last_human == day(120)


def test_meetings_make_the_mailboxs_date_the_persons_own_in_the_days_of_the_report() -> None:
    """Who lives in the calendar moves the date of the mailbox and sends no mail."""
    for met, last, touched in ((True, day(1), None), (False, day(120), day(1)), (None, day(120), day(1))):
        found = seen(PHONE, products=ProductUse(exchange=day(1)), email=EmailUse(None, met))
        assert (found.last_human, found.mailbox_touched) == (last, touched)
    older = seen(PHONE, products=ProductUse(exchange=day(100)), email=EmailUse(None, True))
    assert (older.last_human, older.mailbox_touched, older.met) == (day(120), day(100), True)


def test_meetings_on_a_day_that_is_not_told_are_for_review() -> None:
    """Neither never used nor inactive for sure; a human seen since then explains them."""
    found = seen(SignIn(), products=ProductUse(), email=EmailUse(None, True))
    assert (found.never, found.met) == (False, True)
    assert not seen(SignIn(), products=ProductUse(teams=day(89)), email=EmailUse(None, True)).met
    person = make_person(signals=Signals(SignIn(), ProductUse(licensed_since=day(400)), email=EmailUse(None, True)))
    (claim,) = (one for one in evaluate(make_view([person])).findings if one.user_id)
    assert (claim.kind, claim.confidence) == ("inactive_holder", Confidence.UNKNOWN)
    assert "Meetings" in claim.reason


def test_other_products_stay_human_beside_a_mailbox_that_is_only_touched() -> None:
    found = seen(PHONE, products=ProductUse(exchange=day(1), teams=day(5)), email=EmailUse(day(120)))
    assert (found.last_human, found.basis, found.mailbox_touched) == (day(5), Basis.PRODUCTS, day(1))


def test_long_ago_in_one_report_and_never_in_the_others_is_disputed() -> None:
    found = seen(SignIn(), products=ProductUse(), email=EmailUse(day(150)))
    assert (found.last_human, found.never, found.disputed) == (day(150), False, True)
    assert not seen(SignIn(), products=ProductUse(), email=EmailUse(day(5))).disputed
    assert not seen(SignIn(), products=ProductUse(teams=day(400)), email=EmailUse(day(150))).disputed


DATES = st.none() | st.integers(0, 400)
ONE = st.none() | DATES.map(lambda days: EmailUse(None if days is None else day(days)))
TIMES = DATES.map(lambda days: None if days is None else ago(days))


@settings(max_examples=150, deadline=None)
@given(
    sign_in=st.none() | st.builds(SignIn, TIMES, TIMES, TIMES),
    products=st.none() | DATES.map(lambda d: ProductUse(teams=None if d is None else day(d), licensed_since=day(300))),
    created=st.none() | st.integers(0, 2000),
    enabled=st.sampled_from([True, False, None]),
    more=st.fixed_dictionaries(dict.fromkeys(("teams", "sharepoint", "email", "activation", "copilot"), ONE)),
)
def test_no_report_on_one_product_lets_a_rule_claim_more_but_for_email_and_a_touched_mailbox(
    sign_in: SignIn | None,
    products: ProductUse | None,
    created: int | None,
    enabled: bool | None,
    more: dict[str, EmailUse | None],
) -> None:
    def claimed(signals: Signals) -> set[str]:
        """What is claimed, and what is claimed for certain."""
        person = make_person(
            signals=signals, created=None if created is None else ago(created), account_enabled=enabled
        )
        found = evaluate(make_view([person], make_context())).findings
        certain = {f"{sku_id} for certain" for f in found if f.confidence is Confidence.CERTAIN for sku_id in f.sku_ids}
        return certain | {sku_id for f in found if f.confidence.counts for sku_id in f.sku_ids}

    base = Signals(sign_in, products, mailbox=Mailbox("user"))
    assert claimed(replace(base, **more)) <= claimed(base)


def test_what_was_not_read_is_not_never() -> None:
    found = seen(None)
    assert (found.never, found.is_known) == (False, False)


def test_what_was_read_and_shows_nothing_is_never() -> None:
    assert seen(SignIn(), products=ProductUse()).never


def test_attempts_stay_weak_evidence_beside_a_report_on_one_product() -> None:
    found = seen(SignIn(interactive=ago(300)), created_days=2000, products=ProductUse(), email=EmailUse(day(150)))
    assert (found.last_human, found.basis, found.lower_confidence) == (day(150), Basis.EMAIL, True)
