"""The list of promises is whole and of today."""

from tests.invariants import LATER, PAGE, SENTENCES, marked, page


def test_every_promise_has_a_test_or_says_that_it_is_not_built_yet() -> None:
    kept = marked()
    assert [number for number in SENTENCES if number not in LATER and number not in kept] == []


def test_no_test_carries_a_number_that_is_no_promise() -> None:
    assert set(marked()) <= set(SENTENCES)


def test_the_page_is_what_the_command_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: uv run python -m tests.invariants"
