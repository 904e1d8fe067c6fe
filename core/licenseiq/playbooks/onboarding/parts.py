"""The playbook as a list to read: each line is a kind of step with its goal, and for whom it is.

Groups and licences come between FIRST and THEN (`access`): after the usage location, without which Graph refuses a
licence, and before the attributes, since a rule that tests one takes a licence away as soon as it changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from licenseiq.playbooks.onboarding.joiner import Joiner
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import ATTRIBUTES, StepKind
from licenseiq.steps.first_day import WAY_IN
from licenseiq.steps.newcomer import ABSENT
from licenseiq.steps.newcomer import GOAL as ACCOUNT
from licenseiq.steps.set_manager import GOAL as MANAGER

Goal = Mapping[str, Json]
EXISTS: Goal = {"exists": True}


@dataclass(frozen=True, slots=True)
class Part:
    """`when`: for whom it is. `dated`: it waits for the first day. `precondition` None:
    the account is there. `undo_note`: why there is no way back."""

    kind: StepKind
    goal: Goal
    when: Callable[[Joiner], bool]
    arguments: Callable[[Joiner], Goal] = lambda _: {}
    precondition: Goal | None = None
    undo_note: str = ""
    dated: bool = False


def _sets(name: str, when: Callable[[Joiner], bool]) -> Part:
    """Setting one attribute to the committed value of that name."""
    return Part(
        StepKind.SET_ATTRIBUTE,
        {"attribute_is": {"attribute": name, "value_of": name}},
        when=lambda joiner: name in joiner.wanted and when(joiner),
        arguments=lambda _: {"attribute": name},
        undo_note="A person sets what it was before.",
    )


def _is_changed(name: str) -> Callable[[Joiner], bool]:
    return lambda joiner: not joiner.is_mastered_elsewhere and name in joiner.changed


FIRST: tuple[Part, ...] = (
    Part(
        StepKind.CREATE_ACCOUNT,
        ACCOUNT,
        when=lambda joiner: joiner.is_new and joiner.made_by is None,
        precondition=ABSENT,
        undo_note="The account is taken out by offboarding.",
    ),
    Part(
        StepKind.AWAIT_ACCOUNT,
        ACCOUNT,
        when=lambda joiner: joiner.is_new and joiner.made_by is not None,
        arguments=lambda joiner: {"because": joiner.made_by},
        precondition=ABSENT,
        undo_note="Nothing was sent.",
    ),
    # Graph takes this one also for an account that Active Directory masters.
    _sets("usageLocation", lambda j: "usageLocation" in j.changed or (j.is_new and j.made_by is not None)),
)

THEN: tuple[Part, ...] = (
    *(_sets(name, _is_changed(name)) for name in ATTRIBUTES if name not in ("usageLocation", "companyName")),
    Part(
        StepKind.SET_MANAGER,
        MANAGER,
        when=lambda joiner: joiner.manager is not None and not joiner.is_mastered_elsewhere,
        undo_note="A person sets the manager of before.",
    ),
    Part(
        StepKind.ISSUE_TEMPORARY_ACCESS_PASS,
        WAY_IN,
        when=lambda joiner: joiner.is_new and joiner.made_by is None,
        undo_note="A pass ends by itself.",
        dated=True,
    ),
)
