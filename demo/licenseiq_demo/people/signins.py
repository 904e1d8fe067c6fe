"""The `signInActivity` of an account, from what its owner did."""

import random

from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields, Usage

_PARTS = (
    ("lastSignIn", "interactive"),
    ("lastNonInteractiveSignIn", "background"),
    ("lastSuccessfulSignIn", "success"),
)

SUCCESS_SINCE = "2023-12-01"
"""lastSuccessfulSignInDateTime began that day and was never filled in for earlier ones (entra,
howto-manage-inactive-user-accounts)."""


def activity(usage: Usage, when: Calendar, rng: random.Random) -> Fields | None:
    """Graph's object with three moments and their request ids; None when there was never a sign-in.

    Graph leaves the property out in that case (graph-facts 7.5: "Second: property absent").
    """
    found: Fields = {}
    events: dict[int, tuple[str, str]] = {}
    for name, attribute in _PARTS:
        ago: int | None = getattr(usage, attribute)
        if name == "lastSuccessfulSignIn" and ago is not None and when.day(ago) < SUCCESS_SINCE:
            ago = None
        if ago is not None and ago not in events:
            events[ago] = (when.moment(ago, rng), new_id(rng))
        found[f"{name}DateTime"], found[f"{name}RequestId"] = (None, None) if ago is None else events[ago]
    return found if any(found.values()) else None
