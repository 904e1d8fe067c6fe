"""Rules of dynamic groups: whether a change takes somebody out, told only where it can be told."""

import pytest

from licenseiq.group_rules import attributes_of, evaluate, would_drop

ENABLED = '(user.accountEnabled -eq true) and (user.department -eq "Sales")'


@pytest.mark.parametrize(
    ("rule", "changed", "known", "drops"),
    [
        (ENABLED, {"accountEnabled": False}, {}, True),
        (ENABLED, {"accountEnabled": True}, {"department": "sales"}, False),
        (ENABLED, {"accountEnabled": True}, {}, None),
        (ENABLED, {"department": "Marketing"}, {}, True),
        (ENABLED, {"jobTitle": "Manager"}, {}, False),
        ('user.department -eq "Sales" or user.accountEnabled -eq true', {"accountEnabled": False}, {}, None),
        (
            'user.accountEnabled -eq true or user.department -eq "A"',
            {"department": "B"},
            {"accountEnabled": True},
            False,
        ),
        ('user.department -in ["Sales", "Marketing"]', {"department": "MARKETING"}, {}, False),
        ('user.department -notIn ["Sales"]', {"department": "Sales"}, {}, True),
        ('not (user.employeeType -eq "Contractor")', {"employeeType": "contractor"}, {}, True),
        ('user.jobTitle -startsWith "Sen"', {"jobTitle": "Junior"}, {}, True),
        ('user.jobTitle -notContains "intern"', {"jobTitle": "Head"}, {}, False),
        ("user.department -ne null", {"department": None}, {}, True),
        ("user.department -eq $null", {"department": None}, {}, None),
        ('user.jobTitle -match "^Sen.*"', {"jobTitle": "Junior"}, {}, None),
        ('user.assignedPlans -any (assignedPlan.service -eq "exchange")', {"department": "B"}, {}, False),
        (
            '(user.accountEnabled -eq true) and (user.assignedPlans -any (a.b -eq "c"))',
            {"accountEnabled": False},
            {},
            True,
        ),
        ("user.memberof -any (group.objectId -in ['a'])", {"department": "B"}, {}, None),
        ('Direct Reports for "62e1"', {"accountEnabled": False}, {}, None),
        ('user.department -eq "a" user.department', {"department": "a"}, {}, None),
    ],
)
def test_whether_a_change_takes_somebody_out(rule: str, changed: dict, known: dict, drops: bool | None) -> None:  # type: ignore[type-arg]
    assert would_drop(rule, changed, known) is drops


def test_or_binds_less_than_and_and_not_binds_most() -> None:
    values = {"a": "1", "b": "2", "c": "3"}
    assert evaluate('user.a -eq "1" or user.b -eq "x" and user.c -eq "x"', values) is True
    assert evaluate('(user.a -eq "1" or user.b -eq "x") and user.c -eq "x"', values) is False
    assert evaluate('not user.a -eq "x" and user.b -eq "2"', values) is True


def test_a_name_in_a_text_is_no_attribute() -> None:
    assert attributes_of('user.department -eq "user.accountEnabled"') == {"department"}
