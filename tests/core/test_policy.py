"""The buffer for joiners, whom the lists name, and which edition a policy is."""

from dataclasses import fields, replace
from typing import Any

import pytest

from licenseiq.people import Person
from licenseiq.policy import DEFAULT_VERSION, Persona, Policy
from licenseiq.policy_version import content_of, with_version
from licenseiq.proposals.canonical import canonical

LISTED = Policy(
    protected_user_ids=frozenset({"id-1", "glass@contoso.com"}), service_user_ids=frozenset({"scan@contoso.com"})
)


@pytest.mark.parametrize(("enabled", "kept"), [(0, 1), (10, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_the_buffer_is_rounded_up_and_never_below_the_least(enabled: int, kept: int) -> None:
    assert Policy().buffer(enabled) == kept


@pytest.mark.parametrize("person", [Person("ID-1"), Person("x", "Glass@Contoso.com")])
def test_an_account_is_protected_by_its_id_or_its_name_in_any_case(person: Person) -> None:
    assert LISTED.protects(person)
    assert not LISTED.is_service(person)


@pytest.mark.parametrize("person", [Person("x"), Person("x", ""), Person("", None), Person("glass", "glass")])
def test_nobody_else_is(person: Person) -> None:
    assert not LISTED.protects(person)
    assert not Policy().protects(person)


def test_a_mark_stands_for_the_names_that_were_taken_out() -> None:
    hidden = Person("person-aaaaaaaaaa", listed_protected=True, listed_service=False)
    assert Policy().protects(hidden)
    assert not LISTED.is_service(hidden)


CHANGED: dict[str, Any] = {
    "inactive_days_by_sku": {"e5": 30},
    "buffer_by_sku": {"e5": 0},
    "permitted_skus": frozenset({"e5"}),
    "personas": (Persona("Field", ("f3",), frozenset({"ops"})),),
}


@pytest.mark.parametrize("field", [field.name for field in fields(Policy) if field.name != "version"])
def test_whatever_changes_is_another_version(field: str) -> None:
    """Approvals and evaluations name the version: a change that it did not show would pass unseen."""
    was = getattr(Policy(), field)
    value = CHANGED.get(field) or (was + 1 if isinstance(was, int) else frozenset({"x"}))
    changed = with_version(replace(Policy(), **{field: value}))
    assert changed.version.startswith("p-")
    assert canonical(content_of(changed)) != canonical(content_of(Policy()))
    assert with_version(replace(changed, version="anything")) == changed
    assert with_version(replace(changed, **{field: was})).version == DEFAULT_VERSION
