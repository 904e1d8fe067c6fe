"""The command as a user types it."""

import os
import subprocess
import sys
from pathlib import Path

import anyio
import httpx

from licenseiq_demo import process


def licenseiq(*words: str) -> list[str]:
    return [sys.executable, "-m", "licenseiq_cli.main", *words]


def test_the_demo_tenant_is_served_and_stopped_by_the_command(tmp_path: Path) -> None:
    environment = {**os.environ, "LICENSEIQ_HOME": str(tmp_path)}
    with subprocess.Popen(
        licenseiq("demo", "--serve", "0", "--users", "30"), env=environment, stdout=-3, stderr=-3
    ) as served:
        try:
            demo = anyio.run(_found, tmp_path / "demo" / "tenant")
            answer = httpx.get(f"{demo.url}/users", headers={"Authorization": f"Bearer {demo.token}"})
            assert len(answer.json()["value"]) == 30
            stopped = subprocess.run(
                licenseiq("demo", "--stop"), env=environment, capture_output=True, text=True, check=True
            )
            assert stopped.stdout == "The demo tenant has stopped.\n"
            served.wait(timeout=10)
        finally:
            served.kill()


def test_wrong_use_ends_with_code_two_and_says_what_is_right() -> None:
    done = subprocess.run(licenseiq("demo", "--serve", "99999"), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "0 to 65535" in done.stderr


async def _found(home: Path) -> process.Demo:
    with anyio.fail_after(15):
        while True:
            if (demo := process.find(home, "reader")) is not None:
                return demo
            await anyio.sleep(0.1)
