"""Whom and what the policy excludes is claimed by no rule, and what somebody has decided to leave counts nowhere."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.context import Context
from licenseiq.evaluate import evaluate
from licenseiq.evaluation import Evaluation
from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.findings import Confidence
from licenseiq.money import Money
from licenseiq.people import Assignment, Employment, HrRecord, Person
from licenseiq.policy import Policy
from licenseiq.seats import Subscription
from licenseiq.usage import Mailbox
from tests.core.builders import E3, STANDARD, ago, day, make_context, make_line, make_person, make_view, signals

many = settings(max_examples=100, deadline=None)
LINES = [make_line(E3, 50, 10), make_line(STANDARD, 5, 9)]
FOUND_ON = {
    "departed_holder": {"hr": HrRecord(Employment.LEFT, day(9)), "days": 60},
    "disabled_holder": {"account_enabled": False},
    "licensed_shared_mailbox": {"signals": signals(1, mailbox=Mailbox("room", None, 1, 1, False))},
    "licensed_guest": {"user_type": "Guest"},
    "licensed_service_account": {"user_principal_name": "scanner@example.com", "days": 200},
    "inactive_holder": {"days": 200},
    "never_used": {"days": None},
    "on_leave_full_tier": {"hr": HrRecord(Employment.ON_LEAVE, day(60)), "days": 70},
    "duplicate_assignment": {"assignments": (Assignment(E3), Assignment(E3, "g"))},
    "group_licence_error": {"assignments": (Assignment(E3, "g", "Error", "Other"),)},
    "dormant_privileged": {"roles": ("User Administrator",), "days": 200},
    "stale_identity": {"account_enabled": False, "roles": ("User Administrator",)},
}


def kinds(person: Person, **context: Any) -> set[str]:
    return {one.kind for one in evaluate(make_view([person], make_context(LINES, **context))).findings if one.user_id}


@pytest.mark.parametrize("kind", sorted(FOUND_ON))
def test_no_rule_speaks_of_an_excluded_or_protected_person_positive_control(kind: str) -> None:
    person = make_person(**FOUND_ON[kind])  # type: ignore[arg-type]
    assert kind in kinds(person)
    assert kinds(replace(person, in_excluded_group=True)) == set()
    assert kinds(person, policy=Policy(protected_user_ids=frozenset({"u1"}))) == set()


@pytest.mark.parametrize("kind", sorted(FOUND_ON))
def test_nothing_counts_of_somebody_whose_groups_could_not_be_read(kind: str) -> None:
    person = replace(make_person(**FOUND_ON[kind]), in_excluded_group=None)  # type: ignore[arg-type]
    found = evaluate(make_view([person], make_context(LINES)))
    mine = [one for one in found.findings if one.user_id]
    assert kind in {one.kind for one in mine}
    assert {one.confidence for one in mine} == {Confidence.UNKNOWN}
    assert not any(claim.counts for claim in found.claims if claim.finding_id.endswith(":u1"))


def test_an_excluded_product_is_claimed_by_no_rule_positive_control() -> None:
    twice = (Assignment(E3), Assignment(E3, "g1"), Assignment(STANDARD, "g2", "Error", "Other"))
    sub = Subscription("s", E3, "Enabled", False, 50, ago(400), ago(-9))
    for kind, more in FOUND_ON.items():
        person = make_person(**({"assignments": twice} | more))  # type: ignore[arg-type]
        view = make_view([person], make_context(LINES, subscriptions=(sub,)))
        assert kind in {one.kind for one in evaluate(view).findings}
        policy = Policy(excluded_skus=frozenset({E3, STANDARD}))
        left = evaluate(make_view([person], make_context(LINES, subscriptions=(sub,), policy=policy)))
        assert {one.kind for one in left.findings} <= {"stale_identity", "dormant_privileged"}
        assert not any(claim.sku_id for claim in left.claims)


@st.composite
def people(draw: st.DrawFn) -> Person:
    fields = draw(st.lists(st.sampled_from(sorted(FOUND_ON)), max_size=3, unique=True))
    more: dict[str, Any] = {}
    for kind in fields:
        more |= FOUND_ON[kind]  # type: ignore[arg-type]
    group = draw(st.sampled_from([False, False, True, None]))
    return make_person(f"u{draw(st.integers(0, 10**6))}", **({"in_excluded_group": group} | more))


crowds = st.lists(people(), max_size=8, unique_by=lambda person: person.user_id)


@many
@given(crowds, st.randoms())
def test_findings_do_not_depend_on_the_order_of_people(crowd: list[Person], rng: Any) -> None:
    context = make_context(LINES)
    before = {one.finding_id: one for one in evaluate(make_view(crowd, context)).findings}
    rng.shuffle(crowd)
    assert {one.finding_id: one for one in evaluate(make_view(crowd, context)).findings} == before


@many
@given(crowds, st.integers(1, 400), st.integers(0, 300))
def test_a_longer_threshold_counts_no_more_seats_as_silent(crowd: list[Person], days: int, more: int) -> None:
    silent = {"inactive_holder", "never_used", "licensed_guest", "licensed_service_account", "dormant_privileged"}

    def counted(limit: int) -> set[str]:
        policy = Policy(inactive_days=limit, dormant_days=limit)
        found = evaluate(make_view(crowd, make_context(LINES, policy=policy)))
        return {one.finding_id for one in found.findings if one.kind in silent and one.counts}

    assert counted(days + more) <= counted(days)


@many
@given(crowds)
def test_excluded_people_have_no_finding_and_are_still_paid_for(crowd: list[Person]) -> None:
    found = evaluate(make_view(crowd, make_context(LINES)))
    excluded = {person.user_id for person in crowd if person.in_excluded_group}
    assert not excluded & {one.user_id for one in found.findings}
    holding = {person.user_id for person in crowd if make_context(LINES).paid_seats(person)}
    assert {holder.user_id for holder in found.holders} == holding


def accepted(until: int = -30) -> Exception_:
    return Exception_(ExceptionState.ACCEPTED, "owner@example.com", "kept for the audit", day(until))


def blocked(**exceptions: Exception_) -> Evaluation:
    crowd = [make_person("a"), make_person("b", account_enabled=False)]
    made = {key.replace("__", ":"): one for key, one in exceptions.items()}
    lines = [make_line(E3, 2, 2)]
    return evaluate(make_view(crowd, make_context(lines, exceptions=made)))


def test_an_exception_takes_its_finding_out_of_exposure_and_score_and_keeps_it_in_sight() -> None:
    before, after = blocked().summary, blocked(disabled_holder__b=accepted(), stale_identity__b=accepted()).summary
    assert before.exposure == (Money("USD", 39_000_000),)
    assert after.exposure == ()
    assert (before.score, after.score) == (575, 1000)
    assert [(k.kind, k.seats, k.monthly, k.findings) for k in after.excepted] == [
        ("disabled_holder", 1, (Money("USD", 39_000_000),), 1),
        ("stale_identity", 0, (), 1),
    ]
    assert after.to_review == ()


def test_an_exception_holds_on_its_last_day_and_no_longer() -> None:
    assert blocked(disabled_holder__b=accepted(0)).summary.exposure == ()
    assert blocked(disabled_holder__b=accepted(1)).summary == blocked().summary


def test_the_seat_of_an_excepted_finding_is_counted_by_no_other() -> None:
    person = make_person(account_enabled=False, hr=HrRecord(Employment.LEFT, day(9)), days=60)
    context = make_context([make_line(E3, 1, 1)], exceptions={"departed_holder:u1": accepted()})
    found = evaluate(make_view([person], context))
    assert found.summary.exposure == ()
    assert [claim.is_excepted for claim in found.claims if claim.sku_id] == [True]


def test_an_exception_of_one_finding_leaves_the_others() -> None:
    assert blocked(inactive_holder__b=accepted()).summary == blocked().summary


def test_exceptions_of_seats_and_subscriptions_hold_too() -> None:
    sub = Subscription("s", E3, "Enabled", False, 50, ago(400), ago(-9))
    made = {f"unassigned_seats:{E3}": accepted(), "renewal_due:s": accepted()}

    def of(context: Context) -> Evaluation:
        return evaluate(make_view([], context))

    lines = [make_line(E3, 50, 10)]
    assert of(make_context(lines, subscriptions=(sub,))).summary.exposure
    found = of(make_context(lines, subscriptions=(sub,), exceptions=made)).summary
    assert (found.exposure, found.without_money) == ((), ())
    assert {kind.kind for kind in found.excepted} == {"renewal_due", "unassigned_seats"}
