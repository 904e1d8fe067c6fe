"""The offboarding playbook: its order, its paths, its blockers, and what it never holds in the clear."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.errors import BadRequest
from licenseiq.leaving import EndState, LeavingDefaults, Skip
from licenseiq.licensing_groups import GroupTrait, LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.offboarding.choices import SetBy, Successor, choices_of
from licenseiq.playbooks.offboarding.parts import ACCESS, AT_ONCE, THEN
from licenseiq.playbooks.offboarding.plan import plan_offboarding
from licenseiq.playbooks.offboarding.request import OffboardingRequest, check
from licenseiq.policy import Policy
from licenseiq.proposals.commitments import Opening, check_opening
from licenseiq.proposals.plan import Plan, Step, read_plan
from licenseiq.skus import Capability, Catalogue
from licenseiq.steps.rules_of_groups import BRIDGED
from tests.core.builders import CATALOGUE, E3, FREE, NO_MAIL, NOW, UNPRICED, make_context, make_line

LEAVER = Person(
    "6f1c2a0e-3b1d-4c55-9a41-0d5f4b7f1a11",
    "ana.novak@fabrikam.example",
    "Ana Novak",
    account_enabled=True,
    roles=(),
    assignments=(Assignment(E3), Assignment(FREE), Assignment(UNPRICED)),
)
BOSS = Successor(Person("boss-id", "boss@fabrikam.example", "Bo Boss", account_enabled=True), SetBy.MANAGER)
GROUP = "0b0b0b0b-0000-4000-8000-000000000001"
LICENCES = ("remove_direct_licences", "leave_group")


def made(
    *people: Person,
    successor: Successor | None = BOSS,
    simulated: bool = True,
    groups: tuple[LicenceGroup, ...] = (),
    policy: Policy | None = None,
    catalogue: Catalogue = CATALOGUE,
    **asked: Any,
) -> tuple[Plan, tuple[Opening, ...]]:
    policy = policy or Policy()
    grounds = Grounds(
        make_context((make_line(E3, 10, 10),), policy=policy, catalogue=catalogue),
        "e1",
        simulated,
        {"client": "test"},
        NOW,
        lambda: b"s" * 32,
        groups={group.group_id: group for group in groups},
    )
    request = OffboardingRequest(tuple(person.user_id for person in people), **asked)
    check(request)
    plan, openings = plan_offboarding(
        [(person, successor) for person in people], choices_of(request, policy.leaving, NOW), grounds
    )
    for subject, opening in zip(plan.subjects, openings, strict=True):
        check_opening(opening, subject.commitments)
    return plan, openings


def plan(*people: Person, **more: Any) -> Plan:
    return made(*people, **more)[0]


def kinds(found: Plan, subject: str | None = None) -> list[str]:
    return [step.kind.value for step in found.steps if subject in (None, step.subject)]


def of(found: Plan, kind: str) -> Step:
    return next(step for step in found.steps if step.kind == kind)


def test_sign_in_is_blocked_first_and_licences_go_last() -> None:
    found = plan(LEAVER)
    assert kinds(found)[:2] == ["disable_sign_in", "revoke_sessions"]
    assert kinds(found)[-1] == "remove_direct_licences"
    assert not found.blockers


def test_everybody_is_blocked_before_anything_else_is_done_to_anybody() -> None:
    other = replace(LEAVER, user_id="other")
    found = plan(LEAVER, other)
    assert [(step.kind.value, step.subject) for step in found.steps[:4]] == [
        ("disable_sign_in", "s1"),
        ("revoke_sessions", "s1"),
        ("disable_sign_in", "s2"),
        ("revoke_sessions", "s2"),
    ]


def test_licences_that_carry_data_wait_until_the_mailbox_reads_as_shared() -> None:
    found = plan(replace(LEAVER, assignments=(Assignment(E3), Assignment(NO_MAIL))))
    first, second = (step for step in found.steps if step.kind == "remove_direct_licences")
    assert (first.arguments["sku_ids"], first.after) == ([NO_MAIL], ())
    assert "data_at_risk_on" not in first.arguments
    assert of(found, "convert_mailbox").number in second.after
    assert second.arguments["data_at_risk_on"] == {"mailbox": "2026-12-23"}
    assert second.undo is not None
    assert second.undo["undo_valid_until"] == "2026-12-23"


def test_free_seats_are_counted_before_and_after() -> None:
    assert of(plan(LEAVER), "remove_direct_licences").arguments["free_seats"] == {
        E3: {"before": 0, "after": 1},
        FREE: {"before": 0, "after": 1},
        UNPRICED: {"before": 0, "after": 1},
    }


def test_freed_money_counts_priced_seats_and_names_the_others() -> None:
    found = plan(LEAVER)
    assert found.money == {"USD": 39_000_000}
    assert found.unpriced_seats == 1


def test_the_plan_holds_no_personal_value_and_reads_back_the_same() -> None:
    """INV-45: neither the leaver's, nor the successor's, nor what a reply would say."""
    data = plan(LEAVER).to_bytes()
    assert read_plan(data).to_bytes() == data
    personal = (LEAVER.user_id, LEAVER.user_principal_name, "Ana", "boss-id", "boss@fabrikam.example")
    assert not [value for value in personal if value is not None and value.encode() in data]


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (LicenceGroup(GROUP, "g", '(user.department -eq "Sales")', False, frozenset()), "rule tests (department)"),
        (LicenceGroup(GROUP, "g", None, True, frozenset()), "Active Directory"),
        (LicenceGroup(GROUP, "g", None, False, frozenset({GroupTrait.MAIL})), "Exchange admin center"),
        (LicenceGroup(GROUP, "g", None, False, frozenset({GroupTrait.ROLES})), "Privileged Role Administrator"),
        (LicenceGroup(GROUP, "g", None, False, None), "could not be read"),
        (None, "could not be read"),
    ],
)
def test_a_licence_from_a_group_that_no_program_changes_is_handed_over(group: LicenceGroup | None, words: str) -> None:
    """INV-16: never removed directly, and the way to do it is named."""
    found = plan(replace(LEAVER, assignments=(Assignment(E3, GROUP),)), groups=(group,) if group else ())
    assert not {step.kind.value for step in found.steps if BRIDGED not in step.arguments} & {*LICENCES}
    (hand_off,) = [one for one in found.hand_offs if one.kind == "leave_licensing_group"]
    assert words in hand_off.instructions
    assert found.money == {}


@pytest.mark.parametrize("more", [False, True])
def test_a_cloud_group_is_left_and_what_else_it_gives_is_shown(more: bool) -> None:
    """INV-16."""
    traits = frozenset({GroupTrait.MICROSOFT_365, GroupTrait.MAIL}) if more else frozenset[GroupTrait]()
    group = LicenceGroup(GROUP, "g", None, False, traits)
    found = plan(replace(LEAVER, assignments=(Assignment(E3, GROUP),)), groups=(group,))
    step = of(found, "leave_group")
    keeping = (of(found, "convert_mailbox").number, of(found, "copy_onedrive").number)
    assert (step.goal, step.after) == ({"not_in_group": GROUP}, keeping)
    assert ("gives_more" in step.arguments) is more
    assert found.money == {"USD": 39_000_000}


def test_a_seat_that_a_rule_goes_on_giving_frees_no_money() -> None:
    found = plan(replace(LEAVER, assignments=(Assignment(E3), Assignment(E3, group_id="g"))))
    assert found.money == {}
    assert "remove_direct_licences" in kinds(found)


def test_a_synced_account_is_blocked_by_hand_and_its_sessions_end_at_once() -> None:
    found = plan(replace(LEAVER, synced=True))
    assert kinds(found)[:2] == ["disable_by_hand", "revoke_sessions"]
    assert found.steps[0].arguments["because"] == "on_premises"
    assert found.steps[1].precondition == {"exists": True}
    assert not found.blockers


def test_who_holds_a_role_is_blocked_by_people_and_touched_by_nothing_else() -> None:
    """INV-12."""
    found = plan(replace(LEAVER, roles=("Global Administrator",)))
    assert (found.steps[0].kind.value, found.steps[0].arguments["because"]) == ("disable_by_hand", "privileged")
    assert [b.kind for b in found.blockers] == ["protected_account"]
    assert found.blocked_steps() == {step.number for step in found.steps[1:]}


@pytest.mark.parametrize("listed", [True, False])
def test_every_step_is_blocked_for_a_listed_account_or_unread_roles(listed: bool) -> None:
    """INV-12."""
    policy = Policy(protected_user_ids=frozenset({LEAVER.user_id})) if listed else Policy()
    roles = ("Global Administrator",) if listed else None
    found = plan(replace(LEAVER, roles=roles), policy=policy)
    assert [b.kind for b in found.blockers] == ["protected_account" if listed else "protection_unreadable"]
    assert found.blocked_steps() == {step.number for step in found.steps}


def test_licences_that_could_not_be_read_block_nothing_else() -> None:
    found = plan(replace(LEAVER, licences_known=False))
    (blocker,) = found.blockers
    assert [found.steps[number - 1].kind.value for number in blocker.applies_to] == ["remove_direct_licences"]


def test_nobody_somebody_twice_and_too_many_are_refused() -> None:
    """INV-11, INV-20."""
    crowd = [replace(LEAVER, user_id=str(n)) for n in range(26)]
    for people in ([], [LEAVER, LEAVER], crowd):
        with pytest.raises(BadRequest):
            plan(*people)
    assert len(plan(*crowd[:25]).subjects) == 25


BLOCKED = Successor(replace(BOSS.person, account_enabled=False), SetBy.REQUEST)


@pytest.mark.parametrize(
    "more",
    [
        {"time_zone": "Europe/Berlin"},
        {"last_day": date(2026, 11, 27)},
        {"last_day": date(2026, 11, 27), "time_zone": "Europe/Nowhere"},
        {"last_day": date(2028, 1, 1), "time_zone": "UTC"},
        {"last_day": date.max, "time_zone": "UTC"},
        {"successor": Successor(LEAVER, SetBy.REQUEST)},
        {"successor": BLOCKED},
    ],
)
def test_a_request_that_contradicts_itself_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        plan(LEAVER, **more)


def test_a_named_successor_whose_access_is_left_out_is_refused() -> None:
    with pytest.raises(BadRequest):
        check(OffboardingRequest(("a",), successor="b", skip=frozenset({Skip.SUCCESSOR_ACCESS})))


def test_a_last_day_ends_at_midnight_where_the_person_works() -> None:
    found = plan(LEAVER, last_day=date(2026, 11, 27), time_zone="America/New_York")
    assert {step.arguments["not_before"] for step in found.steps} == {"2026-11-28T05:00:00Z"}
    assert found.expires == datetime(2026, 11, 28, 5, tzinfo=UTC) + timedelta(hours=24)
    at_risk = of(found, "remove_direct_licences").arguments["data_at_risk_on"]
    assert at_risk == {"mailbox": "2026-12-28", "onedrive": "2027-03-01"}


def test_a_last_day_that_is_over_means_at_once() -> None:
    found = plan(LEAVER, last_day=date(2026, 11, 20), time_zone="UTC")
    assert not [step for step in found.steps if "not_before" in step.arguments]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (EndState.SHARED_KEEP_ACCOUNT, {"convert_mailbox", "remove_direct_licences"}),
        (EndState.KEEP_LICENSED, set()),
        (EndState.DELETE, {"remove_direct_licences"}),
        # An inactive mailbox comes of an account that is licensed when it is deleted.
        (EndState.INACTIVE_MAILBOX_THEN_DELETE, set()),
    ],
)
def test_the_end_state_decides_what_becomes_of_mailbox_and_licences(state: EndState, expected: set[str]) -> None:
    found = plan(replace(LEAVER, assignments=(Assignment(E3),)), end_state=state)
    assert {*kinds(found)} & {"convert_mailbox", "remove_direct_licences"} == expected


def test_each_step_says_who_decided_that_it_is_there() -> None:
    policy = Policy(leaving=LeavingDefaults(end_state=EndState.DELETE, reply="Gone."))
    assert of(plan(LEAVER, policy=policy), "set_automatic_reply").arguments["set_by"] == "policy"
    assert of(plan(LEAVER, policy=policy), "remove_direct_licences").arguments["set_by"] == "policy"
    asked = plan(LEAVER, end_state=EndState.SHARED_KEEP_ACCOUNT)
    assert of(asked, "convert_mailbox").arguments["set_by"] == "request"
    assert of(asked, "grant_mailbox_access").arguments["set_by"] == "manager"
    assert of(asked, "disable_sign_in").arguments["set_by"] == "playbook"


def test_a_reply_names_the_successor_where_there_is_one() -> None:
    def reply(**more: Any) -> object:
        return made(LEAVER, **more)[1][0].values["automatic_reply"]

    assert reply() == "Ana Novak does not read this mailbox any more. Please write to boss@fabrikam.example."
    assert reply(successor=None) == "Ana Novak does not read this mailbox any more."
    assert reply(policy=Policy(leaving=LeavingDefaults(reply="{name} left: {successor}"))) == (
        "Ana Novak left: boss@fabrikam.example"
    )


def test_without_a_successor_nobody_is_given_anything() -> None:
    found = plan(LEAVER, successor=None)
    assert "grant_mailbox_access" not in kinds(found)
    assert "convert_mailbox" in kinds(found)


ALWAYS = {part.kind.value for part in (*AT_ONCE, *ACCESS, *THEN) if part.skip is None}


@st.composite
def leavers(draw: st.DrawFn) -> Person:
    rows = draw(
        st.lists(
            st.builds(Assignment, st.sampled_from([E3, FREE, UNPRICED, NO_MAIL]), st.sampled_from([None, GROUP, "g2"])),
            max_size=5,
            unique=True,
        )
    )
    roles = draw(st.sampled_from([(), ("Global Administrator",), None]))
    synced = draw(st.booleans())
    return replace(LEAVER, assignments=tuple(rows), roles=roles, synced=synced, licences_known=draw(st.booleans()))


@given(
    people=st.lists(leavers(), min_size=1, max_size=4),
    state=st.sampled_from(EndState),
    skip=st.frozensets(st.sampled_from(Skip)),
    has_successor=st.booleans(),
)
def test_whatever_is_left_out_order_and_safety_stay(
    people: list[Person], state: EndState, skip: frozenset[Skip], has_successor: bool
) -> None:
    """INV-12, INV-14: blocked first, licences last and after what keeps data; no word drops what is always there."""
    crowd = [replace(person, user_id=f"{number}") for number, person in enumerate(people)]
    group = LicenceGroup(GROUP, "g", None, False, frozenset())
    given_to = BOSS if has_successor else None
    whole = plan(*crowd, successor=given_to, groups=(group,), end_state=state, skip=frozenset())
    found = plan(*crowd, successor=given_to, groups=(group,), end_state=state, skip=skip)
    for parts in (AT_ONCE, (*AT_ONCE, *ACCESS)):  # of everybody, before anything else of anybody
        of_these = {part.kind.value for part in parts}
        first = [step.kind.value in of_these for step in found.steps if BRIDGED not in step.arguments]
        assert first == sorted(first, reverse=True)
    for step in found.steps:
        assert all(number < step.number for number in step.after)
    for subject in (s.reference for s in found.subjects):
        mine = [step for step in found.steps if step.subject == subject]
        order = [step.kind.value in LICENCES for step in mine]
        assert order == sorted(order)
        keeping = {step.number for step in mine if step.kind in ("convert_mailbox", "copy_onedrive")}
        for step in mine:
            if step.kind.value in LICENCES and "data_at_risk_on" in step.arguments:
                assert keeping <= {*step.after}
        assert [k for k in kinds(found, subject) if k in ALWAYS | {*LICENCES}] == [
            k for k in kinds(whole, subject) if k in ALWAYS | {*LICENCES}
        ]
    assert [(b.kind, len(b.applies_to)) for b in found.blockers if "licences" in b.kind] == [
        (b.kind, len(b.applies_to)) for b in whole.blockers if "licences" in b.kind
    ]


@pytest.mark.parametrize("state", [EndState.DELETE, EndState.INACTIVE_MAILBOX_THEN_DELETE])
def test_an_end_state_that_deletes_says_that_this_plan_does_not(state: EndState) -> None:
    found = plan(LEAVER, end_state=state)
    assert "delete_account" not in kinds(found)
    (words,) = [one.instructions for one in found.hand_offs if one.kind == "delete_account"]
    assert "2026-12-23" in words


def test_a_telephone_number_is_handed_to_a_person_where_the_licence_makes_calls() -> None:
    phone = Capability("teams_phone", "Teams Phone", CATALOGUE.plans[NO_MAIL], "none")
    catalogue = replace(CATALOGUE, capabilities={**CATALOGUE.capabilities, "teams_phone": phone})
    calls = replace(LEAVER, assignments=(Assignment(E3), Assignment(NO_MAIL)))
    (words,) = [one.instructions for one in plan(calls, catalogue=catalogue).hand_offs if one.kind == "telephone"]
    assert "call queues" in words
    assert not [one for one in plan(LEAVER, catalogue=catalogue).hand_offs if one.kind == "telephone"]
