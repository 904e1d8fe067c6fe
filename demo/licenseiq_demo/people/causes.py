"""Why an account looks as it does: what happened to it, never what somebody should conclude from it."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that happens to accounts; `share` of all accounts, but at least `least` of them."""

    name: str
    share: float
    least: int


CAUSES: tuple[Cause, ...] = (
    Cause("break_glass", 0.0, 2),
    Cause("administrator", 0.0, 5),
    Cause("told_leaver", 0.06, 3),
    Cause("untold_leaver", 0.05, 3),
    Cause("phone_still_fetches", 0.015, 2),
    Cause("sprayed", 0.012, 2),
    Cause("never_used", 0.025, 2),
    Cause("new_hire", 0.03, 2),
    Cause("sabbatical", 0.012, 1),
    Cause("parental_leave", 0.012, 1),
    Cause("mail_and_web", 0.05, 2),
    Cause("scanner", 0.016, 1),
    Cause("shared_mailbox", 0.04, 2),
    Cause("room", 0.03, 2),
    Cause("equipment", 0.012, 1),
    Cause("guest", 0.045, 2),
    Cause("service", 0.024, 2),
    Cause("almost_empty", 0.0, 1),
    Cause("left_last_month", 0.012, 1),
    Cause("left_on_paper", 0.004, 1),
    Cause("comes_each_quarter", 0.012, 1),
    Cause("copilot_handed_out", 0.02, 1),
    Cause("visio_handed_out", 0.012, 1),
    Cause("moved_to_e5", 0.02, 1),
    Cause("full_shared_mailbox", 0.012, 1),
    Cause("admin_of_before", 0.004, 1),
)
"""Everybody else is `active`.

`left_last_month`: the personnel office knows it, the IT department does not. `left_on_paper`: the personnel office has
taken somebody for a leaver who is at work. `…_handed_out`: in a roll-out, to somebody who never opened it.
`moved_to_e5`: and nobody took away what was bought one by one before. `full_shared_mailbox`: too large for no licence,
or with an archive. `admin_of_before`: an account for administration alone that nobody uses any more.
"""

EMPLOYEES = frozenset(
    {
        "active",
        "administrator",
        "told_leaver",
        "untold_leaver",
        "phone_still_fetches",
        "sprayed",
        "never_used",
        "new_hire",
        "sabbatical",
        "parental_leave",
        "mail_and_web",
        "left_last_month",
        "left_on_paper",
        "comes_each_quarter",
        "copilot_handed_out",
        "visio_handed_out",
        "moved_to_e5",
    }
)


def cast(users: int, rng: random.Random) -> list[str]:
    """The cause of each of `users` accounts, shuffled; a tenant too small for all keeps the first ones."""
    parts = [cause.name for cause in CAUSES for _ in range(max(cause.least, round(cause.share * users)))][:users]
    parts += ["active"] * (users - len(parts))
    rng.shuffle(parts)
    return parts
