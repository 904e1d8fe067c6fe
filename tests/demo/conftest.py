"""A small tenant in this process, and one real process for the tests that need it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.demo.caller import Caller

from licenseiq_demo import process
from licenseiq_demo.process import Demo
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant

TODAY = date(2026, 11, 23)


@pytest.fixture
def graph() -> Iterator[Caller]:
    """A tenant of 250 people, spoken to over HTTP inside this process."""
    with Caller(DemoState(DemoTenant.build(250, 7, TODAY))) as opened:
        yield opened


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a demo that runs as a process of its own."""
    place = tmp_path_factory.mktemp("demo") / "home"
    process.find_or_start(place, "reader", users=60)
    yield place
    process.stop(place)


@pytest.fixture
def reader(home: Path) -> Demo:
    """The running demo, as its reader sees it."""
    found = process.find(home, "reader")
    assert found is not None
    return found


@pytest.fixture
def writer(home: Path) -> Demo:
    """The running demo, as the desk sees it."""
    found = process.find(home, "desk")
    assert found is not None
    return found
