"""What a real browser lets through and the desk refuses (INV-05, INV-07, INV-40); each time the right way passes."""

from contextlib import closing
from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.by import By

from licenseiq.proposals.plan import Blocker
from licenseiq_desk.store.desk_store import DeskStore, open_store
from licenseiq_tenant.inbox.store import Inbox
from tests.browser.seen import REBOUND, SIGN, Desk

CHECK = Blocker("prerequisite_to_check", (3,), "Check it.")
# A resident key that a page of another port makes for localhost, as any local program's page can.
MAKE_KEY = """
const random = (n) => crypto.getRandomValues(new Uint8Array(n));
const made = await navigator.credentials.create({publicKey: {
  challenge: random(32), rp: {id: "localhost", name: "Elsewhere"}, user: {id: random(8), name: "e", displayName: "Eve"},
  pubKeyCredParams: [{type: "public-key", alg: -7}],
  authenticatorSelection: {residentKey: "required", userVerification: "required"}}});
return made.id;
"""


@pytest.fixture
def store(desk: Desk) -> DeskStore:
    return open_store(desk.proposed.folder)


def test_a_changed_plan_is_refused_and_the_same_plan_unchanged_is_approved(desk: Desk, store: DeskStore) -> None:
    """INV-05."""
    proposal_id = desk.propose(8)
    desk.read_to_sign(proposal_id)
    whole = swap_plan(store, proposal_id, None)
    swap_plan(store, proposal_id, whole.replace(b'"hand_offs":', b'"hand_offs" :'))
    desk.click("#passkey")
    desk.waits_for(lambda: "digest" in desk.said())
    swap_plan(store, proposal_id, whole)
    assert desk.state(proposal_id) == "open"
    sign(desk, proposal_id)
    store.close()


def swap_plan(store: DeskStore, proposal_id: str, data: bytes | None) -> bytes:
    """The stored bytes of a plan, replaced by `data` if there is any."""
    with store.database.write() as db:
        row = db.exec_driver_sql("SELECT plan FROM proposal WHERE proposal_id = ?", (proposal_id,)).one()
        if data is not None:
            db.exec_driver_sql("UPDATE proposal SET plan = ? WHERE proposal_id = ?", (data, proposal_id))
    return bytes(row[0])


def sign(desk: Desk, proposal_id: str) -> None:
    """The right way: it passes."""
    desk.read_to_sign(proposal_id)
    desk.click("#passkey")
    desk.waits_for(lambda: "The run is" in desk.said() or "Another approver" in desk.said())


def test_a_signature_for_other_waivers_is_refused(desk: Desk) -> None:
    """INV-05: who signed without a waiver, or with another reason, has not signed this one."""
    proposal_id = desk.propose(9, CHECK)

    def waived(reason: str) -> dict[str, object]:
        return {"waived": {proposal_id: [{"kind": CHECK.kind, "reason": reason}]}}

    without, other = desk.begin(proposal_id), desk.begin(proposal_id, **waived("The vendor was asked"))
    for asked in (without, other):
        found = desk.begin(proposal_id, **waived("Nobody was asked"))
        assert desk.send(found, desk.run(SIGN, asked["options"])).status_code == 409
    assert desk.state(proposal_id) == "open"
    desk.open(f"/proposals/{proposal_id}")
    desk.browser.find_element(By.CSS_SELECTOR, "input.waiver").send_keys("The vendor was asked")
    desk.click("button[data-decision=approve]")
    desk.waits_for(lambda: "The vendor was asked" in desk.browser.find_element(By.ID, "signing").text)
    desk.click("#passkey")
    desk.waits_for(lambda: "The run is" in desk.said())
    assert "let pass prerequisite_to_check: The vendor was asked" in desk.text()


def test_a_key_that_was_never_enrolled_is_refused(desk: Desk, elsewhere: str) -> None:
    """The browser lets a page of another port make a key for localhost, and lets the desk's page sign with it."""
    proposal_id = desk.propose(10)
    desk.browser.get(elsewhere)
    key = desk.run(MAKE_KEY)
    assert isinstance(key, str), key
    found = desk.begin(proposal_id)
    options = {**found["options"], "allowCredentials": [{"type": "public-key", "id": key}]}
    signed = desk.run(SIGN, options)
    assert signed["id"] == key, "the browser has to sign, or this test shows nothing"
    answer = desk.send(found, signed)
    assert (answer.status_code, "not one of the approver's" in answer.text) == (409, True)
    found = desk.begin(proposal_id)
    assert desk.send(found, desk.run(SIGN, found["options"])).status_code == 200


def test_a_key_that_was_revoked_meanwhile_is_refused(desk: Desk) -> None:
    """Somebody is let in, may approve, and is revoked between reading and signing."""
    proposal_id = desk.propose(11)
    desk.open("/approvers")
    desk.browser.find_element(By.ID, "name").send_keys("Cem")
    desk.click("#allow")
    desk.waits_for(lambda: "/enrol#" in desk.browser.current_url)
    desk.browser.refresh()
    with desk.another_key():
        desk.click("#enrol")
        desk.waits_for(lambda: "Cem is an approver now" in desk.said())
        allowed, revoked = desk.begin(desk.propose(12), "Cem"), desk.begin(proposal_id, "Cem")
        assert desk.send(allowed, desk.run(SIGN, allowed["options"])).status_code == 200
        signed = desk.run(SIGN, revoked["options"])
        desk.command(f"/control/approvers/{desk.approver('Cem')}/revoke")
        answer = desk.send(revoked, signed)
    assert (answer.status_code, "revoked" in answer.text) == (409, True)
    assert desk.state(proposal_id) == "open"


def test_a_name_of_somebody_else_that_leads_here_is_refused(desk: Desk) -> None:
    """DNS rebinding; and the address in place of the name, for which no passkey works."""
    port = desk.origin.rpartition(":")[2]
    for host in (REBOUND, "127.0.0.1", "[::1]"):
        desk.browser.get(f"http://{host}:{port}/")
        assert desk.text() == f"Open this page as {desk.origin}."
        asked = "const a = await fetch('/api/decisions/begin', {method: 'POST', body: '{}'}); return a.status;"
        assert desk.run(asked) == 421
    desk.open("/")
    assert "Proposals" in desk.text()


def test_a_form_of_another_page_is_refused(desk: Desk, elsewhere: str) -> None:
    """A form needs no leave to be sent across sites; it cannot be JSON from the desk's own page."""
    desk.browser.get(elsewhere)
    desk.browser.execute_script(
        """
        const form = document.createElement("form");
        [form.method, form.enctype, form.action] = ["post", "text/plain", arguments[0]];
        const field = document.createElement("input");
        [field.name, field.value] = ['{"proposals":["p-1"],"decision":"approve","approver":"', '"}'];
        form.append(field);
        document.body.append(form);
        form.submit();
        """,
        f"{desk.origin}/api/decisions/begin",
    )
    desk.waits_for(lambda: "The body has to be JSON." in desk.text())


def test_a_stale_page_decides_nothing(desk: Desk) -> None:
    """What was withdrawn, or decided in another window, while somebody was reading."""
    withdrawn, decided = desk.propose(13), desk.propose(14)
    desk.read_to_sign(withdrawn)
    with closing(Inbox(desk.proposed.folder)) as inbox:
        inbox.withdraw(desk.proposed.tenant_id, withdrawn, datetime.now(UTC))
    desk.click("#passkey")
    desk.waits_for(lambda: "withdrawn already" in desk.said())
    assert desk.proposed.changes(desk.proposed.leavers[13]) == []
    desk.read_to_sign(decided)
    found = desk.begin(decided, stay=True)
    assert desk.send(found, desk.run(SIGN, found["options"])).status_code == 200
    desk.click("#passkey")
    desk.waits_for(lambda: "approved already" in desk.said())
