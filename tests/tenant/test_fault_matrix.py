"""Every source under every fault of Graph: a reason that is told, and never an empty answer or a crash.

Each pair is tried in two states: never read before, and read a day before. `bench/faults.py` prints the table.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq.readings import Source
from licenseiq_tenant.scan.seen import Lane
from tests.tenant.fault_matrix import CASES, KINDS, SOURCES, Scanned, first_scan, run, wrong
from tests.tenant.on_demo import OnDemo, running
from tests.tenant.scanning import Home

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture(scope="module")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnDemo]:
    """Enough people for every source to have rows."""
    with running(tmp_path_factory.mktemp("small"), users=60) as demo:
        yield demo


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory, small_demo: OnDemo) -> Scanned:
    return first_scan(Home(tmp_path_factory.mktemp("scanned"), small_demo))


@pytest.mark.parametrize(("lane", "name", "known"), CASES)
def test_a_source_that_fails_is_told_with_its_reason(
    tmp_path: Path, small_demo: OnDemo, scanned: Scanned, lane: Lane, name: str, known: bool
) -> None:
    """INV-21, INV-23."""
    outcomes = run(Home(tmp_path, small_demo), scanned, lane, name, known)
    assert {source: wrong(source, name, known, outcome) for source, outcome in outcomes.items()} == dict.fromkeys(
        outcomes, ""
    )


def test_without_a_fault_every_source_is_read_and_has_rows(scanned: Scanned) -> None:
    """Otherwise a fault of rows would strike nothing."""
    assert not [reading for reading in scanned.readings.values() if not reading.is_read or not reading.rows]


def test_every_source_there_is_has_a_lane_and_stands_in_the_table() -> None:
    assert set(SOURCES) == set(Source) - {Source.HR}, "HR is imported, and read by no lane"
    assert all(KINDS[name].only >= set(SOURCES) for name in ("401", "403", "404", "429", "500", "503"))
