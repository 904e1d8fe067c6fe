"""A desk that runs as a process, and a person with a passkey at its pages, spoken to as a browser would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.desk.soft_authenticator import SoftAuthenticator


@dataclass
class Running:
    """`said` are the lines that it has said so far; its last ones are there once it has ended."""

    process: "subprocess.Popen[str]"
    origin: str
    said: list[str] = field(default_factory=list)


@contextmanager
def running_desk(*options: str, environ: dict[str, str]) -> Iterator[Running]:
    """`licenseiq desk` on a free port while the body runs; afterwards it has stopped as it was asked to."""
    command = [sys.executable, "-m", "licenseiq_cli.main", "desk", *options, "--port", "0", "--poll", "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environ}) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            found = Running(process, first.partition(", at ")[2].partition(". ")[0], [first])
            assert found.origin, first
            yield found
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
            found.said += process.stdout.read().splitlines()
        finally:
            process.kill()


@dataclass
class AtTheDesk:
    """Somebody whose passkey is of software."""

    origin: str
    key: SoftAuthenticator
    name: str = ""

    @classmethod
    def of(cls, origin: str) -> "AtTheDesk":
        return cls(origin, SoftAuthenticator(origin=origin))

    def post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(f"{self.origin}{path}", json=body, headers={"Origin": self.origin}, trust_env=False)

    def ask(self, path: str, body: object) -> Any:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def enrol(self, url: str) -> None:
        """By the address that 'approvers add' gave."""
        code = url.removeprefix(f"{self.origin}/enrol#")
        options = self.ask("/api/enrolments/options", {"code": code})
        self.ask("/api/enrolments", {"code": code, "credential": self.key.register(options)})

    def decide(self, approver_id: str, proposal_id: str, decision: str = "approve", reason: str = "") -> Any:
        """What the page does when somebody reads a proposal and signs."""
        chosen = {"proposals": [proposal_id], "approver": approver_id, "decision": decision, "reason": reason}
        begun = self.ask("/api/decisions/begin", chosen)
        self.ask(f"/api/decisions/{begun['ticket']}", {"credential": self.key.sign(begun["options"])})
        return begun

    def run_of(self, proposal_id: str) -> Any:
        """Its run, once it has ended."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = httpx.get(f"{self.origin}/api/proposals/{proposal_id}", trust_env=False).json()
            if found["run"] and found["run"]["ended"]:
                return found["run"]
            time.sleep(0.05)
        raise AssertionError(f"its run did not end: {found}")
