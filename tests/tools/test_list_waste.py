"""list_waste: each seat once, in lists that end and groups that add up, and nothing where nothing could be read."""

from datetime import date
from typing import Any, get_args

import pytest

from licenseiq.errors import NotReadable
from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.findings import KINDS, Confidence, Finding
from licenseiq.money import Money
from licenseiq.readings import Source
from licenseiq.waste import Waste
from licenseiq_tools.kinds import Kind
from tests.fake_catalogue import E3
from tests.fake_people import hostile, person
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, good, pages, talking, text_of

pytestmark = pytest.mark.anyio
TOOL = "list_waste"


def micros(*lists: list[dict[str, str]] | None) -> int:
    """Hundredths of a unit, over lists of money in one currency; null is none."""
    return sum(int(money["amount"].replace(".", "")) for found in lists for money in found or [])


async def test_it_answers_by_the_contract(mode: str) -> None:
    answer = await content(mode, TOOL, {"limit": 2})
    health = await content(mode, "health_score")
    assert answer["total"] == 26
    assert answer["shown"] == len(answer["findings"]) == 2
    assert answer["groups"] is None
    assert answer["exposure"] == health["exposure"]
    assert answer["unknown"] == health["unknown"]
    seats, one = answer["findings"]
    assert (seats["id"], seats["user"], seats["seats"]) == (f"unassigned_seats:{E3}", None, 2)
    assert seats["saving"]["amount"] == [{"amount": "72.00", "currency": "USD"}]
    assert seats["saving"].keys() == {"amount", "basis", "realisable_from", "needs_purchase", "net_this_term"}
    assert seats["saving"]["realisable_from"] is None
    assert one["user"].keys() == {"id", "user_principal_name"}
    assert one["evidence"]["days_inactive"] == 206
    assert one["evidence"]["background_last"] is None


def test_its_kinds_are_those_of_the_rules() -> None:
    assert get_args(Kind) == KINDS


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_pages_reach_the_end_without_duplicates_and_add_up(mode: str, limit: int) -> None:
    async with talking(mode) as call:
        rows = await pages(call, TOOL, "findings", {"limit": limit})
        whole = good(await call(TOOL, {"limit": limit}))
    assert len({row["id"] for row in rows}) == 26
    counted = [row["saving"]["amount"] for row in rows if row["confidence"] != "unknown"]
    assert micros(*counted) == micros(whole["matched_exposure"])
    review = sum(row["seats"] for row in rows if row["confidence"] == "unknown")
    assert review == sum(kind["seats"] for kind in whole["to_review"]) > 0


async def test_what_counts_comes_first_then_by_money(mode: str) -> None:
    async with talking(mode) as call:
        rows = await pages(call, TOOL, "findings", {"limit": 50})
    order = [(row["confidence"] == "unknown", -micros(row["saving"]["amount"])) for row in rows]
    assert order == sorted(order)


@pytest.mark.parametrize("by", ["kind", "sku", "department"])
@pytest.mark.parametrize("filters", [{}, {"sku": "E3"}, {"department": "finance"}, {"kind": "never_used"}])
async def test_groups_add_up_to_what_is_matched(mode: str, by: str, filters: dict[str, Any]) -> None:
    async with talking(mode) as call:
        groups = await pages(call, TOOL, "groups", {"limit": 2, "group_by": by} | filters)
        single = good(await call(TOOL, filters))
    assert micros(*(group["exposure"] for group in groups)) == micros(single["matched_exposure"]) > 0
    assert sum(group["seats"] for group in groups) == single["matched_seats"]
    assert sum(group["unpriced_seats"] for group in groups) == single["matched_unpriced_seats"]
    assert sum(group["to_review"] for group in groups) == sum(kind["seats"] for kind in single["to_review"])


async def test_people_without_a_department_and_seats_of_nobody_are_rows_of_their_own(mode: str) -> None:
    tenant = FakeTenant((person(1), person(2, department=None)))
    groups = (await content(mode, TOOL, {"group_by": "department"}, tenant=tenant))["groups"]
    assert {(group["group"], group["department"]) for group in groups} == {
        ("department", "Sales"),
        ("no_department", None),
        ("unassigned_seats", None),
    }


async def test_an_unpriced_seat_is_counted_and_its_money_is_unknown(mode: str) -> None:
    answer = await content(mode, TOOL, {"sku": "Copilot"}, tenant=FakeTenant((person(1, skus=("9" * 8,)),)))
    assert answer["total"] == 0
    tenant = FakeTenant((person(1, skus=("unheard-of",)),))
    answer = await content(mode, TOOL, {"kind": "inactive_holder"}, tenant=tenant)
    assert answer["matched_exposure"] is None
    assert answer["matched_unpriced_seats"] == 1
    assert answer["findings"][0]["saving"]["amount"] is None


def _waste(finding: Finding, seats: int) -> Waste:
    monthly = (Money("USD", 36_000_000 * seats),) if seats else ()
    return Waste(finding, "user1@contoso.example", (E3,) if seats else (), seats, monthly, 0)


async def test_what_frees_no_seat_and_what_is_excepted_is_listed_and_counts_beside(mode: str) -> None:
    one, last = person(1).user_id, date(2027, 1, 31)
    made = Exception_(ExceptionState.ACCEPTED, "Secret Owner", "secret reason", last)
    sure = Confidence.CERTAIN
    stale = Finding("stale_identity", one, (), 0, sure, "Blocked.", claims_seats=False)
    renewal = Finding("renewal_due", None, (E3,), 9, sure, "Soon.", claims_seats=False, subject="sub-1")
    kept = Finding("disabled_holder", one, (E3,), 1, sure, "Blocked.", exception=made)
    tenant = FakeTenant((person(1),), found=(_waste(stale, 0), _waste(renewal, 0), _waste(kept, 1)))
    result = await ask(mode, TOOL, tenant=tenant)
    answer = good(result)
    rows = {row["id"]: row for row in answer["findings"]}
    assert rows.keys() == {f"stale_identity:{one}", "renewal_due:sub-1", f"disabled_holder:{one}"}
    assert rows["renewal_due:sub-1"]["user"] is None
    assert rows["renewal_due:sub-1"]["saving"]["amount"] == []
    assert rows[f"disabled_holder:{one}"]["exception"] == "accepted until 2027-01-31"
    assert [kind["findings"] for kind in answer["without_money"]] == [1, 1]
    assert [(kind["kind"], kind["seats"]) for kind in answer["excepted"]] == [("disabled_holder", 1)]
    assert answer["matched_seats"] == 0
    assert "ecret" not in text_of(result)


async def test_without_users_it_is_an_error_but_for_seats_that_nobody_holds(mode: str) -> None:
    lost = NotReadable("Users could not be read.", "Grant User.Read.All.", reason="no_permission")
    assert "User.Read.All" in await error(mode, TOOL, tenant=FakeTenant(failure=lost))
    blind = FakeTenant((), unread=frozenset({Source.USERS}))
    answer = await content(mode, TOOL, {"kind": "unassigned_seats"}, tenant=blind)
    assert answer["total"] == 1
    assert answer["unknown"][0].startswith("Only seats that nobody holds are listed")


async def test_without_skus_the_total_is_unknown(mode: str) -> None:
    result = await ask(mode, TOOL, tenant=FakeTenant(unread=frozenset({Source.SKUS})))
    answer = good(result)
    assert (answer["total"], answer["matched_exposure"], answer["matched_seats"]) == (None, None, None)
    assert "unknown" in text_of(result).split("{")[0]


@pytest.mark.parametrize("kind", ["unassigned_seats", "renewal_due"])
async def test_seats_that_nobody_holds_and_subscriptions_have_no_department(mode: str, kind: str) -> None:
    assert "of no department" in await error(mode, TOOL, {"kind": kind, "department": "Sales"})


async def test_a_cursor_of_another_query_is_refused(mode: str) -> None:
    cursor = (await content(mode, TOOL, {"limit": 1}))["next_cursor"]
    assert "other arguments" in await error(mode, TOOL, {"cursor": cursor, "group_by": "kind"})
    assert "no longer kept" in await error(mode, TOOL, {"cursor": cursor}, tenant=FakeTenant(evaluation_id="ev-2"))


@pytest.mark.parametrize("word", ["*", " ", "all", "%"])
async def test_a_selector_that_means_everything_is_refused(mode: str, word: str) -> None:
    assert "selects nobody in particular" in await error(mode, TOOL, {"department": word})


async def test_the_largest_page_of_long_texts_stays_within_the_budget(mode: str) -> None:
    people = tuple(person(n, department="Ö" * 200 + str(n), skus=("s" * 36, E3)) for n in range(1, 140))
    for arguments in ({"limit": 100}, {"limit": 100, "group_by": "department"}):
        answer = await content(mode, TOOL, arguments, tenant=FakeTenant(people))
        assert 1 <= answer["shown"] < 100
        assert answer["next_cursor"]


@pytest.mark.parametrize("by", [None, "department"])
async def test_no_tenant_text_stands_in_the_words(mode: str, by: str | None) -> None:
    result = await ask(mode, TOOL, {"group_by": by} if by else {}, tenant=FakeTenant(hostile()))
    words = getattr(result.content[0], "text", "")
    assert not any(sign in words for sign in ("SYSTEM", "evil", "untrusted", "xxx", "image"))
