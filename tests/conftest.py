"""What tests of several rooms share: on which engine the stores of a test's home are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import BOTH, OWNER, Cluster, running_cluster, stores_in

# The tests that run on PostgreSQL too, of those with the fixture `engine`: what relies on one writer at a time, and on
# nothing else having been written. By file: the account, and which tests (where all would tell no more).
ON_BOTH_ENGINES = {
    "desk/test_approval.py": (BOTH, "one_run|wrong_phrase|another_demo"),
    "desk/test_crashes.py": (BOTH, "confirmed|once_more|before_the_intent|late_owner|one_executor"),
    "desk/test_erasure.py": (BOTH, "every_proposal"),
    "desk/test_exceptions_in_the_ledger.py": (BOTH, "entries_of_the_next_round|shows_when|two_processes"),
    "desk/test_intake.py": (BOTH, "forgets|erases|anew"),
    "desk/test_ledger.py": (OWNER, "untouched|row_operation|cut_tail|clock"),
    "desk/test_runs.py": (BOTH, "test_"),
    "desk/test_sealed_calls.py": (BOTH, "leave_the_inbox|two_stores"),
    "tenant/test_inbox.py": (BOTH, "comes_back_as_it_was|at_once"),
    "tenant/test_lease.py": (BOTH, "test_"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" not in metafunc.fixturenames:
        return
    for name, (account, tests) in ON_BOTH_ENGINES.items():
        if str(metafunc.definition.path).endswith(name) and re.search(tests, metafunc.definition.name):
            metafunc.parametrize("engine", [None, account], ids=["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """'sqlite', or 'postgresql': then the stores of `tmp_path` are there."""
    account = getattr(request, "param", None)
    if account is None:
        yield "sqlite"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with stores_in(cluster.emptied(account), tmp_path):
        yield "postgresql"
