"""A real Chromium with a virtual authenticator, before a real desk. Without Chromium these tests skip, but for CI."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.virtual_authenticator import Transport
from selenium.webdriver.remote.webdriver import WebDriver

from licenseiq_demo import process
from tests.at_the_desk import running_desk
from tests.browser.elsewhere import another_port
from tests.browser.seen import REBOUND, Desk, authenticator
from tests.cli.proposed import Proposed

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
SWITCHES = (
    "headless=new",
    "no-sandbox",
    "disable-dev-shm-usage",
    "disable-gpu",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "no-first-run",
    "window-size=1100,1400",
    # A name that somebody else owns and that leads to this machine: what DNS rebinding comes to.
    f"host-resolver-rules=MAP {REBOUND} 127.0.0.1",
)


@pytest.fixture(scope="package")
def browser() -> Iterator[WebDriver]:
    if CHROMIUM is None or DRIVER is None:
        words = "Chromium and its driver are not installed"
        if os.environ.get("NO_SKIPPED_TESTS"):
            pytest.fail(words)
        pytest.skip(words)
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in SWITCHES:
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()


@pytest.fixture(scope="package")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proposed]:
    made = Proposed(tmp_path_factory.mktemp("home"))
    made.start(users=250)
    yield made
    process.stop(made.folder / "tenant")


@pytest.fixture(scope="package")
def origin(proposed: Proposed) -> Iterator[str]:
    """Of a desk that runs."""
    with running_desk("--demo", environ={"LICENSEIQ_HOME": str(proposed.home)}) as running:
        yield running.origin


@pytest.fixture(scope="package")
def desk(browser: WebDriver, proposed: Proposed, origin: str) -> Desk:
    """A desk where Ada has enrolled, in the browser, with a passkey of this machine."""
    browser.add_virtual_authenticator(authenticator(Transport.INTERNAL))
    found = Desk(browser, proposed, origin)
    found.enrol("Ada")
    return found


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[str]:
    """A page of another port of localhost: same-site with the desk, and with the same passkeys."""
    with another_port() as origin:
        yield origin


@pytest.fixture(autouse=True)
def screenshot(request: pytest.FixtureRequest) -> Iterator[None]:
    """With LICENSEIQ_SCREENSHOTS=FOLDER the end of each test is kept, to be looked at."""
    yield
    folder = os.environ.get("LICENSEIQ_SCREENSHOTS")
    if folder and "desk" in request.fixturenames:
        request.getfixturevalue("browser").save_screenshot(str(Path(folder) / f"{request.node.name}.png"))
