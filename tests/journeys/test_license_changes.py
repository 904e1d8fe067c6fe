"""Licence changes in a chat: give somebody Visio, take back what a department does not use, and both at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.journeys.processes import Home, Json, assert_only_reads, read_everything
from tests.tools.talk import Ask, good, text_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def settled(home: Home) -> AsyncIterator[Ask]:
    """A chat for which everything has been read, so that no answer changes with a scan behind it."""
    async with home.chat() as ask:
        await read_everything(ask)
        yield ask


async def newcomer(ask: Ask, sku: str) -> str:
    """Somebody at work whom nothing but a seat could keep from getting the SKU."""
    rows = good(await ask("list_inactive_users", {"inactive_days": 1, "limit": 50, "include_disabled": False}))["users"]
    for row in rows:
        answer = await ask("propose_license_changes", {"action": "add", "users": [row["id"]], "sku": sku})
        if row["department"] and not answer.is_error and good(answer)["seats"]:
            await ask("withdraw_proposal", {"proposal_id": good(answer)["proposal_id"]})
            return str(row["id"])
    raise AssertionError("nobody can get it")


async def test_give_somebody_visio(home: Home) -> None:
    """No seat is free: the answer names the seat that could be taken back, and the second proposal takes it."""
    async with settled(home) as ask:
        give = {"action": "add", "users": [await newcomer(ask, "Visio Plan 2")], "sku": "Visio Plan 2"}
        alone = good(await ask("propose_license_changes", give))
        (seats,) = alone["seats"]
        assert (seats["sku"]["part_number"], seats["free"], seats["missing"]) == ("VISIOCLIENT", 0, 1)
        assert "no_free_seat" in {one["kind"] for one in alone["blockers"]}
        assert alone["saving"]["needs_purchase"] is True
        assert seats["to_buy"]
        assert 0 < len(seats["findings"]) <= seats["findings_total"]
        assert "findings from seats" in alone["next_step"]

        both = good(await ask("propose_license_changes", give | {"findings": seats["findings"]}))
        assert both["proposal_id"] != alone["proposal_id"]
        assert both["people"] == 1 + len(seats["findings"])
        assert {row["kind"] for row in both["because"]} == {found.split(":")[0] for found in seats["findings"]}
        assert (both["seats"][0]["missing"], both["seats"][0]["findings"]) == (0, [])
        assert both["steps"][-1]["summary"].startswith("Assign Visio Plan 2")
        kinds = {one["kind"] for one in both["blockers"]}
        if both["seats"][0]["freed_here"]:
            assert "from a seat that this plan frees" in both["steps"][-1]["summary"]
            assert kinds == set()
        else:
            # A group gives the seats: a person takes their holders out of it first.
            assert "waits_for_hand_off" in kinds
            assert any("Visio Plan 2 from group" in one["instructions"] for one in both["hand_offs"])
        again = good(await ask("propose_license_changes", give | {"findings": seats["findings"]}))
        assert (again["proposal_id"], again["because"]) == (both["proposal_id"], both["because"])
    assert_only_reads(home.demo)


async def test_take_back_all_unused_copilots_in_sales(home: Home) -> None:
    async with settled(home) as ask:
        wanted = {"kind": "unused_addon", "sku": "Copilot", "department": "Sales"}
        found = good(await ask("list_waste", wanted))
        assert found["total"] == found["shown"] > 1
        for wrong in (found["total"] - 1, found["total"] + 1, 5_000):
            refused = await ask("propose_license_changes", {"filter": wanted, "expected_count": wrong})
            assert refused.is_error
            assert f"{found['total']} findings match, not {wrong}. Nothing was stored." in text_of(refused)
        assert await proposals(ask) == []

        answer = good(await ask("propose_license_changes", {"filter": wanted, "expected_count": found["total"]}))
        assert answer["people"] == found["total"]
        people = {row["user"]["user_principal_name"] for row in found["findings"]}
        assert {row["target"] for row in answer["because"]} == people
        assert {row["confidence"] for row in answer["because"]} == {"likely"}
        assert {step["target"] for step in answer["steps"]} | {row["target"] for row in answer["hand_offs"]} == people
        assert {step["summary"] for step in answer["steps"]} <= {"Take back Microsoft Copilot for Microsoft 365."}
        assert (await proposals(ask)) == [answer["proposal_id"]]
    assert_only_reads(home.demo)


async def test_too_many_are_refused_whole_with_what_to_do(home: Home) -> None:
    """INV-11, INV-20: never the first ones of a crowd, and nobody for a filter that means everybody."""
    async with settled(home) as ask:
        most = good(await ask("list_waste", {"sku": "Microsoft 365 E5", "group_by": "kind"}))
        assert sum(group["findings"] for group in most["groups"]) > 0
        for filter, words in (({}, "nobody in particular"), ({"confidence": "likely"}, "nobody in particular")):
            refused = await ask("propose_license_changes", {"filter": filter, "expected_count": 5})
            assert words in text_of(refused)
        assert await proposals(ask) == []
    assert_only_reads(home.demo)


async def test_many_kinds_of_change_in_one_proposal(home: Home) -> None:
    async with settled(home) as ask:
        chosen: list[str] = []
        kinds = ("disabled_holder", "unused_addon", "overlapping_skus", "duplicate_assignment", "inactive_holder")
        for kind in kinds:
            rows = good(await ask("list_waste", {"kind": kind, "limit": 5}))["findings"]
            chosen += [row["id"] for row in rows if row["confidence"] != "unknown"][:2]
        who = await newcomer(ask, "Microsoft 365 E5")
        mixed = {"action": "add", "users": [who], "sku": "Microsoft 365 E5", "findings": chosen}
        answer = good(await ask("propose_license_changes", mixed))
        shown = [row["confidence"] for row in answer["because"]]
        assert shown == sorted(shown, key=["likely", "certain"].index)
        assert {row["kind"] for row in answer["because"]} <= set(kinds)
        assert answer["people"] <= len(chosen) + 1
        assert answer["seats"][0]["free"] + answer["seats"][0]["freed_here"] == 1
        assert answer["steps"][-1]["summary"].startswith("Assign Microsoft 365 E5")
        assert answer["saving"]["basis"]
        detail = good(await ask("get_proposal", {"proposal_id": answer["proposal_id"]}))
        assert (detail["digest"], detail["saving"]) == (answer["digest"], answer["saving"])
    assert_only_reads(home.demo)


async def proposals(ask: Ask) -> list[Json]:
    return [row["proposal_id"] for row in good(await ask("list_proposals"))["proposals"]]
