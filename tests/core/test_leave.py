"""The playbook of a leave: there and back, what has to stay, what it is worth, and which days are none."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from licenseiq.errors import BadRequest
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.leave import Days, LeaveRequest, days_of, plan_leave
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.skus import Capability, Tier
from licenseiq.times import iso
from tests.core.builders import BASIC, CATALOGUE, E3, EXCHANGE, NOW, make_context, make_line, make_person

AWAY, BACK = NOW + timedelta(days=10), NOW + timedelta(days=190)
DRIVE = {"onedrive": Capability("onedrive", "OneDrive", frozenset({"od"}), "per-user")}
BOTH = frozenset({EXCHANGE, "od"})
GROUP = "11111111-2222-4333-8444-555555555555"


def somebody(*rows: Assignment, **more: Any) -> Person:
    held = rows or (Assignment(E3, disabled_plans=("od",)),)
    return make_person("u1", (), usage_location="DE", roles=(), assignments=held, **more)


def plan(person: Person, to: frozenset[str] = BOTH, free: int = 3) -> Plan:
    known = CATALOGUE.contents(E3)
    assert isinstance(known, Tier), "the catalogue of the tests knows E3 as a suite"
    catalogue = replace(CATALOGUE, plans={E3: BOTH, BASIC: to}, capabilities=DRIVE)
    lines = (make_line(E3, 10, 5, service_plans=BOTH), make_line(BASIC, 10, 10 - free, service_plans=to))
    context = make_context(lines, catalogue=catalogue)
    grounds = Grounds(context, "e1", True, {"client": "test"}, NOW, lambda: b"s" * 32)
    made, _ = plan_leave(person, BASIC, Days(AWAY, BACK), grounds)
    assert read_plan(made.to_bytes()) == made
    return made


def test_the_way_back_is_exactly_what_was_held_and_rests_on_the_way_there() -> None:
    there, back = plan(somebody()).steps
    assert (there.goal["direct_licences_active"], there.goal["direct_licences_absent"]) == ([BASIC], [E3])
    assert (back.goal["direct_licences_active"], back.goal["direct_licences_absent"]) == ([E3], [BASIC])
    assert back.goal["direct_plans_disabled"] == {E3: ["od"]}
    assert (there.arguments["not_before"], back.arguments["not_before"]) == (iso(AWAY), iso(BACK))
    assert back.after == (there.number,)


@pytest.mark.parametrize("to", [frozenset({"od"}), frozenset({EXCHANGE}), frozenset[str]()])
def test_a_set_that_lets_mailbox_or_files_go_is_refused_with_the_days_of_their_end(to: frozenset[str]) -> None:
    """INV-14."""
    with pytest.raises(BadRequest, match=(AWAY + timedelta(days=30)).date().isoformat()):
        plan(somebody(Assignment(E3)), to)


def test_what_has_to_be_bought_costs_more_and_is_said() -> None:
    made = plan(somebody(), free=0)
    assert [one.kind for one in made.blockers] == ["no_free_seat"]
    assert made.saving is not None
    assert made.saving.net_this_term is not None
    assert made.saving.net_this_term["USD"] < 0
    assert "costs more" in made.saving.basis


def test_a_free_seat_costs_nothing_and_no_money_is_promised_without_a_renewal() -> None:
    made = plan(somebody())
    assert made.saving is not None
    assert (made.saving.net_this_term, made.saving.realisable_from) == ({}, None)


def test_what_a_group_gives_is_for_people_on_both_days() -> None:
    made = plan(somebody(Assignment(E3, GROUP)))
    assert made.steps == ()
    assert {one.kind for one in made.hand_offs} >= {"leave_licensing_group", "give_back_by_group"}
    assert any(BACK.date().isoformat() in one.instructions for one in made.hand_offs)


@pytest.mark.parametrize(
    ("away", "back"),
    [(None, NOW.date()), (NOW.date() + timedelta(days=9), NOW.date() + timedelta(days=9)), (None, date(2040, 1, 1))],
)
def test_days_that_are_no_leave_are_refused(away: date | None, back: date) -> None:
    with pytest.raises(BadRequest):
        days_of(LeaveRequest("x", back, away), None, NOW)


def test_a_leave_that_has_begun_starts_at_once() -> None:
    days = days_of(LeaveRequest("x", NOW.date() + timedelta(days=60), NOW.date() - timedelta(days=3)), None, NOW)
    assert days.away is None
