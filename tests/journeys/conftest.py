"""One demo tenant for all journeys; each test finds it without faults, with an empty record and a fresh home."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.journeys.facts import Facts, read_facts
from tests.journeys.processes import Home, asking, beside, start_demo
from tests.tenant.on_demo import OnDemo
from tests.tools.talk import Ask

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


@pytest.fixture(scope="module")
def scanned(running: OnDemo, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has read the tenant, for all questions of a module."""
    running.reset()
    home = beside(running, Path(tmp_path_factory.mktemp("scanned")))
    home.facts("scan", "--demo")
    return home


@pytest.fixture(scope="module")
def facts(scanned: Home) -> Facts:
    """What is true of the tenant, read beside the product."""
    return read_facts(scanned.demo, datetime.now(UTC).date())


@pytest.fixture(scope="module")
async def ask(scanned: Home, facts: Facts) -> AsyncIterator[Ask]:
    """One chat for all questions of a module."""
    async with scanned.client() as client:
        yield await asking(client)
