"""What every playbook does alike: collecting the parts of a plan, naming people by commitments, protecting accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.evaluation import RULES_VERSION
from licenseiq.people import Person
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Blocker, HandOff, Step
from licenseiq.proposals.steps import EffectClass, Predicate, StepKind
from licenseiq.steps import KINDS


@dataclass
class Draft:
    """The parts of a plan as they are collected, person by person."""

    steps: list[Step] = field(default_factory=list)
    hand_offs: list[HandOff] = field(default_factory=list)
    blocked: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(
        self,
        kind: StepKind,
        subject: str,
        goal: Predicate,
        precondition: Predicate,
        undo: Mapping[str, Json] | None,
        undo_note: str = "",
        arguments: Mapping[str, Json] | None = None,
        after: Sequence[int] = (),
    ) -> int:
        """Adds a step and returns its number. `after` are the numbers of the steps that must read back as true first;
        its effect class is its kind's, set-valued where no kind says other."""
        number = len(self.steps) + 1
        described = KINDS.get(kind)
        effect = EffectClass.SET_VALUED if described is None else described.effect_class
        self.steps.append(
            Step(number, kind, subject, arguments or {}, goal, precondition, effect, undo, undo_note, tuple(after))
        )
        return number

    def block(self, kind: str, cure: str, numbers: Sequence[int]) -> None:
        if numbers:
            self.blocked.setdefault((kind, cure), []).extend(numbers)

    def block_with(self, number: int, others: Sequence[int]) -> None:
        """Blocks steps by whatever blocks another one that they rest on."""
        for (kind, cure), numbers in list(self.blocked.items()):
            if number in numbers:
                self.block(kind, cure, [one for one in others if one not in numbers])

    def blocked_by(self, number: int) -> tuple[str, ...]:
        """The kinds of blockers that a step has so far."""
        return tuple(kind for (kind, _), numbers in self.blocked.items() if number in numbers)

    def protect(self, person: Person, context: Context, numbers: Sequence[int]) -> None:
        """Blocks a person's steps where the account is protected, or where that could not be read."""
        for kind, cure in protection_of(person, context):
            self.block(kind, cure, numbers)

    def blockers(self) -> tuple[Blocker, ...]:
        return tuple(Blocker(kind, tuple(numbers), cure) for (kind, cure), numbers in self.blocked.items())


def protection_of(person: Person, context: Context) -> list[tuple[str, str]]:
    """The kind and cure of a blocker where the account is protected, or where that could not be read; else none."""
    if context.policy.protects(person) or person.roles:
        return [("protected_account", "Take the directory roles away first, or do it by hand.")]
    if person.roles is None:
        return [("protection_unreadable", "Grant RoleManagement.Read.Directory, then propose again.")]
    return []


def refuse_nobody_or_too_many(people: Sequence[Person], context: Context) -> None:
    """Raises BadRequest for nobody, for somebody twice, and for more people than the policy allows in one plan."""
    if not people or len({person.user_id for person in people}) != len(people):
        raise BadRequest("A plan needs each person exactly once.", "Name at least one person, and nobody twice.")
    if len(people) > context.policy.people_per_plan:
        raise BadRequest(
            f"A plan may touch at most {context.policy.people_per_plan} people, and these are {len(people)}.",
            "Propose them in smaller groups.",
        )


def versions(context: Context) -> dict[str, str]:
    """The editions that a plan rests on."""
    return {
        "rules": RULES_VERSION,
        "policy": context.policy.version,
        "catalogue": context.catalogue.version,
        "prices": context.prices.version,
    }


def values_of(person: Person) -> dict[str, Json]:
    """The personal values that stand in a plan as commitments only."""
    return {
        "user_id": person.user_id,
        "user_principal_name": person.user_principal_name,
        "display_name": person.display_name,
    }
