"""Somebody starts, and somebody goes on leave: proposed in the chat, approved in the terminal, done by its day."""

import re
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from tests.journeys.offboarding import type_the_phrase
from tests.journeys.processes import Home, Json, read_everything
from tests.tools.talk import Ask, good, text_of

pytestmark = pytest.mark.anyio


async def colleague(ask: Ask) -> Json:
    """Somebody at work with a mail domain, to be a manager and to start beside."""
    rows = good(await ask("list_inactive_users", {"inactive_days": 1, "limit": 50, "include_disabled": False}))["users"]
    return next(row for row in rows if row["is_person"] and row["department"])


async def test_a_newcomer_is_proposed_made_licensed_and_waits_for_the_first_day(home: Home) -> None:
    """INV-05: the chat changes nothing; the account comes with the approval."""
    async with home.chat() as ask:
        await read_everything(ask)
        boss = await colleague(ask)
        name = f"saoirse.lindgren@{boss['user_principal_name'].partition('@')[2]}"
        asked = {
            "display_name": "Saoirse Lindgren",
            "user_principal_name": name,
            "employee_id": "990001",
            "department": "Finance",
            "job_title": "Controller",
            "office": "Leeds",
            "usage_location": "GB",
            "manager": boss["id"],
            "skus": ["Power BI Pro"],
            "account": "here",
        }
        proposed = good(await ask("propose_onboarding", asked))
        again = good(await ask("propose_onboarding", asked))
        assert (again["proposal_id"], again["digest"]) == (proposed["proposal_id"], proposed["digest"])
        assert [step["kind"] for step in proposed["steps"]] == [
            "create_account", "change_licences", "set_manager", "issue_temporary_access_pass", "check_day_one",
        ]  # fmt: skip
        assert proposed["blockers"] == []
        assert proposed["tier"]["decided_by"] == "request"
        assert home.changes() == []

        with home.started("approve", proposed["proposal_id"]) as approving:
            type_the_phrase(approving)
            with anyio.fail_after(60):
                while True:
                    told = good(await ask("get_proposal", {"proposal_id": proposed["proposal_id"]}))
                    done = {step["kind"]: step["outcome"] for run in told["runs"] for step in run["steps"]}
                    if done.get("issue_temporary_access_pass") and done.get("check_day_one"):
                        break
                    await anyio.sleep(0.3)
            approving.terminate()
            approving.wait(timeout=30)
    assert (done["create_account"], done["change_licences"], done["set_manager"]) == ("done", "done", "done")
    assert done["issue_temporary_access_pass"] == "waiting"
    made = [(method, re.sub(r"/users/.+?/", "/users/X/", path)) for method, path, _ in home.changes()]
    assert made == [("POST", "/users"), ("POST", "/users/X/assignLicense"), ("PUT", "/users/X/manager/$ref")]


async def on_leave(ask: Ask, back: str) -> tuple[str, Json]:
    """Somebody for whom something smaller is there, and the proposal."""
    rows = good(await ask("list_inactive_users", {"inactive_days": 1, "limit": 50, "include_disabled": False}))["users"]
    for row in rows:
        answer = await ask("propose_leave", {"user": row["id"], "back_on": back})
        if not answer.is_error and good(answer)["steps"] and not good(answer)["blockers"]:
            return row["id"], good(answer)
    raise AssertionError("nobody can go on leave")


async def test_a_leave_goes_there_and_waits_for_the_day_of_return(home: Home) -> None:
    back = (datetime.now(UTC) + timedelta(days=120)).date()
    async with home.chat() as ask:
        await read_everything(ask)
        user_id, proposed = await on_leave(ask, back.isoformat())
        assert [step["kind"] for step in proposed["steps"]] == ["change_licences", "change_licences"]
        assert proposed["steps"][1]["summary"].endswith(f"not before {back.isoformat()}T00:00:00Z.")
        again = good(await ask("propose_leave", {"user": user_id, "back_on": back.isoformat()}))
        assert again["proposal_id"] == proposed["proposal_id"]
        later = (back + timedelta(days=7)).isoformat()
        second = await ask("propose_leave", {"user": user_id, "back_on": later})
        assert second.is_error
        assert proposed["proposal_id"] in text_of(second)

        with home.started("approve", proposed["proposal_id"]) as approving:
            type_the_phrase(approving)
            with anyio.fail_after(60):
                while True:
                    told = good(await ask("get_proposal", {"proposal_id": proposed["proposal_id"]}))
                    if any(run["state"] == "waiting" for run in told["runs"]):
                        break
                    await anyio.sleep(0.3)
            approving.terminate()
            approving.wait(timeout=30)
    (run,) = told["runs"]
    assert run["steps"][0]["outcome"] == "done"
    assert home.changes() == [("POST", f"/users/{user_id}/assignLicense", True)]


async def test_a_mover_has_new_attributes_and_manager_and_the_old_access_is_named(home: Home) -> None:
    async with home.chat() as ask:
        await read_everything(ask)
        boss = await colleague(ask)
        rows = good(await ask("list_inactive_users", {"inactive_days": 1, "limit": 50, "include_disabled": False}))
        for row in rows["users"]:
            asked = {"user": row["id"], "department": "Logistics", "job_title": "Planner", "manager": boss["id"]}
            answer = await ask("propose_onboarding", asked)
            proposed = {} if answer.is_error else good(answer)
            if proposed and not proposed["blockers"] and len(proposed["steps"]) == 3:
                break
        else:
            raise AssertionError("nobody can move")
        assert proposed["kind"] == "move"
        assert [step["kind"] for step in proposed["steps"]] == ["set_attribute", "set_attribute", "set_manager"]
        assert "old_access" in {one["kind"] for one in proposed["hand_offs"]}
        with home.started("approve", proposed["proposal_id"]) as approving:
            type_the_phrase(approving)
            assert approving.wait(timeout=60) == 0
        told = good(await ask("get_proposal", {"proposal_id": proposed["proposal_id"]}))
    (run,) = told["runs"]
    assert run["state"] == "complete"
    assert [method for method, _, _ in home.changes()] == ["PATCH", "PATCH", "PUT"]
