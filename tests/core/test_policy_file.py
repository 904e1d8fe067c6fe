"""The [policy] section: what is taken, and what is said of everything that is wrong."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.policy import DEFAULT_VERSION, Policy
from licenseiq.policy_file import read_policy
from licenseiq.policy_keys import KEYS, KeyKind, unlisted_fields
from licenseiq.problems import Problem
from licenseiq.skus import Capability, Catalogue, Sku

GUID = "11111111-2222-4333-8444-555555555555"
E5, COPILOT, VISIO, VISIO_TOO = (f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 5))
CATALOGUE = Catalogue(
    version="test",
    skus={
        E5: Sku(E5, "SPE_E5", "Microsoft 365 E5"),
        COPILOT: Sku(COPILOT, "COPILOT", "Microsoft Copilot"),
        VISIO: Sku(VISIO, "VISIO_1", "Visio Plan 2"),
        VISIO_TOO: Sku(VISIO_TOO, "VISIO_2", "Visio Plan 2"),
    },
    free={},
    prices={},
    capabilities={
        "teams_phone": Capability("teams_phone", "Teams Phone", frozenset(), "none"),
        "archive": Capability("archive", "Archive mailbox", frozenset(), "none"),
    },
)
CANARY = "canary-7f3a"


def never() -> Catalogue:
    raise AssertionError("the catalogue was asked")


def read(**table: Any) -> Policy:
    found = read_policy(table, lambda: CATALOGUE)
    assert isinstance(found, Policy), found
    return found


def wrong(**table: Any) -> Problem:
    found = read_policy(table, lambda: CATALOGUE)
    assert isinstance(found, tuple)
    (only,) = found
    return only


def test_an_empty_section_is_the_default_policy_and_needs_no_catalogue() -> None:
    assert read_policy({}, never) == Policy()
    assert read_policy({"inactive_days": 60, "protected_accounts": [GUID]}, never) != Policy()


def test_values_that_are_the_defaults_are_the_default_policy() -> None:
    assert read(inactive_days=90, excluded_skus=[]).version == DEFAULT_VERSION


def test_every_value_has_its_place() -> None:
    found = read(
        inactive_days=60,
        inactive_days_by_sku={"microsoft 365 e5": 30},
        buffer_by_sku={"SPE_E5": 0},
        protected_accounts=["BreakGlass@Contoso.com", GUID.upper()],
        service_accounts=["scan@contoso.com "],
        excluded_groups=[GUID],
        excluded_skus=["COPILOT", COPILOT],
        permitted_skus=["Microsoft 365 E5"],
        required_capabilities=["Archive Mailbox"],
        released_capabilities=["teams_phone"],
        persona=[{"name": "Field", "skus": ["SPE_E5"], "departments": [" Ops "], "frontline": True}],
    )
    assert (found.inactive_days, found.inactive_days_by_sku, found.buffer_by_sku) == (60, {E5: 30}, {E5: 0})
    assert found.protected_user_ids == {"breakglass@contoso.com", GUID}
    assert found.service_user_ids == {"scan@contoso.com"}
    assert (found.excluded_group_ids, found.excluded_skus, found.permitted_skus) == ({GUID}, {COPILOT}, {E5})
    assert (found.required_capabilities, found.released_capabilities) == ({"archive"}, {"teams_phone"})
    assert found.buffer(100, E5) == 0
    persona = found.persona_of("OPS", None, None)
    assert persona is not None
    assert (persona.name, persona.skus, persona.frontline) == ("Field", (E5,), True)


def test_the_version_names_the_content_in_any_order_and_any_spelling() -> None:
    first = read(excluded_skus=["SPE_E5", "COPILOT"], protected_accounts=["a@b.example"])
    second = read(protected_accounts=["A@B.example"], excluded_skus=[COPILOT, "Microsoft 365 E5", "SPE_E5"])
    assert first == second
    assert first.version.startswith("p-")
    assert len(first.version) == len("p-") + 12
    assert read(excluded_skus=["SPE_E5"]).version != first.version


@given(st.sampled_from([key for key in KEYS if key.kind is KeyKind.NUMBER]), st.data())
def test_each_number_changes_the_version(key: Any, data: Any) -> None:
    number = data.draw(st.integers(key.least, key.most))
    found = read(**{key.name: number})
    assert getattr(found, key.field) == number
    assert (found.version == DEFAULT_VERSION) == (number == key.default)


def test_an_id_that_the_catalogue_does_not_know_yet_is_taken() -> None:
    assert read(excluded_skus=[GUID]).excluded_skus == {GUID}


def test_a_typing_error_gets_the_nearest_key() -> None:
    found = wrong(inactve_days=60)
    assert (found.key, found.write) == ("policy.inactve_days", "Did you mean inactive_days?")
    assert "The keys are inactive_days" in wrong(colour="blue").write


@pytest.mark.parametrize("value", [True, "90", 90.0, None, [90], date(2026, 1, 1)])
def test_what_is_no_whole_number_is_refused_with_the_range(value: Any) -> None:
    found = wrong(inactive_days=value)
    assert (found.what, found.write) == (
        "is no whole number.",
        "Write a whole number of days from 7 to 730, without quotes.",
    )


@pytest.mark.parametrize("value", [6, 731, -1])
def test_a_number_out_of_range_is_refused(value: int) -> None:
    assert wrong(inactive_days=value).what == "is out of range."


def test_an_ambiguous_name_gets_its_candidates() -> None:
    found = wrong(excluded_skus=["visio plan 2"])
    assert found.key == "policy.excluded_skus, entry 1"
    assert VISIO in found.write
    assert VISIO_TOO in found.write


def test_a_part_of_a_name_and_a_typing_error_get_suggestions() -> None:
    assert "Microsoft Copilot" in wrong(excluded_skus=["copilo"]).write
    assert "Microsoft 365 E5" in wrong(excluded_skus=["Mircosoft 365 E5"]).write


def test_a_capability_gets_the_nearest_one_or_all() -> None:
    assert wrong(released_capabilities=["teams_fone"]).write == "Did you mean teams_phone?"
    assert "archive, teams_phone" in wrong(released_capabilities=["zzz"]).write


def test_what_is_required_cannot_be_released() -> None:
    found = wrong(required_capabilities=["archive"], released_capabilities=["archive"])
    assert "both name archive" in found.what


@pytest.mark.parametrize("value", ["bob", "a b@c.example", "a@b", "@b.example", "a@@b.example", "", 7])
def test_what_is_no_account_is_refused(value: Any) -> None:
    """A misspelt entry would protect nobody, so it never passes in silence."""
    assert "user principal name" in wrong(protected_accounts=[value]).write


def test_a_single_text_in_place_of_a_list_is_no_list_of_letters() -> None:
    assert wrong(protected_accounts="a@b.example").what == "is no list."


def test_to_permit_nothing_is_refused() -> None:
    assert wrong(permitted_skus=[]).what == "permits nothing."


def test_a_group_is_named_by_its_id() -> None:
    assert "object id" in wrong(excluded_groups=["Sales"]).what


@pytest.mark.parametrize(
    ("persona", "what"),
    [
        ([{"name": "a"}], "fits nobody."),
        ([{"departments": ["x"]}], "is no text, or an empty one."),
        ([{"name": "a", "departments": ["x"], "frontline": "yes"}], "is neither true nor false."),
        ([{"name": "a", "departments": ["x"]}, {"name": "A", "job_titles": ["y"]}], "gives one name to two personas."),
        ({"name": "a"}, "is no list of tables."),
        ([{"name": "a", "department": ["x"], "job_titles": ["y"]}], "is no key of the policy."),
    ],
)
def test_a_persona_that_makes_no_sense_is_refused(persona: Any, what: str) -> None:
    assert wrong(persona=persona).what == what


def test_one_sku_cannot_have_two_numbers() -> None:
    assert "same SKU" in wrong(inactive_days_by_sku={"SPE_E5": 30, "Microsoft 365 E5": 60}).what


def test_all_problems_are_told_at_once_and_none_quotes_a_value() -> None:
    table = {
        "inactive_days": CANARY,
        "protected_accounts": [CANARY],
        "excluded_groups": [CANARY],
        "excluded_skus": [CANARY],
        "released_capabilities": [CANARY],
        "persona": [{"name": "a", "departments": [7], "skus": [CANARY]}],
        "buffer_by_sku": {CANARY: 1},
    }
    found = read_policy(table, lambda: CATALOGUE)
    assert isinstance(found, tuple)
    assert len(found) >= len(table)
    assert CANARY not in "".join(problem.words() for problem in found)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from([*(key.name for key in KEYS), "persona"]),
)
def test_any_value_is_taken_or_refused_in_words(value: Any, name: str) -> None:
    found = read_policy({name: value}, lambda: CATALOGUE)
    assert isinstance(found, Policy) or all(one.what and one.write and one.key for one in found)
    assert read_policy(value, lambda: CATALOGUE) is not None


def test_every_field_of_a_policy_has_its_key() -> None:
    assert unlisted_fields() == frozenset()
