"""Seats that nobody holds, beyond the buffer for joiners."""

import pytest

from licenseiq.findings.unassigned_seats import unassigned_seats
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
