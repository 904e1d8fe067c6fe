"""The section [onboarding]: who is put into which group, and what is wrong with a file."""

import tomllib

from licenseiq.joining import JoiningDefaults
from licenseiq.joining_file import read_joining
from licenseiq.policy import Policy
from licenseiq.policy_version import with_version

GROUP = "00000000-0000-4000-8000-000000000001"


def read(text: str) -> object:
    return read_joining(tomllib.loads(text).get("onboarding", {}))


def test_a_rule_asks_for_one_of_its_departments_and_one_of_its_locations() -> None:
    found = read(
        f'[onboarding]\ngrace_days = 3\n[[onboarding.groups]]\ngroup = "{GROUP.upper()}"\n'
        'departments = [" Sales "]\nlocations = ["Berlin", "DE"]\n'
    )
    assert isinstance(found, JoiningDefaults)
    (rule,) = found.groups
    assert (found.grace_days, rule.group_id) == (3, GROUP)
    assert rule.fits("sales", ("Berlin", None))
    assert rule.fits("SALES", (None, "de"))
    assert not rule.fits("sales", ("Paris", "FR"))
    assert not rule.fits(None, ("Berlin", "DE"))


def test_a_policy_with_rules_has_another_version() -> None:
    assert isinstance(found := read(f'[[onboarding.groups]]\ngroup = "{GROUP}"\nlocations = ["X"]'), JoiningDefaults)
    assert with_version(Policy(joining=found)).version != with_version(Policy()).version


def test_everything_that_is_wrong_is_told_at_once_and_no_value_is_quoted() -> None:
    found = read(
        '[onboarding]\ngrace_days = -1\ngrace = 1\n[[onboarding.groups]]\ngroup = "secret"\ndepartments = ["a"]\n'
        f'[[onboarding.groups]]\ngroup = "{GROUP}"\n[[onboarding.groups]]\ngroup = "{GROUP}"\nlocations = [""]\n'
    )
    assert isinstance(found, tuple)
    assert len(found) == 5
    assert "secret" not in repr(found)
    assert read_joining([1]) != JoiningDefaults()
    assert read_joining({}) == JoiningDefaults()
