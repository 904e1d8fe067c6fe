"""The small case of `bench.tamper`: whatever is changed in a stored ledger is found. INV-42."""

from collections.abc import Iterator

import pytest
from bench.tamper import (
    CONTROLS,
    Verifier,
    anchor_of,
    bits,
    cut_tails,
    fill,
    rewritten,
    row_operations,
    tried,
)

from licenseiq_desk.store.desk_store import DeskStore, open_store

ENTRIES = 3


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskStore]:
    opened = open_store(tmp_path_factory.mktemp("ledger"))
    fill(opened, ENTRIES)
    yield opened
    opened.close()


def test_every_row_operation_and_a_sample_of_bits_is_found(store: DeskStore) -> None:
    for changes in (row_operations(ENTRIES), bits(store, every=101)):
        count = tried(store, changes, Verifier())
        assert count.tried == count.found > 50


def test_cut_tails_and_another_history_are_found_against_an_anchor_and_by_nothing_else(store: DeskStore) -> None:
    for changes in (cut_tails, lambda size: rewritten(store, size)):
        against = tried(store, changes(ENTRIES), Verifier(), anchor_of(store))
        assert against.tried == against.found == ENTRIES - 1
        assert tried(store, changes(ENTRIES), Verifier()).found == 0


@pytest.mark.parametrize(("name", "verifier"), CONTROLS, ids=[name for name, _ in CONTROLS])
def test_positive_control_a_verifier_that_leaves_a_check_out_misses_something(
    store: DeskStore, name: str, verifier: Verifier
) -> None:
    count = tried(store, bits(store, every=101), verifier)
    assert count.found < count.tried
