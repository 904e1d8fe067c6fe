"""One demo tenant for all journeys; each test finds it without faults, with an empty record and a fresh home."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.processes import Home, beside, start_demo
from tests.tenant.on_demo import OnDemo

from licenseiq_demo import process


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnDemo]:
    folder = tmp_path_factory.mktemp("journeys") / "demo"
    try:
        yield start_demo(folder)
    finally:
        process.stop(folder)


@pytest.fixture
def home(running: OnDemo, tmp_path: Path) -> Iterator[Home]:
    """What a test changes in the tenant stays for the tests after it; its faults do not."""
    running.reset()
    yield beside(running, tmp_path)
    running.reset()
