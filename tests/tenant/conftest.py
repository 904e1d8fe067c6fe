"""One demo tenant for all tests of this room; each finds it without faults and with an empty record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq_demo import process
from tests.tenant.on_demo import OnDemo


@pytest.fixture(scope="session")
def demo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("demo")
    process.find_or_start(home, "reader", users=250)
    yield home
    process.stop(home)


@pytest.fixture(scope="session")
def _on_demo(demo_process: Path) -> OnDemo:
    return OnDemo(demo_process)


@pytest.fixture
def demo(_on_demo: OnDemo) -> OnDemo:
    """What a test writes to its people stays for the tests after it."""
    _on_demo.reset()
    return _on_demo
