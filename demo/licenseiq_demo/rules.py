"""Rules of dynamic groups: comparisons of a user's properties, joined by "and".

The part of "Rules for dynamic membership groups" (entra, users/groups-dynamic-membership) that this tenant uses.
"""

import re
from collections.abc import Callable
from functools import cache

from licenseiq_demo.people.person import Fields

_COMPARISON = re.compile(r'\(user\.(\w+) -(eq|ne) (?:"([^"]*)"|(true|false))\)')


@cache
def compile_rule(text: str | None) -> Callable[[Fields], bool] | None:
    """Whether somebody with these properties belongs; None when people are put in by hand. ValueError: not understood.

    Text is compared without regard to case, as Entra does it.
    """
    if not text:
        return None
    tests = [_comparison(part) for part in text.split(" and ")]
    return lambda fields: all(test(fields) for test in tests)


def _comparison(text: str) -> Callable[[Fields], bool]:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"A rule that this tenant does not understand: {text}")
    name, operator, word, truth = found.groups()
    wanted = truth == "true" if truth else word.lower()

    def test(fields: Fields) -> bool:
        value = fields.get(name)
        same = (value.lower() if isinstance(value, str) else value) == wanted
        return same == (operator == "eq")

    return test
