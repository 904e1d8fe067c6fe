"""The desk as its user sees it in the browser."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import Protocol, Transport, VirtualAuthenticatorOptions
from selenium.webdriver.remote.webdriver import WebDriver

from tests.cli.proposed import Proposed

SECONDS = 15.0


def authenticator(transport: Transport) -> VirtualAuthenticatorOptions:
    """One that verifies its user each time."""
    return VirtualAuthenticatorOptions(
        protocol=Protocol.CTAP2,
        transport=transport,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=True,
    )


@dataclass
class Desk:
    browser: WebDriver
    proposed: Proposed
    origin: str

    def open(self, path: str) -> None:
        self.browser.get(f"{self.origin}{path}")

    def text(self) -> str:
        return str(self.browser.find_element(By.TAG_NAME, "body").text)

    def said(self) -> str:
        return str(self.browser.find_element(By.ID, "said").text)

    def click(self, css: str) -> None:
        self.browser.find_element(By.CSS_SELECTOR, css).click()

    def waits_for(self, holds: Callable[[], Any]) -> Any:
        """What `holds` gives once it is true; fails with the page's text."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if found := holds():
                return found
            time.sleep(0.05)
        raise AssertionError(f"this did not come:\n{self.text()}")

    def enrol(self, name: str) -> None:
        """By the terminal, as the first approver does."""
        told = self.licenseiq("approvers", "add", name, "--demo", "--json")
        self.browser.get(json.loads(told)["url"])
        self.click("#enrol")
        self.waits_for(lambda: "is an approver now" in self.said())

    @contextmanager
    def another_key(self) -> Iterator[None]:
        """A key that somebody plugs in, until the body ends."""
        first = self.browser.virtual_authenticator_id
        self.browser.add_virtual_authenticator(authenticator(Transport.USB))
        try:
            yield
        finally:
            self.browser.remove_virtual_authenticator()
            self.browser._authenticator_id = first  # type: ignore[attr-defined]  # one at a time is known to Selenium

    def licenseiq(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "licenseiq_cli.main", *words],
            capture_output=True,
            text=True,
            check=True,
            env={"LICENSEIQ_HOME": str(self.proposed.home), "PATH": "/usr/bin:/bin"},
        )
        return done.stdout

    def propose(self, number: int) -> str:
        """A proposal for the leaver of this number, taken over by the desk."""
        proposal_id, _ = self.proposed.put(self.proposed.leavers[number])
        return proposal_id

    def read_to_sign(self, proposal_id: str) -> None:
        self.open(f"/proposals/{proposal_id}")
        self.click("button[data-decision=approve]")
        self.waits_for(lambda: self.browser.find_element(By.ID, "sign").is_displayed())

    def state(self, proposal_id: str) -> str:
        self.open(f"/proposals/{proposal_id}")
        return str(self.browser.find_element(By.ID, "state").text)

    def run(self, script: str, *arguments: object) -> Any:
        """The result of an async function's body in the page, or {'failed': name and words}."""
        wrapped = (
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);"
            f"(async (given) => {{ {script} }})(given)"
            ".then(done, (e) => done({failed: `${e.name}: ${e.message}`}));"
        )
        return self.browser.execute_async_script(wrapped, *arguments)
