"""The words of a plan: everything of a step is said, in words where there are some, else exactly as it stands."""

from dataclasses import replace

import pytest

from licenseiq.proposals.canonical import Json
from licenseiq_desk.render import kind_of, render
from tests.desk.fakes import E3, opening, plan_for


def lines(**changes: object) -> list[str]:
    """Those of the only step of a plan."""
    plan = plan_for()
    step = replace(plan.steps[2], **{"arguments": {"sku_ids": [E3]}, **changes})  # type: ignore[arg-type]
    plan = replace(plan, steps=(step,))
    return [line.strip() for line in render(plan.to_bytes(), {"s1": opening(1)}, {}) if line.startswith("     ")]


def test_days_of_loss_and_the_last_day_of_a_way_back_are_said_in_words() -> None:
    """INV-10."""
    days = {"mailbox": "2026-12-30", "onedrive": "2027-03-03"}
    undo: dict[str, Json] = {"kind": "add_licences", "sku_ids": [E3], "undo_valid_until": "2026-12-30"}
    found = lines(arguments={"sku_ids": [E3], "set_by": "manager", "data_at_risk_on": days}, undo=undo)
    assert "data at risk: mailbox from 2026-12-30 on, onedrive from 2027-03-03 on" in found
    assert "set by: manager" in found
    assert "way back until 2026-12-30: assign these again" in found
    assert kind_of("     data at risk: mailbox from 2026-12-30 on") == "detail warn"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_at_risk_on", {"mailbox": 7}),
        ("data_at_risk_on", []),
        ("set_by", ["x"]),
        ("end_state", "delete"),
        ("sku_ids", "x"),
    ],
)
def test_what_has_no_words_stands_as_it_is(name: str, value: Json) -> None:
    """INV-10: also what has another form than the one that we have words for."""
    (line,) = [one for one in lines(arguments={name: value}) if one.startswith("with ")]
    assert f'"{name}":' in line


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ({"exists": True}, "the account exists"),
        ({"devices_disabled": True}, "devices disabled"),
        ({"mailbox_kind": "SharedMailbox"}, "mailbox kind SharedMailbox"),
        ({"devices_disabled": False}, '{"devices_disabled":false}'),
        ({"account_enabled": False}, "sign-in is blocked"),
        ({"x": None}, '{"x":null}'),
        ({"group_licences_active": {"group_id": "g", "sku_ids": ["a", "b"]}}, "group g gives a, b"),
        ({"group_licences_absent": {"group_id": "g", "sku_ids": ["a"]}}, "group g gives nothing of a"),
        ({"group_licences_absent": {"group_id": "g"}}, '{"group_licences_absent":{"group_id":"g"}}'),
        ({"services_there": ["a"]}, "these services are there: a"),
        ({"services_lost_only": []}, "no service is lost"),
        ({"services_lost_only": ["a", "b"]}, "no service is lost but a, b"),
    ],
)
def test_goals_are_said_in_words_or_exactly(goal: dict[str, Json], words: str) -> None:
    """INV-10."""
    assert lines(goal=goal)[1].startswith(f"done when {words}; only if ")


@pytest.mark.parametrize(
    ("undo", "words"),
    [
        ({"kind": "enable_sign_in"}, "way back: allow sign-in"),
        ({"kind": "show_in_address_lists"}, "way back: show in address lists"),
        ({"kind": "join_group", "group": "g"}, 'way back: {"group":"g","kind":"join_group"}'),
        ({"kind": "add_licences", "sku_ids": []}, 'way back: {"kind":"add_licences","sku_ids":[]}'),
    ],
)
def test_ways_back_are_said_in_words_or_exactly(undo: dict[str, Json], words: str) -> None:
    """INV-10."""
    assert lines(undo=undo)[-1] == words
