"""The [onboarding] section of `licenseiq.toml` as JoiningDefaults, or everything that is wrong with it.

As in `licenseiq.policy_file`, no problem quotes a value.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from licenseiq.joining import GroupRule, JoiningDefaults
from licenseiq.policy_names import fold
from licenseiq.problems import Problem

SECTION = "onboarding"
MOST_RULES, LONGEST_GRACE, _LONGEST_LIST, _LONGEST_TEXT = 200, 90, 200, 256
_KEYS, _RULE_KEYS = ("grace_days", "groups"), ("group", "departments", "locations")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class _Wrong(Exception):
    """What is wrong with one value, and what to write."""


def read_joining(table: object) -> JoiningDefaults | tuple[Problem, ...]:
    """What a parsed [onboarding] table says, or all of its problems in the order of the file."""
    if not isinstance(table, Mapping):
        return (Problem(SECTION, "is no table.", f"Begin it with a line [{SECTION}]."),)
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, value in table.items():
        try:
            if name == "groups":
                found[name] = _rules(value, problems)
            elif name == "grace_days":
                found[name] = _days(value)
            else:
                raise _Wrong("is no key of the section.", _meant(name, _KEYS))
        except _Wrong as wrong:
            problems.append(Problem(f"{SECTION}.{name}", *wrong.args))
    return tuple(problems) or JoiningDefaults(**found)


def _rules(value: object, problems: list[Problem]) -> tuple[GroupRule, ...]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise _Wrong("is no list of tables.", f"Begin each rule with a line [[{SECTION}.groups]].")
    if len(value) > MOST_RULES:
        raise _Wrong("holds too many rules.", f"At most {MOST_RULES} are read.")
    found = []
    for place, one in enumerate(value, 1):
        try:
            found.append(_rule(one))
        except _Wrong as wrong:
            problems.append(Problem(f"{SECTION}.groups, number {place}", *wrong.args))
    return tuple(found)


def _rule(table: Mapping[str, object]) -> GroupRule:
    for name in table:
        if name not in _RULE_KEYS:
            raise _Wrong("has a key that is none.", _meant(name, _RULE_KEYS))
    group = table.get("group")
    if not isinstance(group, str) or not _GUID.fullmatch(group.strip().lower()):
        raise _Wrong("names no group.", "Write its object id in group, from its page in the Entra admin centre.")
    rule = GroupRule(group.strip().lower(), _texts(table, "departments"), _texts(table, "locations"))
    if not rule.departments and not rule.locations:
        raise _Wrong("fits nobody.", "Give it departments or locations.")
    return rule


def _texts(table: Mapping[str, object], name: str) -> frozenset[str]:
    value = table.get(name, [])
    if not isinstance(value, list) or len(value) > _LONGEST_LIST:
        raise _Wrong(f"holds {name} that are no list.", 'Write entries in brackets, such as ["one", "two"].')
    if not all(isinstance(one, str) and one.strip() and len(one) <= _LONGEST_TEXT for one in value):
        raise _Wrong(f"holds {name} that are no texts, or too long.", "Write each in quotes.")
    return frozenset(fold(one) for one in value)


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_GRACE:
        raise _Wrong("is no such number.", f"Write a whole number of days from 0 to {LONGEST_GRACE}, without quotes.")
    return value


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else f"Remove it. The keys are {', '.join(known)}."
