"""A real desk that runs beside a home's demo, with one approver enrolled by a passkey in software."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from tests.desk.soft_authenticator import SoftAuthenticator
from tests.journeys.processes import LICENSEIQ, Home, wait_until

from licenseiq_cli import desk_control
from licenseiq_cli.desk_control import Control

DESK = (*LICENSEIQ, "desk", "--demo", "--port", "0", "--poll", "0.05")


@dataclass(frozen=True)
class DeskBeside:
    """The desk's controls, and the passkey of the one who may approve; nobody uses it unless `approve` is called."""

    control: Control
    key: SoftAuthenticator
    approver: str = ""

    def ask(self, path: str, body: object) -> Any:
        """What a page's script asks of the desk."""
        answer = httpx.post(
            f"{self.control.url}{path}", json=body, headers={"Origin": self.control.url}, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def approve(self, *proposals: str) -> None:
        chosen = {"proposals": list(proposals), "approver": self.approver, "decision": "approve"}
        begun = self.ask("/api/decisions/begin", chosen)
        self.ask(f"/api/decisions/{begun['ticket']}", {"credential": self.key.sign(begun["options"])})


@contextmanager
def desk_beside(home: Home, program: tuple[str, ...] = DESK) -> Iterator[DeskBeside]:
    """The desk of this home while the body runs, with Ada enrolled."""
    folder = home.path / "demo"
    with (
        (home.path / "desk.txt").open("w", encoding="utf-8") as said,
        subprocess.Popen(
            [sys.executable, *program], stdout=said, stderr=said, env=home.environment(), cwd=os.getcwd()
        ) as running,
    ):
        try:
            wait_until(lambda: running.poll() is not None or desk_control.find(folder), "the desk answers", 60)
            assert running.poll() is None, (home.path / "desk.txt").read_text(encoding="utf-8")
            yield enrolled(desk_control.need(folder, demo=True))
            assert running.poll() is None, "the desk has ended before the test"
            running.terminate()
            running.wait(timeout=60)  # it ends its round first
        finally:
            running.kill()


def enrolled(control: Control) -> DeskBeside:
    """Lets Ada in by the terminal's door, as the first approver comes in."""
    desk = DeskBeside(control, SoftAuthenticator(origin=control.url))
    code = str(control.ask("/control/enrolments", {"name": "Ada", "account": "ada"})["url"]).rpartition("#")[2]
    options = desk.ask("/api/enrolments/options", {"code": code})
    desk.ask("/api/enrolments", {"code": code, "credential": desk.key.register(options)})
    return desk
