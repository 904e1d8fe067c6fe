"""What was found while a decision was begun: seen, and let pass with a reason that is signed; on a real tenant."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from selenium.webdriver.common.by import By

from licenseiq.steps.onedrive_kept import LOST
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.level import Standing
from licenseiq_desk.approval.passkeys import RelyingParty
from licenseiq_desk.desk import Desk as TheDesk
from licenseiq_desk.pages.app import Pages
from licenseiq_desk.pages.server import listening, port_of, serving
from tests.browser.seen import Desk
from tests.desk.fakes import TENANT, Unreadable, World, plan_for, world_in


@pytest.fixture
def real(desk: Desk, tmp_path: Path) -> Iterator[tuple[Desk, World]]:
    """The same browser before another desk, whose tenant is a fake and no demo; nobody is enrolled there yet."""
    world = world_in(tmp_path)
    world.desk.close()
    with start_blocking_portal() as portal, listening(0) as sockets:
        origin = f"http://localhost:{port_of(sockets)}"
        authority = Authority(None, RelyingParty(origin, "localhost"), Standing(accepts_same_user=True), sole=True)
        world.desk = TheDesk(world.home, world.inbox, authority=authority, around=world.clock.around())
        pages = Pages(world.desk, TENANT, world.tenant, origin, "secret").app()
        with portal.wrap_async_context_manager(serving(pages, sockets)):
            yield replace(desk, origin=origin), world
    world.desk.close()
    world.inbox.close()


def test_a_reason_for_what_was_found_is_signed_or_nothing_is(real: tuple[Desk, World]) -> None:
    """INV-10: a reason that was typed and not read again is not in the statement, and the page does not sign it."""
    desk, world = real
    world.put(plan_for(simulated=False))
    world.tenant.answers = Unreadable()
    desk.open(f"/enrol#{world.desk.enrolments.open(TENANT, 'Ada', 'ada').code}")
    desk.click("#enrol")
    desk.waits_for(lambda: "is an approver now" in desk.said())
    desk.read_to_sign("p-1")
    assert f"kept back ({LOST})" in desk.text()
    assert desk.browser.switch_to.active_element.get_attribute("id") == "sign-title", "a screen reader goes on there"
    desk.browser.find_element(By.CSS_SELECTOR, f"input.found[data-kind={LOST}]").send_keys("They were copied by hand")
    desk.click("#passkey")
    desk.waits_for(lambda: "not in what you sign" in desk.said())
    assert world.desk.decided_on(TENANT, "p-1") == ()
    desk.click("#again")
    desk.waits_for(lambda: "copied by hand" in desk.browser.find_element(By.ID, "signing").text)
    desk.click("#passkey")
    desk.waits_for(lambda: "Approved" in desk.said())
    ((_, signed),) = world.desk.decided_on(TENANT, "p-1")
    assert [(one["kind"], one["reason"]) for one in signed.waivers] == [(LOST, "They were copied by hand")]
