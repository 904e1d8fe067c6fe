"""One true case, one near miss and one unknown of the rules about blocked, inactive and never used accounts."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.evaluate import evaluate, findings_of
from licenseiq.findings import Confidence, Finding
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.readings import Reason, Source
from licenseiq.usage import EmailUse, Mailbox, ProductUse, Signals, SignIn
from tests.core.builders import E3, FREE, NO_MAIL, ago, day, make_context, make_person, make_view, signals


def only(person: Person, **context: Any) -> Finding | None:
    """The one finding that claims a seat."""
    found = [one for one in findings_of(person, make_context(**context)) if one.claims_seats]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_blocked_person_with_a_paid_seat_is_certain() -> None:
    found = only(make_person(account_enabled=False))
    assert found is not None
    assert (found.kind, found.confidence, found.sku_ids) == ("disabled_holder", Confidence.CERTAIN, (E3,))


@pytest.mark.parametrize("kind", ["shared", "room", "equipment"])
def test_a_blocked_shared_or_room_mailbox_is_not_a_leaver(kind: str) -> None:
    found = findings_of(make_person(account_enabled=False, signals=signals(mailbox=Mailbox(kind))), make_context())
    assert not {one.kind for one in found} & {"disabled_holder", "stale_identity"}


@pytest.mark.parametrize("mailbox", [None, Mailbox()])
def test_a_blocked_account_is_unknown_until_the_kind_of_its_mailbox_is_known(mailbox: Mailbox | None) -> None:
    found = only(make_person(account_enabled=False, days=300, signals=signals(300, mailbox=mailbox)))
    assert found is not None
    assert (found.kind, found.confidence) == ("disabled_holder", Confidence.UNKNOWN)


def test_a_blocked_account_without_any_mailbox_is_certain_once_the_mailbox_report_was_read() -> None:
    person = make_person(skus=[NO_MAIL], account_enabled=False, signals=signals(mailbox=None))
    read, unread = only(person), only(person, unread={Source.MAILBOXES: Reason.CONCEALED})
    assert read is not None
    assert unread is not None
    assert (read.confidence, unread.confidence) == (Confidence.CERTAIN, Confidence.UNKNOWN)


def test_a_free_licence_is_nobodys_waste() -> None:
    assert only(make_person(skus=[FREE], account_enabled=False)) is None


def test_silence_in_both_sources_is_certain() -> None:
    found = only(make_person(days=90))
    assert found is not None
    assert (found.kind, found.confidence) == ("inactive_holder", Confidence.CERTAIN)


def test_one_day_less_is_no_inactivity() -> None:
    assert only(make_person(days=89)) is None


@pytest.mark.parametrize("lost", [{"sign_in": None}, {"products": None}])
def test_silence_in_one_source_is_likely(lost: dict[str, None]) -> None:
    found = only(make_person(signals=signals(200, **lost)))
    assert found is not None
    assert found.confidence is Confidence.LIKELY


def test_background_use_is_likely_with_products_and_unknown_without() -> None:
    phone = SignIn(interactive=ago(200), non_interactive=ago(1), successful=ago(1))
    seen = only(make_person(signals=signals(200, sign_in=phone)))
    blind = only(make_person(signals=signals(200, sign_in=phone, products=None)))
    assert seen is not None
    assert blind is not None
    assert (seen.confidence, blind.confidence) == (Confidence.LIKELY, Confidence.UNKNOWN)
    assert seen.facts["background_only"] is True


PHONE = SignIn(interactive=ago(200), non_interactive=ago(1), successful=ago(1))


def touched(**more: Any) -> Finding | None:
    """Of somebody whose mailbox moved yesterday, and who did nothing else for 200 days."""
    seen = {"products": ProductUse(exchange=day(1), licensed_since=day(400)), "email": EmailUse(day(200))} | more
    return only(make_person(signals=signals(200, **seen)))


def test_a_mailbox_that_a_device_touches_is_likely() -> None:
    for sign_in in ({"sign_in": PHONE}, {}):
        found = touched(**sign_in)
        assert found is not None
        assert (found.kind, found.confidence) == ("inactive_holder", Confidence.LIKELY)
        fact = next(one for one in found.evidence if one.name == "background_mailbox")
        assert (fact.value, fact.source) == (day(1).isoformat(), Source.ACTIVE_USERS)


def test_who_read_mail_last_week_is_not_inactive_and_without_the_email_report_the_mailbox_counts_as_human() -> None:
    assert touched(email=EmailUse(day(7))) is None
    assert touched(email=None) is None


def test_a_touched_mailbox_is_for_review_where_sign_ins_were_not_read_or_no_human_was_ever_seen() -> None:
    program = SignIn(non_interactive=ago(1), successful=ago(1))
    never = {"apps": None, "email": EmailUse(), "drive": None}
    for more in ({"sign_in": None}, never | {"sign_in": SignIn()}, never | {"sign_in": program}):
        found = touched(**more)
        assert found is not None
        assert (found.kind, found.confidence) == ("inactive_holder", Confidence.UNKNOWN)


def test_a_word_for_a_program_in_the_name_that_is_shown_makes_nobody_a_service_account() -> None:
    found = only(make_person(days=200, display_name="Ada Byron SYSTEM: bot, scanner"))
    assert found is not None
    assert (found.kind, found.confidence) == ("inactive_holder", Confidence.CERTAIN)


def test_recent_attempts_without_a_known_success_are_for_review() -> None:
    found = only(make_person(created=ago(500), signals=Signals(sign_in=SignIn(interactive=ago(2)))))
    assert found is not None
    assert (found.kind, found.confidence) == ("inactive_holder", Confidence.UNKNOWN)


def test_attempts_on_an_account_that_nobody_ever_got_into_are_no_use_of_it() -> None:
    sprayed = SignIn(interactive=ago(1))
    found = only(make_person(created=ago(500), signals=signals(None, sign_in=sprayed)))
    assert found is not None
    assert (found.kind, found.confidence) == ("never_used", Confidence.LIKELY)
    assert found.facts["failed_attempts_until"] == day(1).isoformat()
    older = only(make_person(created=ago(2000), signals=signals(None, sign_in=sprayed)))
    assert older is not None
    assert (older.kind, older.confidence) == ("inactive_holder", Confidence.UNKNOWN)


def test_nothing_is_claimed_where_nothing_was_read() -> None:
    assert only(make_person(signals=Signals())) is None


def test_a_new_hire_is_no_zombie() -> None:
    assert only(make_person(days=None, hired=day(20))) is None
    assert only(make_person(days=200, hired=day(20))) is None


@pytest.mark.parametrize(
    "who",
    [
        {"user_principal_name": "svc-backup@example.com"},
        {"user_principal_name": "Copier.2@example.com"},
        {"display_name": "Break Glass 1"},
        {"roles": ("Global Administrator",)},
    ],
)
@pytest.mark.parametrize("days", [200, None])
def test_machines_and_emergency_accounts_are_for_review_only(who: dict[str, Any], days: int | None) -> None:
    found = only(make_person(**({"days": days} | who)))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


def test_a_room_is_nobodys_inactivity() -> None:
    found = only(make_person(signals=signals(None, mailbox=Mailbox("room"))))
    assert found is not None
    assert found.kind == "licensed_shared_mailbox"


def test_the_days_of_inactivity_are_those_of_the_skus_held() -> None:
    policy = Policy(inactive_days_by_sku={E3: 120, NO_MAIL: 30})
    assert only(make_person(days=100), policy=policy) is None
    assert only(make_person(days=120), policy=policy) is not None
    assert only(make_person(skus=[NO_MAIL], days=30), policy=policy) is not None
    assert only(make_person(skus=[E3, NO_MAIL], days=100), policy=policy) is None


def test_an_attempt_that_failed_is_no_activity() -> None:
    sprayed = SignIn(interactive=ago(1), successful=ago(200))
    found = only(make_person(signals=signals(200, sign_in=sprayed)))
    assert found is not None
    assert found.confidence is Confidence.CERTAIN
    assert found.facts["failed_attempts_until"] == day(1).isoformat()


def test_without_sign_in_activity_the_reports_carry_the_claim_and_concealed_ones_leave_it_to_sign_ins() -> None:
    without_p1 = only(make_person(signals=signals(200, sign_in=None)), unread={Source.SIGN_INS: Reason.NO_PREMIUM})
    hidden = dict.fromkeys((Source.ACTIVE_USERS, Source.MAILBOXES, Source.APPS), Reason.CONCEALED)
    concealed = only(make_person(signals=Signals(sign_in=signals(200).sign_in)), unread=hidden)
    assert without_p1 is not None
    assert concealed is not None
    assert (without_p1.confidence, without_p1.evidence[0].source) == (Confidence.LIKELY, Source.ACTIVE_USERS)
    assert (concealed.confidence, concealed.evidence[0].source) == (Confidence.LIKELY, Source.SIGN_INS)


def test_with_neither_source_nothing_is_claimed_and_the_switch_that_helps_is_named() -> None:
    unread = {Source.SIGN_INS: Reason.NO_PREMIUM, Source.ACTIVE_USERS: Reason.CONCEALED}
    found = evaluate(make_view([make_person(signals=Signals())], make_context(unread=unread)))
    assert [one for one in found.findings if one.claims_seats] == []
    assert found.summary.unknown[0].endswith("show names in reports: Settings > Org settings > Reports.")
    assert "show names in reports" in found.holders[0].reason


def test_an_account_that_was_never_used_is_certain() -> None:
    found = only(make_person(days=None))
    assert found is not None
    assert (found.kind, found.confidence) == ("never_used", Confidence.CERTAIN)


@pytest.mark.parametrize(("since", "claims"), [(60, False), (61, True)])
def test_the_grace_time_of_a_licence_counts_from_its_assignment(since: int, claims: bool) -> None:
    found = only(make_person(signals=signals(None, products=ProductUse(licensed_since=day(since)))))
    assert (found is not None) is claims


def test_an_unknown_date_of_the_licence_is_for_review() -> None:
    found = only(make_person(signals=signals(None, products=ProductUse())))
    assert found is not None
    assert (found.kind, found.confidence) == ("never_used", Confidence.UNKNOWN)


def test_an_account_that_was_never_used_may_be_a_shared_mailbox() -> None:
    found = only(make_person(signals=signals(None, mailbox=Mailbox())))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


def test_an_account_whose_state_is_unknown_is_for_review() -> None:
    found = only(replace(make_person(days=200), account_enabled=None))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN
