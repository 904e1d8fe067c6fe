"""Seats that nobody holds, beyond the buffer for joiners, and seats that are taken and were not bought."""

import pytest

from licenseiq.findings import Confidence
from licenseiq.findings.over_assigned import over_assigned
from licenseiq.findings.unassigned_seats import unassigned_seats
from licenseiq.policy import Policy
from licenseiq.seats import SeatLine, Subscription
from tests.core.builders import E3, FREE, UNPRICED, make_context, make_line


def claimed(line: SeatLine, **context: object) -> int | None:
    found = unassigned_seats(line, make_context([line], **context))  # type: ignore[arg-type]
    return found.seats if found else None


def test_seats_beyond_the_buffer_are_claimed() -> None:
    assert claimed(make_line(enabled=100, consumed=90)) == 8


def test_seats_within_the_buffer_are_kept_for_joiners() -> None:
    assert claimed(make_line(enabled=100, consumed=98)) is None


@pytest.mark.parametrize(("enabled", "consumed"), [(None, 5), (100, None)])
def test_unknown_numbers_claim_nothing(enabled: int | None, consumed: int | None) -> None:
    assert claimed(make_line(enabled=enabled, consumed=consumed)) is None


def test_more_taken_than_bought_is_no_free_seat() -> None:
    assert claimed(make_line(enabled=5, consumed=9)) is None


def test_free_company_and_unlimited_seats_are_no_waste() -> None:
    assert claimed(make_line(FREE, 100, 1)) is None
    assert claimed(make_line(enabled=100, consumed=1, assignable=False)) is None
    assert claimed(make_line(UNPRICED, 10_000, 1)) is None


def test_a_large_tenant_may_own_many_seats_of_something_priced() -> None:
    assert claimed(make_line(enabled=20_000, consumed=19_000)) == 600


def test_a_trial_is_no_waste() -> None:
    trial = Subscription("s", E3, "Enabled", True, 100, None, None)
    assert claimed(make_line(enabled=100, consumed=1), subscriptions=(trial,)) is None


def test_the_buffer_is_that_of_the_product_and_excluded_products_are_left_alone() -> None:
    line = make_line(enabled=100, consumed=90)
    assert claimed(line, policy=Policy(buffer_by_sku={E3: 0})) == 10
    assert claimed(line, policy=Policy(buffer_by_sku={E3: 10})) is None
    assert claimed(line, policy=Policy(excluded_skus=frozenset({E3}))) is None


def test_more_taken_than_bought_is_found_and_claims_no_seat() -> None:
    line = make_line(enabled=5, consumed=9)
    found = over_assigned(line, make_context([line]))
    assert found is not None
    assert (found.seats, found.confidence, found.claims_seats) == (4, Confidence.CERTAIN, False)


@pytest.mark.parametrize(
    ("more", "words", "confidence"),
    [
        ({"consumed": 9, "warning": 4}, "stop working soon", Confidence.CERTAIN),
        ({"consumed": 5, "warning": 4}, "past their end and still there", Confidence.LIKELY),
        ({"consumed": 5, "suspended": 4}, "suspended", Confidence.LIKELY),
        ({"consumed": 9, "warning": None}, "not told", Confidence.UNKNOWN),
    ],
)
def test_seats_past_their_end_say_what_becomes_of_them(
    more: dict[str, int | None], words: str, confidence: Confidence
) -> None:
    line = make_line(**({"enabled": 5} | more))  # type: ignore[arg-type]
    found = over_assigned(line, make_context([line]))
    assert found is not None
    assert words in found.reason
    assert found.confidence is confidence


@pytest.mark.parametrize(
    "line", [make_line(enabled=5, consumed=5), make_line(FREE, 5, 9), make_line(enabled=None, consumed=9)]
)
def test_as_many_as_bought_free_products_and_unknown_numbers_are_not_over_assigned(line: SeatLine) -> None:
    assert over_assigned(line, make_context([line])) is None
