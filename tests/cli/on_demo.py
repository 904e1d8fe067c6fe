"""Commands on a demo tenant of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from licenseiq_cli.main import main
from licenseiq_demo import process

Told = tuple[int, str, str]
Say = Callable[..., Told]


@contextmanager
def running(home: Path, users: int) -> Iterator[Path]:
    """The home, while its demo tenant runs."""
    tenant = home / "demo" / "tenant"
    process.find_or_start(tenant, "reader", users=users)
    try:
        yield home
    finally:
        process.stop(tenant)


def sayer(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """What runs a command on the demo of `home`, and gives its exit code, stdout and stderr."""
    monkeypatch.setenv("LICENSEIQ_HOME", str(home))

    def run(*words: str) -> Told:
        code = main([*words, "--demo"])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def stopped(home: Path, users: int) -> Path:
    """The home, after its demo tenant was read and stopped."""
    with pytest.MonkeyPatch.context() as patch, running(home, users):
        patch.setenv("LICENSEIQ_HOME", str(home))
        assert main(["scan", "--demo", "--json"]) == 0
    return home
