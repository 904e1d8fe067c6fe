"""What is left of a leaver: yes, no, and what nobody could read."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.evaluate import evaluate, findings_of
from licenseiq.findings.finding import Confidence
from licenseiq.findings.stale_identity import KIND
from licenseiq.left_over import Left, left_over
from licenseiq.left_seen import LeftSeen
from licenseiq.people import Employment, HrRecord, Person
from licenseiq.policy import Policy
from licenseiq.readings import NAMES, OF_LEAVERS, Reason, Source
from licenseiq.usage import SignIn
from tests.core.builders import E3, NOW, ago, day, make_context, make_line, make_person, make_view, signals

COUNTED = {
    Source.LEFT_METHODS: "methods_left",
    Source.LEFT_APPS: "apps_left",
    Source.LEFT_GRANTS: "consents_left",
    Source.LEFT_GROUPS: "groups_left",
    Source.LEFT_DEVICES: "devices_left",
    Source.LEFT_RULES: "forwarding_rules_left",
}


def leaver(*seen: LeftSeen, **more: Any) -> Person:
    """Blocked, without a licence, last signed in 20 days ago."""
    fields: dict[str, Any] = {"account_enabled": False, "skus": [], "days": 20}
    return make_person(left=seen, **(fields | more))


def seen(source: Source, found: int = 0, **more: Any) -> LeftSeen:
    return LeftSeen(source, NOW, found=found, **more)


def rows(person: Person, **more: Any) -> dict[str, Left]:
    found = left_over(person, make_context(**more))
    assert found is not None
    return {one.key: one for one in found}


@pytest.mark.parametrize(("source", "key"), COUNTED.items())
def test_what_was_counted_is_yes_or_no_and_a_yes_is_a_finding(source: Source, key: str) -> None:
    yes, no = leaver(seen(source, 3)), leaver(seen(source))
    assert (rows(yes)[key].there, rows(yes)[key].value) == (True, 3)
    assert rows(no)[key].there is False
    (found,) = findings_of(yes, make_context())
    assert (found.kind, found.confidence, found.facts[key], found.claims_seats) == (KIND, Confidence.CERTAIN, 3, False)
    assert findings_of(no, make_context()) == ()


@pytest.mark.parametrize("source", OF_LEAVERS)
def test_what_could_not_be_read_is_unknown_with_the_permission_and_no_finding(source: Source) -> None:
    """INV-21, INV-22: as a source, of one person alone, and where nobody asked yet."""
    key = COUNTED.get(source, "sessions_left")
    refused = rows(leaver(seen(source, 3)), unread={source: Reason.NO_PERMISSION})[key]
    alone = rows(leaver(seen(source, 3, reason=Reason.NO_PERMISSION)))[key]
    assert (refused.there, alone.there) == (None, None)
    assert refused.says == alone.says == NAMES[source][1]
    assert (rows(leaver())[key].there, rows(leaver())[key].says) == (None, "not read yet")
    assert findings_of(leaver(), make_context()) == ()


@pytest.mark.parametrize(
    ("began", "last", "there"),
    [
        (30, SignIn(successful=ago(20)), True),
        (10, SignIn(successful=ago(20)), False),
        (300, SignIn(successful=ago(100)), False),
        (300, SignIn(), False),
        (300, SignIn(interactive=ago(2)), None),
        (None, SignIn(successful=ago(20)), None),
        (30, None, None),
    ],
    ids=["since", "ended", "unused for 90 days", "never", "attempts alone", "Graph did not say", "sign-ins not read"],
)
def test_sessions_live_where_they_were_used_of_late_and_not_ended_since(
    began: int | None, last: SignIn | None, there: bool | None
) -> None:
    valid_from = None if began is None else ago(began)
    person = leaver(seen(Source.LEFT_SESSIONS, valid_from=valid_from), signals=signals(20, sign_in=last))
    assert rows(person)["sessions_left"].there is there


@pytest.mark.parametrize(("outside", "words"), [(1, "outside"), (0, "forward"), (None, "perhaps outside")])
def test_a_rule_that_forwards_is_told_with_where_to_as_far_as_that_is_known(outside: int | None, words: str) -> None:
    row = rows(leaver(seen(Source.LEFT_RULES, 2, outside=outside)))["forwarding_rules_left"]
    assert row.there is True
    assert row.what.endswith(words)
    assert row.value == (outside or 2)


@pytest.mark.parametrize(("last", "there"), [(3, True), (9, False), (5, False)])
def test_a_sign_in_after_the_last_day_is_a_yes(last: int, there: bool) -> None:
    person = leaver(hr=HrRecord(Employment.LEFT, day(5)), days=last)
    assert rows(person)["signed_in_on"].there is there
    assert "signed_in_on" not in rows(leaver()), "without a day nobody can say"


def test_a_leaver_whose_account_is_open_is_told_without_a_licence_too() -> None:
    person = leaver(hr=HrRecord(Employment.LEFT, day(5)), account_enabled=True)
    found = evaluate(make_view([person], make_context([make_line(E3, 1, 1)])))
    assert [one.facts["can_sign_in"] for one in found.findings] == [True]


def test_rooms_people_on_leave_and_people_at_work_are_no_leavers() -> None:
    room = make_person(account_enabled=False, signals=signals(1, mailbox=replace(signals().mailbox, kind="room")))
    away = leaver(hr=HrRecord(Employment.ON_LEAVE, day(9)))
    for person in (room, away, make_person(), leaver(hr=HrRecord(Employment.LEFT, day(-1)), account_enabled=True)):
        assert left_over(person, make_context()) is None


def test_what_is_left_costs_nothing_and_moves_no_money() -> None:
    lines = [make_line(E3, 2, 1)]
    without = evaluate(make_view([make_person("a"), leaver(user_id="b")], make_context(lines))).summary
    left = leaver(*(seen(source, 3) for source in COUNTED), user_id="b")
    found = evaluate(make_view([make_person("a"), left], make_context(lines))).summary
    assert (found.exposure, found.monthly_spend) == (without.exposure, without.monthly_spend)
    assert [(one.kind, one.findings) for one in found.without_money] == [(KIND, 1)]


def test_what_the_policy_protects_is_no_finding() -> None:
    person = leaver(seen(Source.LEFT_METHODS, 1))
    assert findings_of(person, make_context(policy=Policy(protected_user_ids=frozenset({person.user_id})))) == ()


def test_all_that_is_unknown_of_leavers_is_told_in_a_sentence_a_reason() -> None:
    context = make_context(unread=dict.fromkeys(OF_LEAVERS, Reason.NO_PERMISSION))
    told = [words for words in evaluate(make_view([make_person()], context)).summary.unknown if "eavers" in words]
    assert len(told) == 1
    assert all(NAMES[source][1] in told[0] for source in OF_LEAVERS)
