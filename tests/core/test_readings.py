"""The words on what could not be read end in the next step."""

import pytest

from licenseiq.readings import Reading, Reason, Source, unread


@pytest.mark.parametrize(
    ("reason", "step"),
    [
        (Reason.SIGNED_OUT, "Sign in again with 'licenseiq connect', then call refresh_tenant."),
        (Reason.NO_PERMISSION, "Grant it with admin consent, then call refresh_tenant."),
        (Reason.UNREACHABLE, "Check the network, then call refresh_tenant."),
    ],
)
def test_what_a_person_can_mend_names_how(reason: Reason, step: str) -> None:
    assert Reading(Source.USERS, reason).words().endswith(step)


def test_hr_that_is_not_connected_waits_for_no_scan_and_says_how_to_connect_it() -> None:
    words = unread(Source.HR).words()
    assert words.startswith("HR is not connected")
    assert words.endswith("import a file with 'licenseiq hr import'.")
    assert "scan" not in words
    assert unread(Source.USERS).reason is Reason.NOT_YET
