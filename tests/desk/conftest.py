"""A fresh desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.fakes import World, world_in


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def world(tmp_path: Path, engine: str) -> Iterator[World]:
    made = world_in(tmp_path)
    yield made
    made.desk.close()
    made.inbox.close()
