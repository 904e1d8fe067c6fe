"""What leaves for the vendor of a model in each mode of LICENSEIQ_PRIVACY, over people with hostile names."""

import re
from dataclasses import replace
from typing import Any

import pytest

from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.policy import Policy
from licenseiq.privacy import Privacy, Pseudonyms, is_pseudonym, split_small
from licenseiq_tools.privacy import seen_through
from tests.fake_catalogue import E3, E5
from tests.fake_people import HOSTILE, ordinary, person
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant
from tests.tools.privacy_walk import Walk, named
from tests.tools.talk import all_texts, content, error, good, talking

pytestmark = pytest.mark.anyio
HIDING = [Privacy.PSEUDONYMS, Privacy.AGGREGATE]
OURS = Pseudonyms(b"k" * 32, "tenant-1")
GROUP = LicenceGroup("group-1", "All of Sales", 'user.mail -eq "Qz1mail@contoso.example"')


def hostile_people() -> tuple[Person, ...]:
    """Eleven people whose every personal text starts with a sign of its own and goes on as badly as it can."""
    found = []
    for number, text in enumerate((*HOSTILE, "svc-scan", "O'Brien", "Ürün Şahin"), 1):
        found.append(
            replace(
                person(number, f"Qz{number}name {text}", skus=(E5, E3) if number % 2 else (E5,)),
                user_principal_name=f"Qz{number}mail{text}@contoso.example",
                job_title=f"Qz{number}title {text}",
                office=f"Qz{number}office {text}",
                cost_center=f"Qz{number}cost {text}",
                division=f"Qz{number}division {text}",
                employee_id=f"Qz{number}employee {text}",
                manager_id=f"Qz{number}manager {text}",
            )
        )
    found[0] = replace(found[0], assignments=(Assignment(E5, GROUP.group_id),))
    return tuple(found)


def fakes(people: tuple[Person, ...]) -> dict[str, Any]:
    return {
        "tenant": FakeTenant(people, groups=(GROUP,)),
        "proposals": FakeProposals(people, groups=(GROUP,)),
    }


async def silent(_: str) -> None:
    return None


async def walked(privacy: Privacy, people: tuple[Person, ...]) -> Walk:
    given = fakes(people)
    # From before the mode was set.
    await given["proposals"].offboard(OffboardingRequest((people[0].user_id,)), "test", silent)
    async with talking("auto", privacy=privacy, **given) as call:
        walk = Walk(call)
        await walk.everything(people)
        return walk


@pytest.mark.parametrize("privacy", HIDING)
async def test_no_answer_and_no_refusal_names_anybody(privacy: Privacy) -> None:
    people = hostile_people()
    walk = await walked(privacy, people)
    assert named(walk.said, people) == set()
    assert not [text for text in walk.said if re.search(r"Qz\d+(name|mail|title|office)", text)]
    assert len(walk.answered) >= (12 if privacy is Privacy.PSEUDONYMS else 8), walk.answered


async def test_the_same_walk_finds_names_where_they_are_shown_positive_control() -> None:
    people = hostile_people()
    found = named((await walked(Privacy.NAMES, people)).said, people)
    for sign in ("Qz1name", "Qz1mail", "Qz1title", "Qz1office", people[0].user_id):
        assert any(text.startswith(sign) for text in found), sign


async def test_totals_hold_no_pseudonym_and_no_row_about_one_person() -> None:
    people = ordinary()
    walk = await walked(Privacy.AGGREGATE, people)
    assert not any(is_pseudonym(word.strip("\"',:")) for text in walk.said for word in text.split())
    assert "person-" not in "".join(walk.said)


async def test_a_pseudonym_is_taken_wherever_a_person_is_and_stays_the_same(mode: str) -> None:
    people = ordinary()
    async with talking(mode, privacy=Privacy.PSEUDONYMS, **fakes(people)) as call:
        row = good(await call("list_inactive_users", {"limit": 1}))["users"][0]
        assert row["id"] == OURS.of(people[-1].user_id)
        assert (row["user_principal_name"], row["display_name"]) == (None, None)
        for who in (row["id"], row["id"].upper(), people[-1].user_id, people[-1].user_principal_name):
            assert good(await call("explain_user", {"user": who}))["user"]["id"] == row["id"]
        offboarding = good(await call("offboard_user", {"users": [row["id"]]}))
        again = good(await call("offboard_user", {"user": people[-1].user_principal_name}))
        finding = good(await call("list_waste", {"kind": "never_used", "limit": 1}))["findings"][0]
        reclaim = {"action": "reclaim", "findings": [finding["id"]]}
        changes = good(await call("propose_license_changes", reclaim))
    assert again["proposal_id"] == offboarding["proposal_id"]
    assert {step["target"] for step in offboarding["steps"]} == {row["id"]}
    assert finding["id"] == f"{finding['kind']}:{finding['user']['id']}"
    assert {step["target"] for step in changes["steps"]} == {finding["user"]["id"]}


async def test_candidates_are_pseudonyms_and_can_be_used(mode: str) -> None:
    words = await error(mode, "explain_user", {"user": "Alex Doe"}, privacy=Privacy.PSEUDONYMS)
    for one in ordinary()[-2:]:
        assert OURS.of(one.user_id) in words
    assert "user24" not in words


async def test_everybody_is_looked_through_once_at_the_first_question_and_not_at_the_first_pseudonym(mode: str) -> None:
    given = fakes(ordinary())
    async with talking(mode, privacy=Privacy.PSEUDONYMS, **given) as call:
        row = good(await call("list_inactive_users", {"limit": 1}))["users"][0]
        assert given["tenant"].asked.count("user_ids") == 1
        good(await call("explain_user", {"user": row["id"]}))
        good(await call("health_score"))
    assert given["tenant"].asked.count("user_ids") == 1


async def test_a_pseudonym_of_nobody_is_nobody(mode: str) -> None:
    words = await error(mode, "explain_user", {"user": "person-aaaaaaaaaa"}, privacy=Privacy.PSEUDONYMS)
    assert "Nobody in this tenant has that pseudonym" in words


async def test_what_a_name_says_of_an_account_is_kept_without_the_name(mode: str) -> None:
    people = (replace(person(1, "Scanner"), user_principal_name="svc-scan@contoso.example"),)
    for privacy in (Privacy.NAMES, Privacy.PSEUDONYMS):
        answer = await content(
            mode, "explain_user", {"user": people[0].user_id}, privacy=privacy, tenant=FakeTenant(people)
        )
        assert answer["account"]["kind"] == "account named like a service or a device"


@pytest.mark.parametrize("entry", ["user_id", "user_principal_name"])
@pytest.mark.parametrize(
    ("listed", "kind"), [("protected_user_ids", "protected account"), ("service_user_ids", "service account")]
)
async def test_what_the_policy_lists_an_account_as_it_stays_under_a_pseudonym(
    mode: str, entry: str, listed: str, kind: str
) -> None:
    class Guarded(FakeTenant):
        async def context(self, evaluation_id: str) -> Any:
            policy = Policy(**{listed: frozenset({getattr(self.people[0], entry)})})  # type: ignore[arg-type]
            return replace(await super().context(evaluation_id), policy=policy)

    tenant = Guarded()
    for privacy in (Privacy.NAMES, Privacy.PSEUDONYMS):
        answer = await content(mode, "explain_user", {"user": tenant.people[0].user_id}, tenant=tenant, privacy=privacy)
        assert answer["account"]["kind"] == kind
        other = await content(mode, "explain_user", {"user": tenant.people[1].user_id}, tenant=tenant, privacy=privacy)
        assert other["account"]["kind"] == "person"


async def test_the_lists_of_the_policy_are_seen_by_no_tool() -> None:
    """They hold principal names."""

    class Guarded(FakeTenant):
        async def context(self, evaluation_id: str) -> Any:
            named = frozenset({"glass@contoso.example"})
            policy = Policy(protected_user_ids=named, service_user_ids=named)
            return replace(await super().context(evaluation_id), policy=policy)

    for hidden in HIDING:
        tenant, _ = seen_through(hidden, Guarded(), FakeProposals(), OURS)
        assert "glass" not in repr((await tenant.context("ev-1")).policy)


async def test_every_answer_that_leaves_something_out_says_so(mode: str) -> None:
    for privacy in HIDING:
        async with talking(mode, privacy=privacy, **fakes(ordinary())) as call:
            for tool in ("list_inactive_users", "list_waste"):
                unknown = " ".join(good(await call(tool, {}))["unknown"])
                assert f"LICENSEIQ_PRIVACY is {privacy}" in unknown


async def test_inactive_people_are_told_in_groups_that_are_large_enough(mode: str) -> None:
    answer = await content(mode, "list_inactive_users", {}, privacy=Privacy.AGGREGATE)
    assert (answer["total"], answer["users"], answer["next_cursor"]) == (25, [], None)
    departments = [row for row in answer["groups"] if row["group"].endswith(("department", "departments"))]
    # Finance has two people: alone they could be had by subtraction, so that Sales is merged with them.
    assert [(row["group"], row["people"]) for row in departments] == [("other_departments", 25)]
    assert all(row["people"] >= 5 for row in answer["groups"])


async def test_a_filter_that_matches_enough_people_is_answered(mode: str) -> None:
    people = tuple(person(n, department="Sales" if n < 13 else "Finance") for n in range(1, 25))
    async with talking(mode, privacy=Privacy.AGGREGATE, **fakes(people)) as call:
        inactive = good(await call("list_inactive_users", {"department": "Finance"}))
        assert (inactive["total"], inactive["groups"][0]["department"]) == (12, "Finance")
        waste = good(await call("list_waste", {"department": "Finance", "group_by": "department"}))
        assert waste["groups"][0]["people"] == 12
        # A kind of finding could be one person's again.
        assert [row["kind"] for row in waste["to_review"]] == ["all"]
        tier = good(await call("recommend_tier", {"department": "Finance"}))
        assert tier["compared_by"] == "department"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_inactive_users", {"department": "Finance"}),
        ("list_inactive_users", {"department": "Sales"}),  # all but the two of Finance
        ("list_inactive_users", {"department": "Nobody"}),
        ("list_waste", {"department": "Finance"}),
        ("list_waste", {"department": "Finance", "group_by": "kind"}),
        ("recommend_tier", {"department": "Finance"}),
    ],
)
async def test_a_filter_that_singles_out_a_few_is_refused(mode: str, tool: str, arguments: dict[str, Any]) -> None:
    assert "fewer than 5 people" in await error(mode, tool, arguments, privacy=Privacy.AGGREGATE)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("explain_user", {"user": "User 1"}),
        ("recommend_tier", {"user": "User 1"}),
        ("offboard_user", {"user": "User 1"}),
        ("propose_erasure", {"user": "User 1"}),
        ("propose_leave", {"user": "User 1", "back_on": "2027-06-01"}),
        ("propose_onboarding", {"user": "User 1", "department": "Sales"}),
        ("propose_license_changes", {"action": "add", "users": ["User 1"], "sku": "Power BI Pro"}),
        ("propose_license_changes", {"action": "reclaim", "findings": ["never_used:x"]}),
        (
            "propose_license_changes",
            {"action": "add", "users": ["User 1"], "sku": "E3", "filter": {"kind": "never_used"}, "expected_count": 7},
        ),
    ],
)
async def test_questions_about_one_person_are_refused_alike(mode: str, tool: str, arguments: dict[str, Any]) -> None:
    known = await error(mode, tool, arguments, privacy=Privacy.AGGREGATE)
    assert "LICENSEIQ_PRIVACY is aggregate" in known
    unknown = {name: "No Such" if value == "User 1" else value for name, value in arguments.items()}
    unknown |= {"users": ["No Such"]} if "users" in arguments else {}
    assert await error(mode, tool, unknown, privacy=Privacy.AGGREGATE) == known


async def test_days_that_could_tell_two_answers_apart_are_refused(mode: str) -> None:
    words = await error(mode, "list_inactive_users", {"inactive_days": 91}, privacy=Privacy.AGGREGATE)
    assert "30, 60, 90, 180, 365" in words


async def test_findings_about_people_come_in_groups_only(mode: str) -> None:
    async with talking(mode, privacy=Privacy.AGGREGATE, **fakes(ordinary())) as call:
        listed = good(await call("list_waste", {}))
        assert [row["kind"] for row in listed["findings"]] == ["unassigned_seats"]
        assert listed["total"] == 1
        groups = good(await call("list_waste", {"group_by": "department"}))["groups"]
        assert [(row["group"], row["people"]) for row in groups] == [("unassigned_seats", 0), ("other", 25)] or [
            (row["group"], row["people"]) for row in groups
        ] == [("other", 25), ("unassigned_seats", 0)]
        of_kind = good(await call("list_waste", {"kind": "never_used", "group_by": "kind"}))
        assert of_kind["groups"][0]["people"] == 8


async def test_a_proposal_by_filter_shows_counts_only(mode: str) -> None:
    async with talking(mode, privacy=Privacy.AGGREGATE, **fakes(ordinary())) as call:
        by_filter = {"action": "reclaim", "filter": {"kind": "never_used"}}
        few = await call("propose_license_changes", by_filter | {"expected_count": 4})
        assert few.is_error
        stored = good(await call("propose_license_changes", by_filter | {"expected_count": 7}))
        read = good(await call("get_proposal", {"proposal_id": stored["proposal_id"]}))
    for answer in (stored, read):
        assert (answer["people"], answer["steps"], answer["hand_offs"]) == (7, [], [])
        assert answer["steps_total"] == 7
        assert not any(text.startswith("s1") for text in all_texts(answer))


def test_small_groups_take_the_next_smallest_along() -> None:
    kept, merged = split_small([9, 6, 3, 1], lambda people: people)
    assert (kept, merged) == ([9], [3, 1, 6])
    kept, merged = split_small([9, 6, 3, 2], lambda people: people)
    assert (kept, merged) == ([9, 6], [3, 2])
    assert split_small([9, 6], lambda people: people) == ([9, 6], [])


def test_pseudonyms_differ_by_key_tenant_and_person_and_show_neither() -> None:
    others = {Pseudonyms(b"x" * 32, "tenant-1").of("a"), Pseudonyms(b"k" * 32, "t").of("a"), OURS.of("b"), OURS.of("a")}
    assert len(others) == 4
    assert all(is_pseudonym(one) for one in others)
    assert OURS.of("a") == Pseudonyms(b"k" * 32, "tenant-1").of("a")
    assert "k" * 8 not in repr(OURS)


def test_a_table_knows_whose_each_pseudonym_is_in_any_case_of_letters() -> None:
    everybody = [f"user-{number}" for number in range(500)]
    table = OURS.table(everybody)
    assert [table.get(OURS.of(one)) for one in everybody] == everybody
    assert table.get(f" {OURS.of('user-7').upper()} ") == "user-7"
    assert table.get(OURS.of("somebody else")) is None
    with pytest.raises(ValueError, match="not a pseudonym"):
        table.get("user-7")


def test_a_pseudonym_that_two_people_share_is_nobodys() -> None:
    class Colliding(Pseudonyms):
        def _digest(self, user_id: str) -> bytes:
            return b"\0" * 7

    ours = Colliding(b"k" * 32, "t")
    assert ours.of("a") == ours.of("b") == "person-aaaaaaaaaa"
    assert ours.table(["a", "b"]).get("person-aaaaaaaaaa") is None
    assert ours.table(["a"]).get("person-aaaaaaaaaa") == "a", "positive control"
