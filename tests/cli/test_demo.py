"""`licenseiq demo` when a demo runs already: the one that was asked for, or a clear no."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq_cli.main import main
from licenseiq_demo import process

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[process.Demo]:
    """A demo with 30 people and seed 5."""
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    yield process.find_or_start(tmp_path / "demo" / "tenant", "reader", users=30, seed=5)
    process.stop(tmp_path / "demo" / "tenant")


def test_a_demo_of_another_size_or_seed_is_refused_and_not_stopped(
    running: process.Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted in (["--users", "40"], ["--seed", "0"], ["--users", "30", "--seed", "7"], ["--users", "40", "--json"]):
        assert main(["demo", *wanted]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert "A demo tenant with 30 people and seed 5 is running" in told.err
        assert "demo --stop' and run this again" in told.err
    assert process.find(tmp_path / "demo" / "tenant", "reader") == running
    assert not (tmp_path / "demo" / "snapshot.db").exists()


@pytest.mark.parametrize("wanted", [[], ["--users", "30"], ["--users", "30", "--seed", "5"]])
def test_the_running_demo_is_used_where_nothing_else_was_asked_for(
    running: process.Demo, tmp_path: Path, wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", *wanted]) == 0
    assert "simulated demo tenant" in capsys.readouterr().out
    assert process.find(tmp_path / "demo" / "tenant", "reader") == running
