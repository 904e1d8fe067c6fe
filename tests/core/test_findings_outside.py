"""Leavers by HR, people on leave, shared mailboxes, guests and service accounts: true case, near miss, unknown."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from licenseiq.evaluate import evaluate, findings_of
from licenseiq.findings import Confidence, Finding
from licenseiq.findings.licensed_shared_mailbox import NEEDS_A_LICENCE_FROM
from licenseiq.money import Money
from licenseiq.people import Assignment, Employment, HrRecord, Person
from licenseiq.policy import Policy
from licenseiq.skus import Tier
from licenseiq.usage import EmailUse, Mailbox, ProductUse, SignIn
from tests.core.builders import (
    BASIC,
    CATALOGUE,
    E3,
    NO_MAIL,
    STANDARD,
    ago,
    day,
    make_context,
    make_line,
    make_person,
    make_view,
    signals,
)

SMALL = Mailbox("shared", day(1), 10**9, 10**11, False)


def the(kind: str, person: Person, **context: Any) -> Finding | None:
    return next((one for one in findings_of(person, make_context(**context)) if one.kind == kind), None)


def left(since: date | None, **more: Any) -> Person:
    return make_person(hr=HrRecord(Employment.LEFT, since), **({"days": 60} | more))


def test_who_has_left_by_hr_holds_a_seat_for_nothing() -> None:
    found = the("departed_holder", left(day(30)))
    assert found is not None
    assert (found.confidence, found.sku_ids) == (Confidence.CERTAIN, (E3,))
    assert found.facts["left_on"] == day(30).isoformat()


def test_who_leaves_tomorrow_has_not_left() -> None:
    assert the("departed_holder", left(day(-1))) is None
    assert the("departed_holder", make_person(hr=HrRecord(Employment.ACTIVE))) is None


def test_a_leaver_who_was_seen_since_is_for_review() -> None:
    found = the("departed_holder", left(day(90)))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


@pytest.mark.parametrize(("since", "days"), [(None, 7), (day(90), 60), (day(2), 1)])
def test_hr_and_use_that_contradict_each_other_are_for_review(since: date | None, days: int) -> None:
    for kind in ("departed_holder", "stale_identity"):
        found = the(kind, left(since, days=days))
        assert found is not None
        assert found.confidence is Confidence.UNKNOWN
        assert "a human was seen" in found.reason


@pytest.mark.parametrize(("since", "days"), [(None, 8), (day(60), 60), (day(2), 3), (None, None)])
def test_use_up_to_the_day_of_leaving_is_no_contradiction(since: date | None, days: int | None) -> None:
    for kind in ("departed_holder", "stale_identity"):
        found = the(kind, left(since, days=days))
        assert found is not None
        assert found.confidence is Confidence.CERTAIN


def test_a_blocked_account_is_stale_whatever_was_seen_before_it_was_blocked() -> None:
    found = the("stale_identity", left(day(90), account_enabled=False))
    assert found is not None
    assert found.confidence is Confidence.CERTAIN


def test_a_phone_that_only_touches_the_mailbox_does_not_contradict_hr() -> None:
    seen = {"products": ProductUse(exchange=day(1)), "email": EmailUse(day(100))}
    found, unread = (
        the("departed_holder", left(day(90), signals=signals(100, **(seen | more)))) for more in ({}, {"email": None})
    )
    assert found is not None
    assert unread is not None
    assert (found.confidence, unread.confidence) == (Confidence.CERTAIN, Confidence.UNKNOWN)


def test_a_leaver_whose_mailbox_may_be_shared_is_likely_and_one_whose_is_has_another_rule() -> None:
    found = the("departed_holder", left(day(30), signals=signals(60, mailbox=Mailbox())))
    assert found is not None
    assert found.confidence is Confidence.LIKELY
    assert the("departed_holder", left(day(30), signals=signals(60, mailbox=SMALL))) is None


def test_a_leaver_is_not_called_inactive_too() -> None:
    kinds = [one.kind for one in findings_of(left(day(200), days=300), make_context())]
    assert kinds == ["departed_holder", "stale_identity"]


@pytest.mark.parametrize("kind", ["shared", "room", "equipment"])
def test_a_small_shared_mailbox_needs_no_licence(kind: str) -> None:
    person = make_person(account_enabled=False, signals=signals(1, mailbox=replace(SMALL, kind=kind)))
    found = the("licensed_shared_mailbox", person)
    assert found is not None
    assert found.confidence is Confidence.LIKELY
    assert "on hold: not read" in found.reason


@pytest.mark.parametrize("more", [{"used_bytes": NEEDS_A_LICENCE_FROM}, {"has_archive": True}, {"kind": "user"}])
def test_a_large_or_archived_or_own_mailbox_keeps_its_licence(more: dict[str, Any]) -> None:
    person = make_person(signals=signals(1, mailbox=replace(SMALL, **more)))
    assert the("licensed_shared_mailbox", person) is None


@pytest.mark.parametrize("more", [{"used_bytes": None}, {"has_archive": None}])
def test_a_shared_mailbox_of_unknown_size_is_for_review(more: dict[str, Any]) -> None:
    person = make_person(account_enabled=False, signals=signals(1, mailbox=replace(SMALL, **more)))
    found = the("licensed_shared_mailbox", person)
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


def test_a_shared_mailbox_that_somebody_signs_in_to_is_for_review() -> None:
    found = the("licensed_shared_mailbox", make_person(signals=signals(1, mailbox=SMALL)))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


def test_a_silent_guest_does_not_need_a_paid_seat() -> None:
    found = the("licensed_guest", make_person(user_type="guest", days=200))
    assert found is not None
    assert found.confidence is Confidence.LIKELY


def test_a_guest_at_work_and_one_of_whom_nothing_is_known_are_for_review() -> None:
    for person in (make_person(user_type="Guest"), make_person(user_type="Guest", signals=signals(200, products=None))):
        found = the("licensed_guest", person)
        assert found is not None
        assert found.confidence is Confidence.UNKNOWN


def test_a_guest_who_was_just_invited_or_holds_nothing_paid_is_left_alone() -> None:
    assert the("licensed_guest", make_person(user_type="Guest", days=None, created=ago(3))) is None
    assert the("licensed_guest", make_person(user_type="Guest", skus=[])) is None


LISTED = Policy(service_user_ids=frozenset({"u1"}))


def test_a_listed_service_account_that_uses_no_product_needs_no_seat() -> None:
    robot = signals(None, sign_in=SignIn(non_interactive=ago(1), successful=ago(1)))
    found = the("licensed_service_account", make_person(signals=robot), policy=LISTED)
    old = the("licensed_service_account", make_person(days=200), policy=LISTED)
    assert found is not None
    assert old is not None
    assert (found.confidence, old.confidence) == (Confidence.CERTAIN, Confidence.LIKELY)


def test_a_service_account_that_sends_mail_needs_its_mailbox() -> None:
    sender = signals(None, products=ProductUse(exchange=day(2)))
    assert the("licensed_service_account", make_person(signals=sender), policy=LISTED) is None


def test_a_service_account_by_name_only_or_without_reports_is_for_review() -> None:
    named = the("licensed_service_account", make_person(user_principal_name="scanner3@example.com", days=200))
    unread = the("licensed_service_account", make_person(signals=signals(200, products=None)), policy=LISTED)
    assert named is not None
    assert unread is not None
    assert (named.confidence, unread.confidence) == (Confidence.UNKNOWN, Confidence.UNKNOWN)


LONG_AGO = day(100)


def on_leave(since: date | None = LONG_AGO, until: date | None = None, **more: Any) -> Person:
    who = {"days": 101, "skus": [STANDARD]} | more
    return make_person(hr=HrRecord(Employment.ON_LEAVE, since, until), **who)


def with_contents(tier: Tier) -> Tier:
    gives = {"mailbox", "onedrive"} | ({"desktop_apps"} if tier.tier_id in (STANDARD, E3) else set())
    return replace(tier, includes=frozenset(gives))


LADDER = replace(CATALOGUE, tiers={name: with_contents(tier) for name, tier in CATALOGUE.tiers.items()})
BOTH = {"lines": [make_line(STANDARD), make_line(BASIC, 10, 1)], "catalogue": LADDER}


def test_a_long_leave_claims_the_difference_to_the_cheapest_permitted_tier() -> None:
    found = the("on_leave_full_tier", on_leave(), **BOTH)
    assert found is not None
    assert found.confidence is Confidence.LIKELY
    assert found.claimed == {STANDARD: Money("USD", 7_000_000)}
    assert found.facts["instead"] == "Basic"


def test_a_part_of_a_price_counts_in_money_and_not_in_seats() -> None:
    lines = [make_line(STANDARD, 1, 1), make_line(BASIC, 1, 0)]
    policy = Policy(buffer_percent=0, buffer_least=1)
    found = evaluate(make_view([on_leave()], make_context(lines, catalogue=LADDER, policy=policy)))
    (claim,) = found.claims
    assert (claim.seats, claim.monthly, claim.counts) == (0, Money("USD", 7_000_000), True)
    assert found.summary.exposure == (Money("USD", 7_000_000),)
    assert found.summary.components[0].points == 800 * 14 // 21


def test_a_leave_that_has_just_begun_or_ends_soon_claims_nothing() -> None:
    assert the("on_leave_full_tier", on_leave(day(29)), **BOTH) is None
    assert the("on_leave_full_tier", on_leave(day(100), day(-29)), **BOTH) is None
    assert the("on_leave_full_tier", on_leave(day(100), day(1)), **BOTH) is None
    assert the("on_leave_full_tier", on_leave(skus=[BASIC]), **BOTH) is None


def test_a_leave_without_a_cheaper_permitted_tier_or_without_a_day_is_for_review() -> None:
    nothing_cheaper = the("on_leave_full_tier", on_leave(), lines=[make_line(STANDARD)], catalogue=LADDER)
    undated, seen = (
        the("on_leave_full_tier", on_leave(None), **BOTH),
        the("on_leave_full_tier", on_leave(days=3), **BOTH),
    )
    for found in (nothing_cheaper, undated, seen):
        assert found is not None
        assert found.confidence is Confidence.UNKNOWN
    assert nothing_cheaper is not None
    assert nothing_cheaper.claimed == {STANDARD: None}


def test_somebody_on_leave_is_not_called_inactive() -> None:
    for days in (300, None):
        found = findings_of(on_leave(days=days, skus=[NO_MAIL]), make_context())
        assert found == ()


def test_an_add_on_beside_the_suite_stays_out_of_the_difference() -> None:
    person = replace(on_leave(), assignments=(Assignment(STANDARD), Assignment("unheard-of")))
    found = the("on_leave_full_tier", person, **BOTH)
    assert found is not None
    assert found.sku_ids == (STANDARD,)
