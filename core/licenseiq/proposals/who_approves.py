"""How many people must approve, and who may: one rule for the page, the desk and the executor.

Two distinct people decide on what is larger than the policy leaves to one; whoever asked for it is not among the
approvers. A sole administrator, where the settings allow one, decides alone on so many people a day and never above.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from licenseiq.policy import Policy
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.steps import StepKind
from licenseiq.words import count


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody whose approval counts. `account` is the OS account that enrolled them, '' where it is not known: a claim
    of the machine, not a proof."""

    approver_id: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be decided on. `people` are those that the plans touch, `enrolled` how many approvers there are,
    `sole` whether one may decide alone, `requesters` the OS accounts that asked for any of it, and `sole_today` how
    many people a sole administrator has approved changes of in the last 24 hours. `for_good`: something cannot be taken
    back by anybody afterwards."""

    people: int
    enrolled: int
    sole: bool
    requesters: frozenset[str] = frozenset()
    sole_today: int = 0
    for_good: bool = False


def deletes_for_good(plan: Plan) -> bool:
    """Whether a plan holds a step that nobody can take back: it takes two people, whoever it is about."""
    return any(step.kind is StepKind.PURGE_ACCOUNT for step in plan.steps)


def needed(case: Case, policy: Policy) -> int:
    """How many distinct people must approve: 1 or 2."""
    return 1 if case.people <= policy.people_per_approver and not case.for_good else 2


def why_not(approver: Approver, case: Case, policy: Policy) -> tuple[str, str] | None:
    """Why this person may not approve this at all, and what to do; None when they may."""
    if case.enrolled >= 2:
        if approver.account and approver.account in case.requesters:
            return (
                "You are enrolled under the account that asked for this, and there are other approvers.",
                "Another approver decides.",
            )
        return None
    if not case.sole:
        return (
            "There is one approver, who may also be the one who asked.",
            "Enrol a second one with 'licenseiq approvers add', or set "
            'sole_administrator = "true" in licenseiq.toml.',
        )
    if case.for_good:
        return ("This deletes an account for good, which takes two approvers.", "Enrol a second approver.")
    if needed(case, policy) > 1:
        return (
            f"This is about {count(case.people, 'person', 'people')}; one person alone may decide on "
            f"{policy.people_per_approver}.",
            "Wait for a second approver, or propose it in smaller parts.",
        )
    if case.sole_today + case.people > policy.sole_people_per_day:
        return (
            f"A sole administrator may decide on {policy.sole_people_per_day} people a day, and "
            f"{case.sole_today} were decided on in the last 24 hours.",
            "Wait, or enrol a second approver.",
        )
    return None


def missing(approved: Sequence[Approver], case: Case, policy: Policy) -> int:
    """How many further people must approve. The same person counts once, whatever key was used."""
    return max(0, needed(case, policy) - len({one.approver_id for one in approved}))
