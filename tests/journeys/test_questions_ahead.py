"""Questions 11 to 20 of `docs/questions.md`, compared with `facts.py`: one person, what comes, and what is proposed."""

from decimal import Decimal

import pytest
from tests.journeys.answers import COPILOT, E3, E5, VISIO, micros, owners, parts_of, waste
from tests.journeys.facts import Facts, read_facts
from tests.journeys.processes import Home, Json, assert_only_reads
from tests.tools.talk import Ask, good, pages, text_of

pytestmark = pytest.mark.anyio


async def test_11_what_does_one_person_hold_and_by_which_path(ask: Ask, facts: Facts) -> None:
    who = min(
        one
        for one, held in facts.held.items()
        if any(facts.is_held_twice(one, sku) for sku in held) and not facts.unpriced_of(held)
    )
    user = facts.users[who]
    whole = good(await ask("explain_user", {"user": user["userPrincipalName"]}))
    assert (whole["user"]["id"], whole["account"]["kind"]) == (who, "person")
    paths = {
        (row["sku"]["sku_id"], path["group_id"], path["state"]) for row in whole["licences"] for path in row["paths"]
    }
    states = user["licenseAssignmentStates"]
    assert paths == {(one["skuId"], one["assignedByGroup"], one["state"]) for one in states}
    assert micros(whole["monthly_cost_held"]) == facts.cost(facts.held[who])
    signals = {row["source"]: row["dates"] for row in whole["signals"]}
    seen = facts.sign_ins[who]
    for name, graph in (("interactive", "SignIn"), ("successful", "SuccessfulSignIn")):
        assert signals["sign_ins"][name] == seen[f"last{graph}DateTime"][:10]
    teams = facts.reports["getTeamsUserActivityUserDetail"][user["userPrincipalName"]]
    assert signals["teams"]["last_activity"] == (teams["Last Activity Date"] or None)
    assert whole["activity"]["last_activity"] == str(facts.last_human[who])


async def test_12_does_somebody_need_the_e5(ask: Ask, facts: Facts) -> None:
    who = min(one for one in facts.holders(E5) if facts.causes[one] == "mail_and_web")
    apps = facts.reports["getM365AppUserDetail"][facts.users[who]["userPrincipalName"]]
    assert (apps["Windows"], apps["Mac"], apps["Teams"]) == ("No", "No", "No")
    answer = good(await ask("recommend_tier", {"user": who}))
    assert {sku["sku_id"] for sku in answer["current"]} == facts.held[who]
    # Nothing is taken for sure: what no report shows counts as needed, and a person may release it.
    assert (parts_of(answer["recommended"]), answer["saving"]) == (parts_of(answer["current"]), [])
    assert answer["not_observable"]
    candidate = answer["review_candidate"]
    (cheaper,) = parts_of(candidate["skus"])
    held = facts.cost(facts.held[who])
    assert micros(candidate["saving"]) == held - (facts.lines[cheaper].price or 0) > 0
    assert candidate["decide"]


async def test_13_what_should_a_new_analyst_get(ask: Ask, facts: Facts) -> None:
    wanted = {"department": "Finance", "job_title": "Treasury Analyst"}
    answer = good(await ask("recommend_tier", wanted))
    team = {one for one in facts.held if facts.users[one]["department"] == "Finance" and facts.is_at_work(one)}
    assert 5 <= answer["similar_people"] <= len(team)
    assert team <= facts.holders(E3)
    assert parts_of(answer["recommended"]) == {E3}
    assert micros(answer["monthly_cost"]) == facts.lines[E3].price
    alone = good(await ask("recommend_tier", {"job_title": "Treasury Analyst"}))
    titled = [one for one in facts.users if facts.users[one]["jobTitle"] == "Treasury Analyst"]
    if len(titled) < 5:
        assert (alone["recommended"], alone["confidence"]) == (None, "unknown")


async def test_14_what_renews_in_90_days(ask: Ask, facts: Facts) -> None:
    rows = {row["id"].partition(":")[2]: row for row in await waste(ask, kind="renewal_due")}
    expected = facts.renewals(90)
    assert rows.keys() == expected.keys()
    for key, one in expected.items():
        evidence, price = rows[key]["evidence"], facts.by_id[one["skuId"]].price
        assert evidence["renews_on"] == one["nextLifecycleDateTime"][:10]
        assert evidence["seats"] == one["totalLicenses"]
        stake = f"{Decimal(price * one['totalLicenses']) / 1_000_000:.2f} USD" if price else None
        assert evidence["monthly_at_stake"] == stake
    assert {row["confidence"] for row in rows.values()} == {"likely"}


async def test_15_what_does_next_year_cost_and_what_if(ask: Ask, facts: Facts) -> None:
    plain = good(await ask("forecast_spend", {"months": 12}))
    (total,) = plain["totals"]
    assert usd(total["expected"]) == usd(total["high"]) == 12 * facts.spend
    assert usd(total["low"]) < 12 * facts.spend
    assert (plain["effect"], plain["unpriced_seats"]) == (None, facts.unpriced)
    dearer = good(await ask("forecast_spend", {"months": 12, "price_change_percent": 5}))
    assert micros(dearer["effect"]) == 12 * facts.spend * 5 // 100

    months, each = 6, 20
    joined = good(await ask("forecast_spend", {"months": months, "joiners_per_month": each}))
    assert micros(joined["effect"]) == sum(bought_for(facts, each * month) for month in range(1, months + 1))
    assert "20 join and 0 leave a month" in " ".join(joined["assumptions"])


def usd(amount: str) -> int:
    return int(Decimal(amount) * 1_000_000)


def bought_for(facts: Facts, joiners: int) -> int:
    """What a month costs more with so many more people, each with the tenant's mix: free seats go first."""
    more = 0
    for part, line in facts.lines.items():
        taken = line.consumed + (2 * joiners * len(facts.holders(part)) + len(facts.held)) // (2 * len(facts.held))
        more += max(0, taken - line.paid) * (line.price or 0)
    return more


async def test_16_what_changed_and_what_became_of_savings(ask: Ask, facts: Facts) -> None:
    answer = good(await ask("spend_summary", {"compare": "last_month"}))
    assert (answer["compared_with"], answer["movements"], answer["tenant"]["change"]) == (None, None, None)
    assert "there is no history yet" in answer["compared_note"]
    assert {row["change"] is None for row in answer["groups"]} == {True}
    savings = {row["state"]: row for row in answer["savings"]}
    health = good(await ask("health_score"))
    assert savings["identified"]["monthly_saving"] == health["exposure"]
    assert savings["identified"]["seats"] == sum(row["seats"] for row in health["by_kind"])
    assert {savings[state]["seats"] for state in ("approved", "reclaimed", "realised", "reversed")} == {0}


async def test_17_what_is_held_twice(ask: Ask, facts: Facts) -> None:
    rows = await waste(ask, kind="duplicate_assignment")
    assert {(row["user"]["id"], sku["sku_id"]) for row in rows for sku in row["skus"]} == {
        (one, sku) for one, held in facts.held.items() for sku in held if facts.is_held_twice(one, sku)
    }
    assert {(row["seats"], micros(row["saving"]["amount"])) for row in rows} == {(0, 0)}
    covered = await waste(ask, kind="overlapping_skus")
    found = {(row["user"]["id"], sku["sku_id"]) for row in covered for sku in row["skus"]}
    sure = {
        (row["user"]["id"], sku["sku_id"]) for row in covered if row["confidence"] == "certain" for sku in row["skus"]
    }
    exact = {(one, sku) for one, held in facts.held.items() for sku in held if facts.is_covered(one, sku)}
    assert sure
    assert sure <= exact
    assert {(one, sku) for one, sku in exact if facts.is_at_work(one)} <= found
    assert {one for one in facts.holders(E5) & facts.holders(E3) if facts.is_at_work(one)} <= owners(covered)


async def test_18_take_somebody_out(ask: Ask, facts: Facts, scanned: Home) -> None:
    who = min(one for one in facts.silent_employees() if is_all_direct(facts, one))
    answer = good(await ask("offboard_user", {"user": who}))
    assert (answer["people"], answer["nothing_changed_yet"], answer["state"]) == (1, True, "open")
    kinds_of_steps = [step["kind"] for step in answer["steps"]]
    # Blocked first, the licences last, as a mailbox needs them until it is kept in another way.
    assert (kinds_of_steps[:2], kinds_of_steps[-1]) == (
        ["disable_sign_in", "revoke_sessions"],
        "remove_direct_licences",
    )
    assert micros(answer["saving"]["amount"]) == facts.cost(facts.held[who])
    detail = good(await ask("get_proposal", {"proposal_id": answer["proposal_id"]}))
    assert detail["digest"] == answer["digest"]
    (listed,) = await stored(ask, answer["proposal_id"])
    assert (listed["state"], micros(listed["monthly_saving"])) == ("open", facts.cost(facts.held[who]))
    again = read_facts(scanned.demo, facts.today)
    assert (again.users[who], again.held) == (facts.users[who], facts.held)
    assert_only_reads(scanned.demo)


def is_all_direct(facts: Facts, user_id: str) -> bool:
    return all(one["assignedByGroup"] is None for one in facts.users[user_id]["licenseAssignmentStates"])


async def stored(ask: Ask, proposal_id: str) -> list[Json]:
    rows = await pages(ask, "list_proposals", "proposals", {"limit": 50})
    return [row for row in rows if row["proposal_id"] == proposal_id]


async def test_19_give_somebody_visio(ask: Ask, facts: Facts, scanned: Home) -> None:
    line, price = facts.lines[VISIO], facts.lines[VISIO].price
    free = max(0, line.enabled - line.consumed)
    who = min(
        one
        for one in facts.holders(E3) - facts.holders(VISIO)
        if facts.is_at_work(one) and facts.causes[one] == "active"
    )
    answer = good(await ask("propose_license_changes", {"action": "add", "users": [who], "sku": "Visio Plan 2"}))
    (seats,) = answer["seats"]
    assert (seats["sku"]["part_number"], seats["free"], seats["missing"]) == (VISIO, free, 0 if free else 1)
    assert answer["saving"]["needs_purchase"] is (free == 0)
    assert price is None
    assert answer["seats"][0]["to_buy"] or free
    # Seats that could be taken back instead of bought are held by people of whom a finding says so.
    wasted = {row["id"] for row in await waste(ask, sku="Visio Plan 2")}
    assert set(seats["findings"]) <= wasted
    assert {one.partition(":")[2] for one in seats["findings"]} <= facts.holders(VISIO)
    assert_only_reads(scanned.demo)


async def test_20_take_back_all_unused_copilots(ask: Ask, facts: Facts, scanned: Home) -> None:
    expected = facts.unused_copilots()
    wanted = {"kind": "unused_addon", "sku": "Copilot"}
    refused = await ask("propose_license_changes", {"filter": wanted, "expected_count": len(expected) + 1})
    assert refused.is_error
    assert f"{len(expected)} findings match, not {len(expected) + 1}. Nothing was stored." in text_of(refused)
    answer = good(await ask("propose_license_changes", {"filter": wanted, "expected_count": len(expected)}))
    assert answer["people"] == len(expected)
    upns = {facts.users[one]["userPrincipalName"] for one in expected}
    assert {row["target"] for row in answer["because"]} == upns
    direct = {one for one in expected if is_direct(facts, one)}
    assert micros(answer["saving"]["amount"]) == len(direct) * (facts.lines[COPILOT].price or 0)
    assert answer["nothing_changed_yet"] is True
    assert_only_reads(scanned.demo)


def is_direct(facts: Facts, user_id: str) -> bool:
    states = facts.users[user_id]["licenseAssignmentStates"]
    mine = [one for one in states if one["skuId"] == facts.lines[COPILOT].sku_id]
    return all(one["assignedByGroup"] is None for one in mine)
