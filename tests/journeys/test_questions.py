"""Questions 1 to 10 of `docs/questions.md`, asked in a chat and compared with what `facts.py` finds in the demo.

`test_NN_…` is question NN; 11 to 20 are in `test_questions_ahead.py`.
"""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.journeys.answers import COPILOT, E5, kinds, known, micros, owners, waste
from tests.journeys.facts import Facts
from tests.journeys.processes import TOP
from tests.tools.talk import Ask, good, pages

pytestmark = pytest.mark.anyio


async def test_01_how_healthy_and_what_is_unknown(ask: Ask, facts: Facts) -> None:
    health = good(await ask("health_score"))
    assert (health["paid_seats"], health["unpriced_seats"]) == (facts.seats, facts.unpriced)
    spend, exposure = micros(health["monthly_spend"]), micros(health["exposure"])
    assert spend == facts.spend
    assert sum(Decimal(str(one["points"])) for one in health["components"]) == Decimal(str(health["score"]))
    in_use = next(one for one in health["components"] if one["name"] == "spend_in_use")
    tenths = 10 * int(in_use["weight"]) * (spend - exposure) // spend
    assert Decimal(str(in_use["points"])) * 10 == tenths
    assert sum(micros(row["monthly_cost"]) for row in health["by_kind"]) == exposure
    errors = [u for u in facts.users.values() if any(one["state"] == "Error" for one in u["licenseAssignmentStates"])]
    assert kinds(health["without_money"])["group_licence_error"]["findings"] == len(errors)
    unpriced = [line for line in facts.lines.values() if line.price is None]
    said = " ".join(health["unknown"])
    assert f"{facts.unpriced} seats of {len(unpriced)} SKUs" in said
    assert "HR is not connected" in said


async def test_02_what_is_spent_and_on_what(ask: Ask, facts: Facts) -> None:
    rows = await pages(ask, "spend_summary", "groups", {"by": "sku", "limit": 50})
    found = {
        row["sku"]["part_number"]: (row["people"], row["seats"], known(row["monthly_spend"]), row["unpriced_seats"])
        for row in rows
    }
    assert found == {
        part: (len(facts.holders(part)), line.paid, line.spend, line.paid if line.price is None else 0)
        for part, line in facts.lines.items()
    }
    assert sum(money or 0 for _, _, money, _ in found.values()) == facts.spend


@pytest.mark.parametrize("by", ["department", "cost_center", "country"])
async def test_03_who_spends_it(ask: Ask, facts: Facts, by: str) -> None:
    rows = await pages(ask, "spend_summary", "groups", {"by": by, "limit": 50})
    held = {row["name"]: row for row in rows if row["group"] != "unassigned"}
    found = {name: (row["people"], row["seats"], micros(row["monthly_spend"])) for name, row in held.items()}
    assert found == facts.groups(by)
    assert {row["group"] for row in rows} <= {by, f"no_{by}", "unassigned"}
    assert sum(micros(row["monthly_spend"]) for row in rows) == facts.spend
    assert sum(row["seats"] for row in rows) == facts.seats


async def test_04_where_is_the_biggest_waste(ask: Ask, facts: Facts) -> None:
    exposure = micros(good(await ask("health_score"))["exposure"])
    for by in ("kind", "sku", "department"):
        answer = good(await ask("list_waste", {"group_by": by, "limit": 100}))
        assert answer["shown"] == answer["total"]
        money = [known(group["exposure"]) or 0 for group in answer["groups"]]
        assert sum(money) == exposure
        assert sum(group["seats"] for group in answer["groups"]) == answer["matched_seats"]
        if by == "kind":
            assert money[0] == max(money)
            found = kinds(answer["groups"])
    unassigned = sum(line.claimable for line in facts.lines.values())
    blocked = facts.blocked()
    silent = facts.silent_employees()
    assert found["unassigned_seats"]["seats"] == unassigned
    assert found["disabled_holder"]["seats"] == sum(len(facts.held[one]) for one in blocked)
    assert found["inactive_holder"]["people"] == len(silent)
    assert micros(found["inactive_holder"]["exposure"]) == sum(facts.cost(facts.held[one]) for one in silent)


async def test_05_which_seats_are_bought_and_held_by_nobody(ask: Ask, facts: Facts) -> None:
    rows = await waste(ask, kind="unassigned_seats")
    found = {row["skus"][0]["part_number"]: (row["seats"], known(row["saving"]["amount"])) for row in rows}
    expected = {part: line for part, line in facts.lines.items() if line.claimable}
    assert found == {part: (line.claimable, line.cost(line.claimable)) for part, line in expected.items()}
    evidence = {row["skus"][0]["part_number"]: row["evidence"] for row in rows}
    for part, line in expected.items():
        assert (evidence[part]["enabled"], evidence[part]["consumed"]) == (line.enabled, line.consumed)
    owned = await pages(ask, "list_subscriptions", "skus", {"limit": 50})
    by_part = {row["sku"]["part_number"]: row for row in owned}
    assert by_part.keys() == facts.lines.keys()
    for part, line in facts.lines.items():
        assert (by_part[part]["bought"], by_part[part]["assigned"]) == (line.enabled, line.consumed)
        assert by_part[part]["over_assigned"] == max(0, line.consumed - line.enabled)


async def test_06_which_blocked_accounts_still_hold_seats(ask: Ask, facts: Facts) -> None:
    rows = await waste(ask, kind="disabled_holder")
    expected = facts.blocked()
    assert owners(rows) == expected
    for row in rows:
        held = facts.held[row["user"]["id"]]
        assert {sku["sku_id"] for sku in row["skus"]} == held
        assert (known(row["saving"]["amount"]) or 0) == facts.cost(held)
    whole = good(await ask("list_waste", {"kind": "disabled_holder", "limit": 1}))
    assert micros(whole["matched_exposure"]) == sum(facts.cost(facts.held[one]) for one in expected)
    assert whole["matched_unpriced_seats"] == sum(facts.unpriced_of(facts.held[one]) for one in expected)


async def test_07_who_in_sales_was_not_here_for_half_a_year(ask: Ask, facts: Facts) -> None:
    wanted = {"inactive_days": 180, "department": "Sales", "limit": 50}
    rows = await pages(ask, "list_inactive_users", "users", wanted)
    sales = {one for one in facts.held if facts.users[one]["department"] == "Sales"}
    expected = {one for one in sales if facts.silent_for(one) >= 180}
    assert expected
    assert {row["id"]: row["days_inactive"] for row in rows} == {one: facts.silent_for(one) for one in expected}
    for row in rows:
        last = facts.last_human[row["id"]]
        assert row["last_activity"] == (last.isoformat() if last else None)
        assert {sku["sku_id"] for sku in row["skus"]} == facts.held[row["id"]]
    answer = good(await ask("list_inactive_users", wanted))
    assert micros(answer["matched_monthly_cost"]) == sum(facts.cost(facts.held[one]) for one in expected)
    assert answer["matched_unpriced_seats"] == sum(facts.unpriced_of(facts.held[one]) for one in expected)


async def test_08_whose_seats_were_never_used(ask: Ask, facts: Facts) -> None:
    rows = await waste(ask, kind="never_used")
    never = {
        one for one in facts.held if facts.is_employee(one) and facts.was_never_seen(one) and facts.silent_for(one) > 60
    }
    # Among them is somebody whose display name gives orders; what a name says takes nobody out of the answer.
    assert any("SYSTEM" in str(facts.users[one]["displayName"]) for one in never)
    assert owners(rows) == never
    for row in rows:
        assert (known(row["saving"]["amount"]) or 0) == facts.cost(facts.held[row["user"]["id"]])
    one = min(never)
    whole = good(await ask("explain_user", {"user": one}))
    assert (whole["activity"]["never_active"], whole["activity"]["last_activity"]) == (True, None)


async def test_09_who_holds_e5_and_uses_nothing_of_it(ask: Ask, facts: Facts) -> None:
    holders = facts.holders(E5)
    silent = await pages(ask, "list_inactive_users", "users", {"sku": "Microsoft 365 E5", "limit": 50})
    assert {row["id"] for row in silent} == {one for one in holders if facts.silent_for(one) >= 90}
    premium = await waste(ask, kind="unused_premium", sku="Microsoft 365 E5")
    assert owners(premium) <= {one for one in holders if facts.is_at_work(one)}
    assert owners(premium).isdisjoint(row["id"] for row in silent)
    # Who does mail and web alone holds an E5 for nothing that can be seen.
    assert {one for one in holders if facts.causes[one] == "mail_and_web"} <= owners(premium)
    prices = {line.price for line in facts.lines.values() if line.price}
    for row in premium:
        assert row["confidence"] == "unknown"
        assert facts.lines[E5].price - micros(row["saving"]["amount"]) in prices  # type: ignore[operator]
    answer = good(await ask("list_waste", {"kind": "unused_premium", "sku": "Microsoft 365 E5"}))
    assert (answer["matched_seats"], micros(answer["matched_exposure"])) == (0, 0)


async def test_10_which_copilots_are_not_used(ask: Ask, facts: Facts) -> None:
    rows = await waste(ask, kind="unused_addon", sku="Copilot")
    expected = facts.unused_copilots()
    assert expected
    assert owners(rows) == expected
    price = facts.lines[COPILOT].price
    assert {micros(row["saving"]["amount"]) for row in rows} == {price}
    answer = good(await ask("list_waste", {"kind": "unused_addon", "sku": "Copilot", "group_by": "sku"}))
    assert micros(answer["matched_exposure"]) == len(expected) * (price or 0)


def test_every_question_of_the_page_has_its_journey_and_names_its_tools() -> None:
    """`docs/questions.md`: numbered 1 to 20 without a gap, as the tests, each with the tools that its test calls."""
    page = (TOP / "docs" / "questions.md").read_text(encoding="utf-8")
    asked = [int(number) for number in re.findall(r"^## (\d+)\. ", page, re.MULTILINE)]
    here = Path(__file__).parent
    code = "\n".join((here / f"test_questions{rest}.py").read_text(encoding="utf-8") for rest in ("", "_ahead"))
    bodies = re.split(r"(?m)^async def test_(\d\d)_", code)[1:]
    tests = dict(zip(map(int, bodies[::2]), bodies[1::2], strict=True))
    assert asked == sorted(tests) == list(range(1, 21))
    for number, text in zip(asked, re.split(r"(?m)^## \d+\. ", page)[1:], strict=True):
        tools = re.findall(r"(?m)^- `([a-z_]+)`", text)
        assert tools
        for tool in tools:
            called = f'"{tool}"' in tests[number] or (tool == "list_waste" and "waste(ask, " in tests[number])
            assert called, (number, tool)
