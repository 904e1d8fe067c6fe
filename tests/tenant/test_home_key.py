"""The key that a home keeps for telling requests apart."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from licenseiq.errors import SettingsError
from licenseiq_tenant.proposing.content import FILE, home_key


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    together = Barrier(8)

    def make(_: int) -> bytes:
        together.wait(10)
        return home_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(make, range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(("data", "mode"), [(b"k" * 31, 0o600), (b"", 0o600), (b"k" * 32, 0o644)])
def test_a_key_that_was_not_written_here_is_refused(tmp_path: Path, data: bytes, mode: int) -> None:
    if os.name == "nt" and mode != 0o600:
        pytest.skip("modes say nothing on Windows")
    (tmp_path / FILE).write_bytes(data)
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(SettingsError):
        home_key(tmp_path)
