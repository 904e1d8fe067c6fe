"""Processes that are killed in the middle: figures stay with their age, and what was done is done once."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from tests.journeys.offboarding import all_done_once, outcomes, propose, type_the_phrase
from tests.journeys.processes import Home, wait_until
from tests.tools.talk import good, text_of

from licenseiq.times import iso, parse_iso
from licenseiq_tenant.desk_state import DESK_FILE

pytestmark = pytest.mark.anyio
OLD = timedelta(hours=25)


async def test_a_scan_that_is_killed_leaves_the_last_figures_and_their_age_and_can_be_done_again(home: Home) -> None:
    before = home.facts("scan", "--demo")
    as_of = grow_old(home)
    home.demo.set_faults({"what": "hang", "path": "/users"})
    with home.started("scan", "--demo") as scan:
        wait_until(lambda: any("hang" in entry["faults"] for entry in home.demo.requests()), "the scan hangs")
        assert scan.poll() is None
        scan.kill()
        scan.wait()
    home.demo.set_faults()

    async with home.chat() as ask:
        after = good(await ask("health_score"))
        assert (after["score"], after["evaluation_id"], after["as_of"]) == (
            before["score"],
            before["evaluation_id"],
            as_of,
        )
        assert f"The data is from {as_of}." in " ".join(after["unknown"])
        listed = good(await ask("list_inactive_users"))
        assert (listed["total"] > 0, listed["as_of"]) == (True, as_of)

    end_the_lease_of_the_scan(home)
    again = home.facts("scan", "--demo")
    assert (again["score"], again["evaluation_id"] != before["evaluation_id"]) == (before["score"], True)
    assert all(moment > as_of for moment in again["ages"].values())
    assert "The data is from" not in " ".join(again["unknown"])


def grow_old(home: Home) -> str:
    """Stands for a day that goes by: everything was read 25 hours earlier. The evaluation's new age."""
    with closing(sqlite3.connect(home.snapshot)) as db, db:
        for table, column in (("last_try", "at"), ("reading", "as_of"), ("evaluation", "as_of")):
            for (moment,) in db.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():  # noqa: S608
                earlier = iso(parse_iso(moment) - OLD)
                db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (earlier, moment))  # noqa: S608
        db.execute("DELETE FROM rate_use")
        (as_of,) = db.execute("SELECT as_of FROM evaluation ORDER BY number DESC LIMIT 1").fetchone()
    return str(as_of)


def end_the_lease_of_the_scan(home: Home) -> None:
    """Stands for the twenty seconds after which a dead owner's hold ends."""
    with closing(sqlite3.connect(home.snapshot)) as db, db:
        db.execute("UPDATE scan_lease SET expires_at = 0")


async def test_an_executor_killed_after_an_effect_is_not_said_to_be_done_and_does_nothing_twice(home: Home) -> None:
    """INV-17: the kill falls between the effect and its outcome."""
    async with home.chat() as ask:
        proposed, user_id = await propose(ask, home)
        proposal_id = proposed["proposal_id"]
        # The change does not show in the next readings: the process is killed while it looks for it.
        home.demo.set_faults({"what": "stale_reads", "method": "PATCH", "path": f"/users/{user_id}", "reads": 3})

        with home.started("approve", proposal_id) as running:
            type_the_phrase(running)
            wait_until(home.changes, "the first effect")
            running.kill()
            running.wait()
        home.demo.set_faults()
        answer = await ask("get_proposal", {"proposal_id": proposal_id})
        assert "not complete" in text_of(answer)
        (run,) = good(answer)["runs"]
        assert (run["state"], outcomes(run)) == ("running", [None, None, None])

        end_the_lease_of_the_run(home)
        again = home.run("approve", proposal_id)
        assert again.returncode == 0, again.stderr
        assert "no phrase is needed" in again.stdout
        (run,) = good(await ask("get_proposal", {"proposal_id": proposal_id}))["runs"]
    assert run["state"] == "complete"
    assert outcomes(run) == ["confirmed_after_restart", "done", "done"]
    assert home.changes() == all_done_once(user_id)
    assert home.facts("audit", "verify")["ledgers"][0]["is_whole"] is True


def end_the_lease_of_the_run(home: Home) -> None:
    """Stands for the thirty seconds after which a dead owner's hold ends."""
    with closing(sqlite3.connect(home.path / "demo" / DESK_FILE)) as db, db:
        db.execute("UPDATE run SET lease_until = '2026-01-01T00:00:00Z' WHERE lease_until IS NOT NULL")
