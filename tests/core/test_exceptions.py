"""What an exception is worth today."""

from datetime import date, timedelta

import pytest

from licenseiq.exceptions import Exception_, ExceptionState

UNTIL = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("state", "after", "is_found", "standing"),
    [
        (ExceptionState.SNOOZED, 0, True, "snoozed"),
        (ExceptionState.ACCEPTED, -9, True, "accepted"),
        (ExceptionState.ACCEPTED, 1, True, "open"),
        (ExceptionState.SNOOZED, -9, False, "resolved"),
        (ExceptionState.SNOOZED, 9, False, "resolved"),
    ],
)
def test_it_holds_to_its_last_day_and_is_resolved_when_its_finding_is_gone(
    state: ExceptionState, after: int, is_found: bool, standing: str
) -> None:
    made = Exception_(state, "IT", "Kept", UNTIL)
    assert made.standing(UNTIL + timedelta(days=after), is_found=is_found) == standing
