"""What to do first, and what each step adds to the score. The words hold no text of the tenant."""

from collections.abc import Callable, Mapping, Sequence

from licenseiq.evaluation import Action, KindTotal

BEST = 5

# Per kind: what to do, and the tool that helps. An empty tool means: nothing here does it, a person has to.
_WORDS: dict[str, tuple[str, str]] = {
    "departed_holder": ("Take back the seats of people who have left by what HR says.", "offboard_user"),
    "disabled_holder": ("Take back the seats of accounts whose sign-in is blocked.", "offboard_user"),
    "licensed_shared_mailbox": (
        "Take the licences of shared and room mailboxes that need none, once holds are checked.",
        "propose_license_changes",
    ),
    "licensed_guest": ("Take back the paid seats of guests who do not use them.", "propose_license_changes"),
    "licensed_service_account": ("Take back the paid seats of service accounts.", "propose_license_changes"),
    "inactive_holder": (
        "Go through the people without activity and take back what they do not need.",
        "list_inactive_users",
    ),
    "never_used": ("Ask for the seats that were never used since they were given.", "list_inactive_users"),
    "on_leave_full_tier": ("Give people on a long leave a tier that keeps mail and files.", "propose_license_changes"),
    "overlapping_skus": ("Take back seats whose services other seats give.", "propose_license_changes"),
    "unused_addon": ("Take back add-ons without use.", "propose_license_changes"),
    "unused_premium": ("Step down to tiers that give all that is used and required.", "recommend_tier"),
    "unassigned_seats": ("Reduce the seats that nobody holds, at the next renewal.", "list_subscriptions"),
    "over_assigned": ("Buy or take back what is used beyond the seats bought.", "list_subscriptions"),
    "duplicate_assignment": ("Take away direct licences that a group gives as well.", "propose_license_changes"),
    "renewal_due": ("Decide on the quantities of what renews soon.", "list_subscriptions"),
    "trial_expiring": ("Decide on the trials that end soon.", "list_subscriptions"),
    "stale_identities": ("Take what is left from blocked and departed accounts.", "offboard_user"),
    "licence_errors": ("Mend the licence assignments that are in error.", ""),
    "dormant_privilege": ("Review the privileged accounts that have not signed in for long.", ""),
}
# What the score's own components speak of.
_SCORED = frozenset({"stale_identity", "group_licence_error", "dormant_privileged"})


def best_actions(
    counted: Sequence[KindTotal],
    gain_of: Callable[[str], int],
    faults: Mapping[str, int],
    to_review: Sequence[KindTotal],
    missing: int,
    without_money: Sequence[KindTotal] = (),
) -> tuple[Action, ...]:
    """At most five: first by gain in score, then by seats. `faults` are numbers of accounts by hygiene component;
    `missing` is how many sources have not been read yet."""
    found = [
        Action(t.kind, _text(t.kind), t.seats, t.monthly, t.unpriced_seats, gain_of(t.kind), _tool(t.kind))
        for t in counted
    ]
    found += [Action(k, _text(k), 0, (), 0, gain_of(k), _tool(k)) for k, number in faults.items() if number]
    found += [Action(t.kind, _text(t.kind), 0, (), 0, 0, _tool(t.kind)) for t in without_money if t.kind not in _SCORED]
    found.sort(key=lambda a: (-a.score_gain, -a.seats, a.kind))
    if missing:
        text = "Read the sources that are still missing, so that more can be judged."
        found.append(Action("missing_sources", text, 0, (), 0, 0, "refresh_tenant"))
    found += [
        Action(
            f"review_{t.kind}",
            "Have a person judge what the data cannot decide.",
            t.seats,
            t.monthly,
            t.unpriced_seats,
            0,
            "list_waste",
        )
        for t in sorted(to_review, key=lambda t: (-t.seats, t.kind))
    ]
    return tuple(found[:BEST])


def _text(kind: str) -> str:
    return _WORDS.get(kind, ("Review what was found.", ""))[0]


def _tool(kind: str) -> str:
    return _WORDS.get(kind, ("", ""))[1]
