"""The desk's pages by raw requests: what they answer, to whom, and what they refuse (INV-40)."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from licenseiq.ports import Protection
from licenseiq.proposals.plan import Blocker
from licenseiq.steps.onedrive_kept import LOST
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.level import Standing
from licenseiq_desk.desk import Desk
from licenseiq_desk.pages.safety import HEADERS, MOST_BYTES, MOST_PER_MINUTE
from tests.desk.fakes import TENANT, Unreadable, World, blocker, person_id, plan_for, world_in
from tests.desk.page_client import COMMAND, OURS, SECRET, answered, asked, begun, browser
from tests.desk.passkey_world import PARTY, enrol, kinds, nothing_was_approved, with_passkeys
from tests.desk.soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=30))
    yield made
    made.desk.close()
    made.inbox.close()


async def test_a_plan_is_read_signed_and_carried_out(world: World) -> None:
    ada, key = enrol(world)
    world.put(plan_for())
    async with browser(world) as client:
        assert "/proposals/p-1" in (await client.get("/")).text
        found = await begun(client, ada)
        assert found["covers"][0]["id"] == "p-1"
        assert found["covers"][0]["lines"]
        assert (await answered(client, found, key)).json() == {"decision": "approve", "missing": 0}
        assert await world.finish() == "complete"
        state = (await client.get("/api/proposals/p-1")).json()
        assert (state["state"], state["run"]["state"]) == ("approved", "complete")
        page = (await client.get("/proposals/p-1")).text
        assert "complete" in page
        assert "Read it once more" not in page


async def test_what_is_shown_before_signing_is_what_is_signed(world: World) -> None:
    """INV-10: every step and person, the digest of the plan and of the statement; and the page says it all too."""
    ada, _ = enrol(world)
    plan = plan_for(2, blockers=(blocker(3),))
    world.put(plan)
    async with browser(world) as client:
        found = await begun(client, ada)
        text, page = (
            "\n".join(one["text"] for one in found["covers"][0]["lines"]),
            (await client.get("/proposals/p-1")).text,
        )
    for words in ("person1@contoso.example", "person2@contoso.example", "Read the holds."):
        assert words in text
        assert words in page
    assert found["covers"][0]["digest"] == plan.digest()
    assert plan.digest() in page
    assert len(found["digest"]) == 64


async def test_a_reason_rejects_and_nothing_is_done(world: World) -> None:
    ada, key = enrol(world)
    world.put(plan_for())
    async with browser(world) as client:
        short = await asked(
            client, "/api/decisions/begin", {"proposals": ["p-1"], "approver": ada, "decision": "reject"}
        )
        assert (short.status_code, "reason" in short.json()["error"]) == (409, True)
        found = await begun(client, ada, decision="reject", reason="She stays")
        assert (await answered(client, found, key)).json()["decision"] == "reject"
    await world.advance()
    assert (world.report().state, world.tenant.sent) == ("rejected", [])


async def test_several_are_signed_at_once(world: World) -> None:
    ada, key = enrol(world)
    world.put(plan_for(), "p-1")
    world.put(plan_for(2), "p-2")
    async with browser(world) as client:
        await client.get("/")
        found = await begun(client, ada, "p-1", "p-2")
        assert [one["id"] for one in found["covers"]] == ["p-2", "p-1"], (
            "what touches most people is read first, where nothing else stands out"
        )
        await answered(client, found, key)
    assert {world.report(one).state for one in ("p-1", "p-2")} == {"approved"}


async def test_the_page_says_who_decided_how_they_came_in_what_was_let_pass_and_why(world: World) -> None:
    """INV-10: the bootstrap of the first approver stands in each record."""
    ada, key = enrol(world)
    world.put(plan_for(blockers=(Blocker("prerequisite_to_check", (3,), "Check it."),)), "p-1")
    world.put(plan_for(2), "p-2")
    async with browser(world) as client:
        await client.get("/")
        waived = {"p-1": [{"kind": "prerequisite_to_check", "reason": "The vendor was asked"}]}
        found = await begun(client, ada, "p-1", waived=waived)
        assert found["waivers"][0]["reason"] == "The vendor was asked"
        await answered(client, found, key)
        await answered(client, await begun(client, ada, "p-2", decision="reject", reason="They stay"), key)
        (approved,) = (await client.get("/api/proposals/p-1")).json()["decisions"]
        (rejected,) = (await client.get("/api/proposals/p-2")).json()["decisions"]
        assert approved in (await client.get("/proposals/p-1")).text
    assert approved.startswith(
        "Approved by Ada (passkey, enrolled by terminal bootstrap) at level L1, 2026-11-23 09:00"
    )
    assert approved.endswith("let pass prerequisite_to_check: The vendor was asked")
    assert "because: They stay" in rejected


async def test_what_stands_out_is_said_on_the_list_and_before_signing(world: World) -> None:
    ada, _ = enrol(world)
    world.put(plan_for(3), "p-1")
    world.put(plan_for(1, blockers=(blocker(2),)), "p-2")
    world.tenant.protections[person_id(2)] = Protection(readable=True, roles=("x",))
    async with browser(world) as client:
        assert "1 step is blocked, and not taken" in (await client.get("/")).text
        found = await begun(client, ada, "p-1", "p-2")
        assert [one["id"] for one in found["covers"]] == ["p-1", "p-2"]
        assert found["covers"][0]["look_at"] == ["s2 is protected, and not touched"]
        assert "comes first" in found["order"]
        assert (await begun(client, ada, "p-2"))["order"] == ""


async def test_what_checks_found_is_shown_before_signing_and_may_be_let_pass_only_where_it_may(tmp_path: Path) -> None:
    """INV-10, INV-14: on a real tenant whose holds and files cannot be read. What was just read is part of what is
    signed, so it is shown; the loss of files has a reason signed, a hold never."""
    world = world_in(tmp_path, people=30)
    world.desk.close()
    authority = Authority(None, PARTY, Standing(accepts_same_user=True), sole=True)
    world.desk = Desk(world.home, world.inbox, authority=authority, around=world.clock.around())
    ada, key = enrol(world)
    world.put(plan_for(simulated=False))
    world.tenant.answers = Unreadable()
    async with browser(world) as client:
        await client.get("/")
        found = await begun(client, ada)
        cover = found["covers"][0]
        lines = [one["text"].strip() for one in cover["lines"] if one["kind"] == "detail warn"]
        assert f"kept back ({LOST})" in [one.partition(": ")[0] for one in lines if "let it pass" in one]
        assert "1 step is blocked, and not taken" in cover["look_at"]
        assert {one["kind"]: one["steps"] for one in cover["waivable"]}[LOST] == [3]
        assert found["waivers"] == []
        for wrong in ({"kind": "legal_hold", "reason": "I know"}, {"kind": LOST, "reason": ""}):
            body = {"proposals": ["p-1"], "approver": ada, "decision": "approve", "waived": {"p-1": [wrong]}}
            assert (await asked(client, "/api/decisions/begin", body)).status_code == 409
        waived = {"p-1": [{"kind": LOST, "reason": "They were copied by hand"}]}
        again = await begun(client, ada, waived=waived)
        assert [one["reason"] for one in again["waivers"]] == ["They were copied by hand"]
        assert again["digest"] != found["digest"]
        await answered(client, again, key)
        (decision,) = (await client.get("/api/proposals/p-1")).json()["decisions"]
    assert f"let pass {LOST}: They were copied by hand" in decision
    world.desk.close()
    world.inbox.close()


async def test_what_is_not_there_is_told_on_a_page_with_a_way_on(world: World) -> None:
    async with browser(world) as client:
        for path in ("/proposals/none", "/nowhere"):
            answer = await client.get(path)
            assert (answer.status_code, 'href="/"' in answer.text) == (404, True)
            assert answer.headers["content-type"].startswith("text/html")


async def test_a_fault_is_told_by_its_name_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """INV-30: neither the page nor the log quotes what it was about."""
    world.put(plan_for())
    world.desk.take_over(TENANT)

    def broken(*_: object) -> None:
        raise RuntimeError("person1@contoso.example")

    world.desk.attention = broken  # type: ignore[method-assign,assignment]
    async with browser(world) as client:
        page = await client.get("/proposals/p-1")
    assert (page.status_code, "RuntimeError" in page.text) == (500, True)
    assert "contoso" not in page.text + caplog.text


async def test_a_ticket_is_good_once_and_for_what_it_was_begun_for(world: World) -> None:
    """INV-05, INV-07: replay; and a page that became stale."""
    ada, key = enrol(world)
    world.put(plan_for(), "p-1")
    world.put(plan_for(2), "p-2")
    async with browser(world) as client:
        await client.get("/")
        one, two = await begun(client, ada, "p-1"), await begun(client, ada, "p-2")
        crossed = await asked(client, f"/api/decisions/{two['ticket']}", {"credential": key.sign(one["options"])})
        assert crossed.status_code == 409
        assert (await answered(client, two, key)).status_code == 409, "used up by the try before"
        world.clock.move(301)
        assert (await answered(client, one, key)).status_code == 409
        assert "Begin it again" in (await answered(client, one, key)).json()["next_step"]
    await nothing_was_approved(world)


REFUSED: dict[str, tuple[dict[str, str], int]] = {
    "another host, as with DNS rebinding": ({"Host": "evil.example:8765"}, 421),
    "the address for the name": ({"Host": "127.0.0.1:8765"}, 421),
    "another port": ({"Host": "localhost:9999"}, 421),
    "a page of another site": ({"Origin": "https://evil.example"}, 403),
    "a page of another port": ({"Origin": "http://localhost:9999"}, 403),
    "a page without an origin": ({"Origin": "null"}, 403),
    "another site, as the browser tells": ({"Sec-Fetch-Site": "cross-site"}, 403),
    "another port, as the browser tells": ({"Sec-Fetch-Site": "same-site"}, 403),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "text, which needs no preflight": ({"Content-Type": "text/plain"}, 415),
}


@pytest.mark.parametrize(("headers", "status"), REFUSED.values(), ids=REFUSED)
async def test_a_request_from_elsewhere_is_refused(world: World, headers: dict[str, str], status: int) -> None:
    """The same request without those headers goes through: the check is what refuses it."""
    ada, _ = enrol(world)
    world.put(plan_for())
    body = json.dumps({"proposals": ["p-1"], "approver": ada, "decision": "approve"})
    ours = {**OURS, "Content-Type": "application/json"}
    async with browser(world) as client:
        await client.get("/")
        assert (await client.post("/api/decisions/begin", content=body, headers=ours)).status_code == 200
        refused = await client.post("/api/decisions/begin", content=body, headers={**ours, **headers})
    assert refused.status_code == status
    assert "ticket" not in refused.text
    assert "access-control-allow-origin" not in refused.headers


async def test_a_post_without_any_origin_is_refused(world: World) -> None:
    async with browser(world) as client:
        assert (await client.post("/api/decisions/begin", json={})).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"])
async def test_other_methods_are_refused(world: World, method: str) -> None:
    """OPTIONS above all: no page of elsewhere may ask whether it may ask."""
    async with browser(world) as client:
        assert (await client.request(method, "/api/decisions/begin", headers=OURS)).status_code == 405


async def test_every_answer_forbids_frames_scripts_of_others_caches_and_sets_no_cookie(world: World) -> None:
    """INV-40: good answers, refusals, and what is not there."""
    world.put(plan_for())
    async with browser(world) as client:
        answers = [await client.get(path) for path in ("/", "/proposals/p-1", "/nowhere", "/static/desk.js")]
        answers += [await client.get("/", headers={"Host": "evil.example"}), await client.post("/control/health")]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in answer.headers
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_a_large_body_is_not_read(world: World) -> None:
    """With and without a length that says so."""
    enrol(world)
    body = b'{"x": "' + b"a" * MOST_BYTES + b'"}'

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 4096):
            yield body[start : start + 4096]

    headers = {**OURS, "Content-Type": "application/json"}
    async with browser(world) as client:
        assert (await client.post("/api/decisions/begin", content=body, headers=headers)).status_code == 413
        parts = await client.post("/api/decisions/begin", content=in_parts(), headers=headers)
        assert (parts.status_code, "not understood" in parts.text) == (409, True)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"x"', "null", '{"proposals": "p-1"}', '{"proposals": [1]}', "[" * 9_000]
)
async def test_a_body_that_is_no_request_is_told_so(world: World, body: str) -> None:
    headers = {**OURS, "Content-Type": "application/json"}
    async with browser(world) as client:
        answer = await client.post("/api/decisions/begin", content=body, headers=headers)
    assert answer.status_code == 409
    assert set(answer.json()) == {"error", "next_step"}


async def test_too_many_requests_in_a_minute_are_refused(world: World) -> None:
    async with browser(world) as client:
        found = [(await client.get("/static/desk.css")).status_code for _ in range(MOST_PER_MINUTE + 1)]
    assert set(found[:-1]) == {200}
    assert found[-1] == 429


async def test_commands_need_the_secret_of_this_start_and_no_browser(world: World) -> None:
    """INV-06, INV-09: a page, or a program without the file of this account, opens no door."""
    body = {"name": "Eve", "account": "eve"}
    async with browser(world) as client:
        for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": SECRET}):
            assert (await client.post("/control/enrolments", json=body, headers=headers)).status_code == 401
        with_origin = await client.post("/control/enrolments", json=body, headers={**COMMAND, **OURS})
        assert with_origin.status_code == 403
        let_in = await client.post("/control/enrolments", json=body, headers=COMMAND)
    assert let_in.json()["url"].startswith(f"{PARTY.origin}/enrol#")
    assert world.desk.approvers(TENANT) == ()


async def test_the_first_approver_comes_by_the_terminal_and_the_next_by_a_passkey(world: World) -> None:
    """INV-09."""
    async with browser(world) as client:
        door = (await client.post("/control/enrolments", json={"name": "Ada", "account": "a"}, headers=COMMAND)).json()
        ada = SoftAuthenticator()
        await make_key(client, door["url"].partition("#")[2], ada)
        again = await client.post("/control/enrolments", json={"name": "Eve", "account": "e"}, headers=COMMAND)
        assert again.status_code == 409
        (who,) = world.desk.approvers(TENANT)
        asking = {"approver": who.approver_id, "name": "Ben"}
        eve = SoftAuthenticator(credential_id=b"eve")
        first = (await asked(client, "/api/enrolments/open", asking)).json()
        wrong = {"ticket": first["ticket"], "credential": eve.sign(first["options"])}
        assert (await asked(client, "/api/enrolments/open", wrong)).status_code == 409
        right = (await asked(client, "/api/enrolments/open", asking)).json()
        allowed = {"ticket": right["ticket"], "credential": ada.sign(right["options"])}
        door = (await asked(client, "/api/enrolments/open", allowed)).json()
        assert (await asked(client, "/api/enrolments/open", allowed)).status_code == 409, "used up"
        await make_key(client, door["code"], SoftAuthenticator(credential_id=b"ben"))
    assert [(one.name, one.enrolled.partition(" ")[0]) for one in world.desk.approvers(TENANT)] == [
        ("Ada", "terminal"),
        ("Ben", "by"),
    ]
    assert "enrolment_refused" in kinds(world)


async def make_key(client: httpx.AsyncClient, code: str, key: SoftAuthenticator) -> None:
    options = (await asked(client, "/api/enrolments/options", {"code": code})).json()
    made = await asked(client, "/api/enrolments", {"code": code, "credential": key.register(options)})
    assert made.status_code == 200, made.text


async def test_a_signature_for_an_enrolment_approves_no_plan(world: World) -> None:
    ada, key = enrol(world)
    world.put(plan_for())
    async with browser(world) as client:
        await client.get("/")
        door = (await asked(client, "/api/enrolments/open", {"approver": ada, "name": "Ben"})).json()
        found = await begun(client, ada)
        crossed = {"credential": key.sign(door["options"])}
        assert (await asked(client, f"/api/decisions/{found['ticket']}", crossed)).status_code == 409
    await nothing_was_approved(world)


async def test_runs_are_paused_resumed_and_cancelled_by_a_command(world: World) -> None:
    """INV-18."""
    await_of = {"pause": "paused", "cancel": "cancelled"}
    world.put(plan_for())
    await world.approve()
    world.tenant.faults["disable"] = ["throttled"]
    await world.advance()
    run = world.report().runs[0].run_id
    async with browser(world) as client:
        assert (await client.post(f"/control/runs/{run}/pause", json={}, headers=COMMAND)).status_code == 200
        world.clock.move(61)
        await world.advance()
        assert world.report().runs[0].state == await_of["pause"]
        assert (await client.post(f"/control/runs/{run}/resume", json={}, headers=COMMAND)).status_code == 200
        assert (await client.post(f"/control/runs/{run}/cancel", json={}, headers=COMMAND)).status_code == 200
        assert (await client.post(f"/control/runs/{run}/explode", json={}, headers=COMMAND)).status_code == 404
        assert (await client.post("/control/runs/none/pause", json={}, headers=COMMAND)).status_code == 404
    world.clock.move(61)
    await world.advance()
    assert world.report().runs[0].state == await_of["cancel"]
