"""A kind of step as one value: what it wants, what it reads, what it sends, and what keeps it back.

Each kind has a file beside this one; `licenseiq.steps` lists them. The desk's executor knows none of them by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licenseiq.policy import Policy
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Call, Reading, Shape, Target

Facts = Mapping[str, Json]
# (the clause's value in the plan, what was read by name, the committed values) -> whether it holds.
Clause = Callable[[Json, Facts, Mapping[str, Json]], bool]
# The same for one that compares with what was read when the first intent was recorded; None before that.
Comparison = Callable[[Json, Facts, Facts | None], bool]

# What a line of `Told` is about: an application that signs people in, an account that was provisioned in one, a service
# plan of a licence.
APPLICATION, ACCOUNT_THERE, SERVICE = "application", "account_there", "service"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what became of a step: `what` is the sort of thing ('application', 'group', …), `key` its id and
    `name` what the tenant calls it, `how` in our words. `by_hand`: a person has to look at it. Kept sealed under the
    person's key."""

    what: str
    key: str
    name: str
    how: str
    by_hand: bool = False

    def to_json(self) -> Json:
        return {"what": self.what, "key": self.key, "name": self.name, "how": self.how, "by_hand": self.by_hand}


def told_from_json(value: Json) -> tuple[Told, ...]:
    rows = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
    return tuple(
        Told(str(row["what"]), str(row["key"]), str(row["name"]), str(row["how"]), row["by_hand"] is True)
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Why a check keeps a step back, and what cures it. A `waivable` one may pass with a reason that an approver signs.
    With `seconds` it is so for now only: a step that is due waits and is asked again, whatever the preflight said. No
    text of the tenant stands in it."""

    kind: str
    cure: str
    waivable: bool = False
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What a check is measured by beside the readings. `first` are the kinds of those steps of the plan that must have
    read back as true before this one is taken: what they do is still to come. It is empty just before the step."""

    at: datetime
    policy: Policy
    simulated: bool
    first: frozenset[StepKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Check:
    """A question that is asked in the preflight, and again on fresh readings before each step that it concerns. What it
    said then and what it says now both hold: the stricter counts. A reading that could not be read is missing from the
    facts; `held` says what that means. `says` is what was read, in sentences of ours for whoever decides. One that
    `only_says` something keeps nothing back, and is asked in the preflight alone."""

    name: str
    readings: tuple[Reading, ...]
    held: Callable[[Step, Target, Account, Now], Held | None]
    says: Callable[[Step, Target, Account, Now], tuple[str, ...]] = lambda *_: ()
    only_says: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of step.

    `words` say it to a person ('remove authentication methods'). `permissions` are what the desk's app needs for it.
    `readings` are read for its predicates, beside the account; `clauses` are the predicates that it brings, by name.
    `fits`: whether a step's goal and arguments are of this kind and agree; what is sent is read from them and from the
    committed values alone. `calls`: what has still to be sent, in order, by what was read just now; the first of them
    is sent, then everything is read again. `shapes` are the only requests that its calls may be.

    `hand_over`: instructions for a person, where the tenant refuses, or where nothing can be sent (`by_hand`): the step
    then waits until its goal reads back. `stops_person`: whether the person's later steps are given up when this one
    fails. `trusts_answer`: nothing reads back (a mail); the tenant's word that it took it is the outcome.
    `takes_time`: the tenant carries it out later, so what it took is waited for, up to a day, and not sent again.
    `progress` says how far it is, without names. `needs_account` is False where the account is what the step makes.

    `compares` are clauses that look back at the first intent. `told` says line by line what became of it, by what was
    read then (None where nothing was sent) and last. `answers`: what is kept of the tenant's answer to a call where
    nothing else reads back; it stands in the facts as `ANSWERED`, by the call's path.
    """

    name: StepKind
    words: str
    effect_class: EffectClass
    permissions: tuple[str, ...]
    fits: Callable[[Step], bool]
    calls: Callable[[Step, Target, Account], tuple[Call, ...]]
    shapes: tuple[Shape, ...] = ()
    readings: tuple[Reading, ...] = ()
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    hand_over: Callable[[Step, Target], str] | None = None
    summary: Callable[[Step], str] | None = None
    by_hand: bool = False
    stops_person: bool = False
    trusts_answer: bool = False
    takes_time: bool = False
    progress: Callable[[Step, Account], str] | None = None
    needs_account: bool = True
    compares: Mapping[str, Comparison] = field(default_factory=dict)
    told: Callable[[Step, Account | None, Account], tuple[Told, ...]] | None = None
    answers: Callable[[Call, Json], Json] | None = None


ANSWERED = "answered"


def sends_nothing(_: Step, __: Target, ___: Account) -> tuple[Call, ...]:
    """The calls of a step that a person takes."""
    return ()


def fact(account: Account, name: str) -> Json:
    """What was read under a name; None where it was not, or could not be."""
    return (account.more or {}).get(name)


def rows_of(values: Mapping[str, Json], name: str) -> list[list[str]]:
    """A committed value that is rows of texts; empty where there is none."""
    found = values.get(name)
    rows = found if isinstance(found, list | tuple) else ()
    return [[str(one) for one in row] for row in rows if isinstance(row, list | tuple)]
