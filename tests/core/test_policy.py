"""The buffer for joiners."""

import pytest

from licenseiq.policy import Policy


@pytest.mark.parametrize(("enabled", "kept"), [(0, 1), (10, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_the_buffer_is_rounded_up_and_never_below_the_least(enabled: int, kept: int) -> None:
    assert Policy().buffer(enabled) == kept
