"""The desk as its user sees it in the browser."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import Protocol, Transport, VirtualAuthenticatorOptions
from selenium.webdriver.remote.webdriver import WebDriver

from licenseiq.proposals.plan import Blocker
from licenseiq_cli.desk_control import need
from licenseiq_desk.audit import approvers
from tests.cli.proposed import Proposed

SECONDS = 30.0
REBOUND = "rebound.example"
# In the page: what a passkey answers to the options of a decision.
SIGN = """
const found = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given[0]) });
return found.toJSON();
"""


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
        self.browser.get(self.command("/control/enrolments", name=name)["url"])
        self.click("#enrol")
        self.waits_for(lambda: "is an approver now" in self.said())

    @contextmanager
    def another_key(self) -> Iterator[None]:
        """A key that somebody plugs in and touches, until the body ends; this machine's own is left alone meanwhile."""
        first = self.browser.virtual_authenticator_id
        self._touched(first, False)
        self.browser.add_virtual_authenticator(authenticator(Transport.USB))
        try:
            yield
        finally:
            self.browser.remove_virtual_authenticator()
            self.browser._authenticator_id = first  # type: ignore[attr-defined]  # one at a time is known to Selenium
            self._touched(first, True)

    def _touched(self, authenticator_id: str, is_touched: bool) -> None:
        which = {"authenticatorId": authenticator_id, "enabled": is_touched}
        self.browser.execute_cdp_cmd("WebAuthn.setAutomaticPresenceSimulation", which)

    def command(self, path: str, **body: str) -> dict[str, Any]:
        """What a command of the terminal asks of the desk."""
        return need(self.proposed.folder, demo=True).ask(path, body)

    def propose(self, number: int, *blockers: Blocker) -> str:
        """A proposal for the leaver of this number; the desk takes it over when a page is opened."""
        proposal_id, _ = self.proposed.put(self.proposed.leavers[number], blockers=blockers)
        return proposal_id

    def approver(self, name: str = "Ada") -> str:
        """The id of an approver who is not revoked."""
        found = approvers(self.proposed.folder)
        return next(one.approver_id for one in found if one.name == name and one.revoked_at is None)

    def post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(f"{self.origin}{path}", json=body, headers={"Origin": self.origin}, trust_env=False)

    def begin(self, proposal_id: str, name: str = "Ada", *, stay: bool = False, **more: object) -> dict[str, Any]:
        """A decision that waits for a passkey, begun as the page does. The browser is at the desk then."""
        if not stay:
            self.open("/")
        body = {"proposals": [proposal_id], "approver": self.approver(name), "decision": "approve", **more}
        answer = self.post("/api/decisions/begin", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def send(self, found: dict[str, Any], credential: object) -> httpx.Response:
        return self.post(f"/api/decisions/{found['ticket']}", {"credential": credential})

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
