"""What the tests of this room share: a demo tenant, a home that has read it, and a place to propose in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tenant.on_demo import OnDemo, running
from tests.tenant.proposing_place import Place, place_in
from tests.tenant.scanning import Home, scan


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def one_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnDemo]:
    with running(tmp_path_factory.mktemp("demo"), users=250) as demo:
        yield demo


@pytest.fixture
def demo(one_demo: OnDemo) -> OnDemo:
    """Without faults and with an empty record. What a test writes to its people stays for the tests after it."""
    one_demo.reset()
    return one_demo


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, one_demo: OnDemo) -> Home:
    """Scanned once for all tests of a module; a module whose tests each need a new one has a `home` of its own."""
    found = Home(tmp_path_factory.mktemp("home"), one_demo)
    found.ask(scan)
    return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = place_in(tmp_path)
    yield made
    made.world.desk.close()
    made.world.inbox.close()
