"""Unknown is not zero: what was not read is claimed nowhere (INV-22)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.evaluate import evaluate
from licenseiq.money import Money
from licenseiq.people import Assignment, Employment, HrRecord, Person
from licenseiq.readings import Reason, Source
from licenseiq.usage import Mailbox, ProductUse, Signals
from tests.core.builders import (
    E3,
    STANDARD,
    UNPRICED,
    day,
    make_catalogue,
    make_context,
    make_line,
    make_person,
    make_view,
    signals,
)


def forget(person: Person, what: str) -> Person:
    seen = person.signals
    match what:
        case "signals":
            return replace(person, signals=Signals())
        case "mailbox kind":
            return replace(person, signals=replace(seen, mailbox=Mailbox()))
        case "licence date":
            return replace(person, signals=replace(seen, products=ProductUse()))
        case _:
            return replace(person, account_enabled=None)


# What is forgotten, and the kinds of finding that rest on it.
RESTS_ON = {
    "signals": {"inactive_holder", "never_used", "disabled_holder"},
    "mailbox kind": {"disabled_holder", "never_used"},
    "licence date": {"never_used"},
    "account state": {"disabled_holder", "inactive_holder", "never_used"},
}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([None, 1, 200]), st.booleans(), st.sampled_from(sorted(RESTS_ON)))
def test_a_forgotten_leaf_supports_no_counting_claim(days: int | None, enabled: bool, what: str) -> None:
    person = forget(make_person(days=days, account_enabled=enabled), what)
    found = evaluate(make_view([person], make_context([make_line(E3, 1, 1)])))
    assert not {c.kind for c in found.claims if c.counts} & RESTS_ON[what]


# Somebody on whom a rule counts, and the same person with a leaf forgotten on which that rests.
FORGOTTEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "departed_holder": ({"hr": HrRecord(Employment.LEFT, day(9)), "days": 60}, {"hr": None}),
    "licensed_shared_mailbox": (
        {"account_enabled": False, "signals": signals(1, mailbox=Mailbox("room", None, 1, 1, False))},
        {"signals": signals(1, mailbox=Mailbox("room"))},
    ),
    "licensed_guest": ({"user_type": "Guest", "days": 200}, {"signals": Signals()}),
    "duplicate_assignment": ({"assignments": (Assignment(E3), Assignment(E3, "g"))}, {"assignments": ()}),
    "group_licence_error": (
        {"assignments": (Assignment(E3, "g", "Error", "Other"),)},
        {"assignments": (Assignment(E3, "g", None, "Other"),)},
    ),
    "dormant_privileged": ({"roles": ("User Administrator",), "days": 200}, {"roles": None}),
    "stale_identity": ({"account_enabled": False}, {"signals": Signals()}),
}


@pytest.mark.parametrize("kind", sorted(FORGOTTEN))
def test_a_finding_counts_no_longer_once_a_leaf_it_rests_on_is_forgotten_positive_control(kind: str) -> None:
    known, forgotten = FORGOTTEN[kind]
    for more, counts in ((known, True), (known | forgotten, False)):
        found = evaluate(make_view([make_person(**more)], make_context([make_line(E3, 1, 1)])))
        assert (kind in {c.kind for c in found.claims if c.counts}) is counts


def test_nothing_is_scored_without_users_or_skus() -> None:
    for source in (Source.USERS, Source.SKUS):
        context = make_context([make_line()], unread={source: Reason.NO_PERMISSION})
        found = evaluate(make_view([make_person(account_enabled=False)], context)).summary
        assert (found.score, found.exposure, found.components) == (None, None, ())
        assert any("could not be read" in words for words in found.unknown)


def test_spend_is_known_without_users_but_exposure_is_not() -> None:
    context = make_context([make_line(E3, 10, 10)], unread={Source.USERS: Reason.NO_PERMISSION})
    found = evaluate(make_view([], context)).summary
    assert (found.monthly_spend, found.exposure) == ((Money("USD", 390_000_000),), None)


def test_a_tenant_without_paid_seats_has_no_score() -> None:
    found = evaluate(make_view([], make_context())).summary
    assert (found.score, found.paid_seats, found.monthly_spend, found.exposure) == (None, 0, (), ())
    assert found.unknown


def test_spend_without_any_price_is_unknown_and_the_score_counts_seats() -> None:
    people = [make_person("a", [UNPRICED]), make_person("b", [UNPRICED], account_enabled=False)]
    found = evaluate(make_view(people, make_context([make_line(UNPRICED, 2, 2)]))).summary
    assert (found.monthly_spend, found.exposure, found.components[0].points) == (None, None, 400)
    assert "seats are compared" in found.components[0].explanation


def test_several_currencies_fall_back_to_seats_and_it_is_said() -> None:
    catalogue = make_catalogue(**{STANDARD: Money("EUR", 12_000_000)})
    people = [make_person("a"), make_person("b", [STANDARD], account_enabled=False)]
    lines = [make_line(E3, 1, 1), make_line(STANDARD, 1, 1)]
    found = evaluate(make_view(people, make_context(lines, catalogue=catalogue))).summary
    assert found.components[0].points == 400
    assert "several currencies" in found.components[0].explanation
    assert found.exposure == (Money("EUR", 12_000_000),)


@pytest.mark.parametrize("source", [Source.SIGN_INS, Source.ACTIVE_USERS])
def test_the_score_is_provisional_until_usage_was_read(source: Source) -> None:
    found = evaluate(make_view([make_person()], make_context([make_line()], unread={source: Reason.NOT_YET}))).summary
    assert found.provisional
    assert "refresh_tenant" in {a.tool for a in found.actions}


def test_coverage_is_the_share_of_holders_with_any_usage_read() -> None:
    people = [make_person("a"), make_person("b", signals=Signals()), make_person("c", days=None)]
    assert evaluate(make_view(people)).summary.coverage == 666


def test_a_holder_without_signals_has_unknown_days_and_one_never_seen_counts_from_creation() -> None:
    people = [make_person("a", signals=Signals()), make_person("b", days=None), make_person("c", days=7)]
    holders = evaluate(make_view(people)).holders
    assert [(h.days_inactive, h.never_active) for h in holders] == [(None, False), (1000, True), (7, False)]
    assert holders[2].last_activity == day(7)


def test_a_room_with_a_licence_is_a_holder_but_no_person() -> None:
    (holder,) = evaluate(make_view([make_person(signals=signals(None, mailbox=Mailbox("room")))])).holders
    assert not holder.is_person
