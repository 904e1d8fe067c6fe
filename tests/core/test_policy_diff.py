"""What another policy would change: every finding once, and figures that add up."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.evaluate import evaluate
from licenseiq.evaluation import Evaluation
from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.policy_diff import Weight, compare
from tests.core.builders import E3, STANDARD, UNPRICED, day, make_context, make_line, make_person, make_view

many = settings(max_examples=60, deadline=None)
LINES = (make_line(E3, 50, 10), make_line(STANDARD, 9, 9), make_line(UNPRICED, 9, 9))


def found(people: list[Person], policy: Policy, **context: Any) -> Evaluation:
    return evaluate(make_view(people, make_context(LINES, policy=policy, **context)))


def usd(units: int) -> tuple[Money, ...]:
    return (Money("USD", units * 1_000_000),)


def test_the_same_policy_is_no_difference() -> None:
    one = found([make_person(days=200)], Policy())
    assert compare(one, one).is_empty


def test_a_finding_that_goes_and_one_that_comes_are_told_with_their_money() -> None:
    people = [make_person("idle", days=200), make_person("quiet", (STANDARD,), days=70)]
    before = found(people, Policy(buffer_percent=100))
    diff = compare(before, found(people, Policy(buffer_percent=100, inactive_days=60, excluded_skus=frozenset({E3}))))
    assert {
        (one.finding_id, one.before and one.before.monthly, one.after and one.after.monthly) for one in diff.differences
    } == {
        ("inactive_holder:idle", usd(39), None),
        ("inactive_holder:quiet", None, usd(14)),
    }
    assert [one.finding_id for one in diff.differences] == ["inactive_holder:idle", "inactive_holder:quiet"]
    (kind,) = diff.kinds
    assert (kind.kind, kind.weight, kind.added, kind.removed, kind.changed) == (
        "inactive_holder",
        Weight.EXPOSURE,
        1,
        1,
        0,
    )
    assert (kind.before.monthly, kind.after.monthly) == (usd(39), usd(14))
    assert (diff.exposure_before, diff.exposure_after) == (usd(39), usd(14))
    assert not diff.is_empty


def test_a_finding_that_claims_less_has_changed() -> None:
    people = [make_person()]
    diff = compare(found(people, Policy()), found(people, Policy(buffer_by_sku={E3: 39})))
    (one,) = diff.differences
    assert one.before is not None
    assert one.after is not None
    assert (one.before.seats, one.after.seats, one.size) == (39, 1, 38 * 39 * 1_000_000)
    assert [(kind.added, kind.removed, kind.changed) for kind in diff.kinds] == [(0, 0, 1)]


def test_a_finding_that_moves_is_one_difference_and_stands_in_both_kinds() -> None:
    person = make_person(days=200)
    before = found([person], Policy())
    made = {"inactive_holder:u1": Exception_(ExceptionState.ACCEPTED, "IT", "Kept", day(-9))}
    diff = compare(before, found([person], Policy(), exceptions=made))
    (one,) = [one for one in diff.differences if one.kind == "inactive_holder"]
    assert one.before is not None
    assert one.after is not None
    assert (one.before.weight, one.after.weight, one.size) == (Weight.EXPOSURE, Weight.EXCEPTED, 39_000_000)
    assert [(kind.weight, kind.added, kind.removed) for kind in diff.kinds] == [
        (Weight.EXPOSURE, 0, 1),
        (Weight.EXCEPTED, 1, 0),
    ]


people = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from([(E3,), (STANDARD,), (E3, UNPRICED)]), st.booleans()), max_size=8
)
policies = st.builds(
    Policy,
    inactive_days=st.integers(7, 300),
    new_hire_days=st.integers(0, 365),
    buffer_percent=st.integers(0, 100),
    excluded_skus=st.sets(st.sampled_from([E3, STANDARD])).map(frozenset),
    protected_user_ids=st.sets(st.sampled_from(["u0", "u1", "u2"])).map(frozenset),
)


@many
@given(people, policies, policies)
def test_what_comes_less_what_goes_is_the_difference_of_the_exposures(
    drawn: list[tuple[int, tuple[str, ...], bool]], first: Policy, then: Policy
) -> None:
    who = [
        make_person(f"u{n}", skus, days=days, account_enabled=enabled) for n, (days, skus, enabled) in enumerate(drawn)
    ]
    before, after = found(who, first), found(who, then)
    diff, back = compare(before, after), compare(after, before)
    moved = sum(_micros(one.after) - _micros(one.before) for one in diff.kinds if one.weight is Weight.EXPOSURE)
    exposed = [sum(money.micros for money in one.summary.exposure or ()) for one in (before, after)]
    assert moved == exposed[1] - exposed[0]
    ids = [(one.finding_id, one.kind) for one in diff.differences]
    assert len(ids) == len(set(ids))
    assert {(one.finding_id, one.after, one.before) for one in diff.differences} == {
        (one.finding_id, one.before, one.after) for one in back.differences
    }
    assert diff.is_empty == (not ids and before.summary.score == after.summary.score)


def _micros(amount: Any) -> int:
    return sum(money.micros for money in amount.monthly)
