"""The [offboarding] section: what is taken, and what is said of everything that is wrong."""

from typing import Any

import pytest

from licenseiq.leaving import Audience, EndState, Forwarding, LeavingDefaults, Skip
from licenseiq.leaving_file import read_leaving
from licenseiq.leaving_keys import unlisted_leaving_fields
from licenseiq.policy import Policy
from licenseiq.policy_version import with_version
from licenseiq.problems import Problem

SITE = "contoso.sharepoint.com,11111111-2222-4333-8444-555555555555,11111111-2222-4333-8444-555555555556"
CANARY = "canary-7f3a"


def read(**table: Any) -> LeavingDefaults:
    found = read_leaving(table)
    assert isinstance(found, LeavingDefaults), found
    return found


def wrong(**table: Any) -> Problem:
    found = read_leaving(table)
    assert isinstance(found, tuple)
    (only,) = found
    return only


def test_every_default_can_be_set_and_an_empty_section_sets_none() -> None:
    assert unlisted_leaving_fields() == frozenset()
    assert read() == LeavingDefaults()
    found = read(
        end_state="keep_licensed",
        time_zone="Europe/Berlin",
        forwarding="successor",
        reply="{name} left.",
        reply_audience="contactsOnly",
        leavers_site=SITE.upper(),
        finance_address="licences@contoso.com",
        notice_sender="it@contoso.com",
        skip=["devices", "notices"],
        delete_after_days=90,
    )
    assert found == LeavingDefaults(
        EndState.KEEP_LICENSED,
        "Europe/Berlin",
        Forwarding.SUCCESSOR,
        "{name} left.",
        Audience.CONTACTS_ONLY,
        SITE,
        "licences@contoso.com",
        "it@contoso.com",
        frozenset({Skip.DEVICES, Skip.NOTICES}),
        90,
    )


@pytest.mark.parametrize(
    "table",
    [
        {"end_state": CANARY},
        {"time_zone": f"Europe/{CANARY}"},
        {"time_zone": f"../{CANARY}"},
        {"forwarding": True},
        {"reply": "x" * 2_001},
        {"leavers_site": f"https://{CANARY}.sharepoint.com"},
        {"finance_address": CANARY},
        {"notice_sender": f"{CANARY}@contoso.com>, <x@y.example"},
        {"skip": "devices"},
        {"delete_after_days": 0},
        {"delete_after_days": True},
        {"end_stat": CANARY},
    ],
)
def test_a_wrong_value_is_told_by_its_key_and_never_quoted(table: dict[str, Any]) -> None:
    """INV-30."""
    problem = wrong(**table)
    assert problem.key == f"offboarding.{next(iter(table))}"
    assert CANARY not in problem.words()


@pytest.mark.parametrize("name", ["holds", "mailbox", "onedrive", "read_back", "sign_in", "sessions"])
def test_what_keeps_people_and_data_safe_cannot_be_left_out(name: str) -> None:
    """INV-14: neither here nor in a request is there a word for it."""
    assert "none of the words" in wrong(skip=[name]).what
    assert name not in set(Skip)


def test_a_default_changes_the_version_of_the_policy() -> None:
    assert with_version(Policy(leaving=read(skip=["devices"]))).version != with_version(Policy()).version
    assert with_version(Policy(leaving=read())).version == Policy().version
