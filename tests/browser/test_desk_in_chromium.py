"""What a person does at the desk, and what pages of elsewhere try, in a real browser (INV-07, INV-28, INV-40)."""

from selenium.webdriver.common.by import By

from tests.browser.seen import SIGN, Desk
from tests.cli.proposed import all_done_once


def test_a_person_reads_signs_with_a_passkey_and_sees_it_done(desk: Desk) -> None:
    leaver, proposal_id = desk.proposed.leavers[0], desk.propose(0)
    desk.open("/")
    desk.browser.find_element(By.LINK_TEXT, proposal_id).click()
    assert str(leaver.user_principal_name) in desk.text()
    desk.click("button[data-decision=approve]")
    desk.waits_for(lambda: "What you sign" in desk.text())
    assert desk.proposed.changes(leaver) == []
    desk.click("#passkey")
    desk.waits_for(lambda: "The run is complete" in desk.said())
    assert desk.proposed.changes(leaver) == all_done_once(leaver)
    assert desk.state(proposal_id) == "approved"


def test_a_person_rejects_with_a_reason(desk: Desk) -> None:
    proposal_id = desk.propose(1)
    desk.open(f"/proposals/{proposal_id}")
    desk.browser.find_element(By.ID, "reason").send_keys("She stays with us")
    desk.click("button[data-decision=reject]")
    desk.waits_for(lambda: "You reject" in desk.text())
    desk.click("#passkey")
    desk.waits_for(lambda: "Rejected" in desk.said())
    assert desk.proposed.changes(desk.proposed.leavers[1]) == []


def test_several_are_chosen_on_the_list_and_signed_at_once(desk: Desk) -> None:
    chosen = [desk.propose(2), desk.propose(3)]
    desk.open("/")
    for one in chosen:
        desk.click(f"input[value='{one}']")
    desk.click("button[data-decision=approve]")
    desk.waits_for(lambda: "What you sign" in desk.text())
    assert all(one in desk.text() for one in chosen)
    desk.click("#passkey")
    desk.waits_for(lambda: "Approved" in desk.said())
    assert {desk.browser.find_element(By.ID, f"state-{one}").text for one in chosen} == {"approved"}
    assert {desk.state(one) for one in chosen} == {"approved"}


def test_an_approver_lets_the_next_one_in(desk: Desk) -> None:
    """INV-09. The passkey of this machine is somebody's already, so the new one brings a key of their own."""
    desk.open("/approvers")
    desk.browser.find_element(By.ID, "name").send_keys("Ben")
    desk.click("#allow")
    desk.waits_for(lambda: "/enrol#" in desk.browser.current_url)
    desk.browser.refresh()
    desk.click("#enrol")
    desk.waits_for(lambda: "already" in desk.said())
    with desk.another_key():
        desk.click("#enrol")
        desk.waits_for(lambda: "Ben is an approver now" in desk.said())
    desk.open("/approvers")
    assert "Ben" in desk.text()


def test_without_verification_of_the_user_nothing_is_decided(desk: Desk) -> None:
    proposal_id = desk.propose(4)
    desk.browser.set_user_verified(False)
    try:
        desk.read_to_sign(proposal_id)
        desk.click("#passkey")
        desk.waits_for(lambda: "Nothing was decided" in desk.said())
    finally:
        desk.browser.set_user_verified(True)
    assert desk.state(proposal_id) == "open"


def test_a_page_of_another_port_may_sign_with_the_same_passkey_and_it_does_not_count(
    desk: Desk, elsewhere: str
) -> None:
    """The browser allows it: only the origin in what was signed tells the two pages apart.

    The same way, from the desk's own page, approves: so the origin is what refuses it."""
    proposal_id = desk.propose(5)
    found = desk.begin(proposal_id)
    desk.browser.get(elsewhere)
    signed = desk.run(SIGN, found["options"])
    assert "failed" not in signed, "the browser has to let it sign, or this test shows nothing"
    assert desk.send(found, signed).status_code == 409
    assert desk.state(proposal_id) == "open"

    found = desk.begin(proposal_id)
    signed = desk.run(SIGN, found["options"])
    assert desk.send(found, signed).status_code == 200
    assert desk.send(found, signed).status_code == 409, "a replay"
    desk.waits_for(lambda: desk.state(proposal_id) == "approved")


def test_a_page_of_another_port_cannot_ask_the_desk(desk: Desk, elsewhere: str) -> None:
    proposal_id = desk.propose(6)
    who = desk.approver()
    body = {"proposals": [proposal_id], "approver": who, "decision": "approve"}
    post = """
    const answer = await fetch(given[0], {method: "POST", mode: given[2], headers: {"Content-Type": given[3]},
      body: JSON.stringify(given[1])});
    return {status: answer.status, kind: answer.type};
    """
    url = f"{desk.origin}/api/decisions/begin"
    assert desk.run(post, url, body, "cors", "application/json")["status"] == 200, "from the desk's own page"
    desk.browser.get(elsewhere)
    assert "failed" in desk.run(post, url, body, "cors", "application/json")
    assert "failed" in desk.run(post, url, body, "cors", "text/plain")
    blind = desk.run(post, url, body, "no-cors", "text/plain")
    assert "failed" in blind or blind["kind"] == "opaque"
    read = "const answer = await fetch(given[0]); return await answer.text();"
    assert "failed" in desk.run(read, f"{desk.origin}/proposals/{proposal_id}")


def test_no_page_can_frame_the_desk(desk: Desk, elsewhere: str) -> None:
    framed = """
    const frame = document.createElement("iframe");
    frame.src = given[0];
    const loaded = new Promise((done) => { frame.onload = done; });
    document.body.append(frame);
    await loaded;
    try { return frame.contentDocument === null ? "of elsewhere" : frame.contentDocument.title; } catch { return "no"; }
    """
    desk.browser.get(elsewhere)
    assert desk.run(framed, elsewhere) == "elsewhere", "a frame of its own is shown"
    desk.run(framed, desk.origin)
    desk.waits_for(lambda: any("frame-ancestors" in one["message"] for one in desk.browser.get_log("browser")))


def test_pages_break_none_of_their_own_rules(desk: Desk) -> None:
    """INV-28: no message of the policy for content in the console."""
    proposal_id = desk.propose(7)
    desk.browser.get_log("browser")
    for path in ("/", f"/proposals/{proposal_id}", "/approvers", "/enrol"):
        desk.open(path)
    assert [one["message"] for one in desk.browser.get_log("browser") if "favicon" not in one["message"]] == []
