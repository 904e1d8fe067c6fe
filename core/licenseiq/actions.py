"""What to do first, and what each step adds to the score. The words hold no text of the tenant."""

from collections.abc import Callable, Mapping, Sequence

from licenseiq.evaluation import Action, KindTotal

BEST = 5

# Per kind: what to do, and the tool that helps. An empty tool means: nothing here does it, a person has to.
_WORDS: dict[str, tuple[str, str]] = {
    "disabled_holder": ("Take back the seats of accounts whose sign-in is blocked.", "offboard_user"),
    "inactive_holder": (
        "Go through the people without activity and take back what they do not need.",
        "list_inactive_users",
    ),
    "never_used": ("Ask for the seats that were never used since they were given.", "list_inactive_users"),
    "unassigned_seats": ("Reduce the seats that nobody holds, at the next renewal.", ""),
    "licence_errors": ("Mend the licence assignments that are in error.", ""),
    "dormant_privilege": ("Review the privileged accounts that have not signed in for 90 days.", ""),
}


def best_actions(
    counted: Sequence[KindTotal],
    gain_of: Callable[[str], int],
    faults: Mapping[str, int],
    to_review: Sequence[KindTotal],
    missing: int,
) -> tuple[Action, ...]:
    """At most five: first by gain in score, then by seats. `faults` are numbers of accounts by hygiene component;
    `missing` is how many sources have not been read yet."""
    found = [
        Action(t.kind, _text(t.kind), t.seats, t.monthly, t.unpriced_seats, gain_of(t.kind), _tool(t.kind))
        for t in counted
    ]
    found += [Action(k, _text(k), 0, (), 0, gain_of(k), _tool(k)) for k, number in faults.items() if number]
    found.sort(key=lambda a: (-a.score_gain, -a.seats, a.kind))
    if missing:
        text = "Read the sources that are still missing, so that more can be judged."
        found.append(Action("missing_sources", text, 0, (), 0, 0, "refresh_tenant"))
    found += [
        Action(
            f"review_{t.kind}",
            "Have a person judge the accounts that the data cannot decide.",
            t.seats,
            t.monthly,
            t.unpriced_seats,
            0,
            "list_inactive_users",
        )
        for t in sorted(to_review, key=lambda t: (-t.seats, t.kind))
    ]
    return tuple(found[:BEST])


def _text(kind: str) -> str:
    return _WORDS.get(kind, ("Review these seats.", ""))[0]


def _tool(kind: str) -> str:
    return _WORDS.get(kind, ("", ""))[1]
