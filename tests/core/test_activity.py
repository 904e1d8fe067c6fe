"""Graph's three sign-in dates, read for what they prove."""

from datetime import timedelta

from licenseiq.activity import Activity, Basis, activity_of
from licenseiq.usage import AppUse, Drive, Mailbox, ProductUse, Signals, SignIn
from tests.core.builders import ago, day, make_context, make_person


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


def test_a_young_account_with_recent_attempts_only_is_unclear() -> None:
    found = seen(SignIn(interactive=ago(3)))
    assert found.unclear
    assert found.last_human is None


def test_product_use_is_human_and_the_latest_date_wins() -> None:
    found = seen(SignIn(interactive=ago(90), successful=ago(90)), products=ProductUse(teams=day(5)))
    assert (found.last_human, found.basis) == (day(5), Basis.PRODUCTS)


def test_use_of_the_apps_is_human() -> None:
    assert seen(SignIn(), apps=AppUse(last_activity=day(9))).last_human == day(9)


def test_mailbox_and_drive_speak_only_where_the_product_report_does_not() -> None:
    stores = {"mailbox": Mailbox("user", day(4)), "drive": Drive(day(3))}
    assert seen(SignIn(), **stores).last_human == day(3)
    assert seen(SignIn(), products=ProductUse(), **stores).last_human is None


def test_what_was_not_read_is_not_never() -> None:
    found = seen(None)
    assert (found.never, found.is_known) == (False, False)


def test_what_was_read_and_shows_nothing_is_never() -> None:
    assert seen(SignIn(), products=ProductUse()).never
