"""Demo tenants for the tests of commands: one that runs while a module is tested, and one that was read and stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.on_demo import Say, running, sayer, stopped


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose demo tenant of 60 people runs; a module that needs others has a fixture of its own."""
    with running(tmp_path_factory.mktemp("home"), users=60) as home:
        yield home


@pytest.fixture
def say(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command on the demo, and gives its exit code and what it printed."""
    return sayer(folder, monkeypatch, capsys)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose demo tenant of 120 people was read, and runs no more."""
    return stopped(tmp_path_factory.mktemp("home"), users=120)
