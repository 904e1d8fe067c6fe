"""What of a plan needs a person's attention most, and in which order several plans are read.

Outliers first: people whom nobody may touch, then claims that are not certain, then steps that are blocked, then how
many people it touches, then the money. A long list that is signed at once hides its worst entry otherwise.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from licenseiq.ports import Protection
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan
from licenseiq.words import count

_NAMED = 5
IN_WORDS = (
    "What needs the most attention comes first: protected people, claims that are not certain, blocked steps, then the "
    "number of people and the money."
)


@dataclass(frozen=True, slots=True)
class Attention:
    """`protected` and `unsure` are references of people: who is not touched, and on whom a change rests that is not
    certain. `blocked` counts steps, `micros` is the largest amount of money in micro-units of whatever currency."""

    protected: tuple[str, ...]
    unsure: tuple[str, ...]
    blocked: int
    people: int
    micros: int

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Sorted by it, what needs the most attention comes first."""
        return (-len(self.protected), -len(self.unsure), -self.blocked, -self.people, -self.micros)

    def words(self) -> list[str]:
        """What to look at first, nothing where nothing stands out."""
        found = []
        if self.protected:
            found.append(f"{_named(self.protected)} protected, and not touched")
        if self.unsure:
            found.append(f"{_named(self.unsure)} in it by a claim that is not certain")
        if self.blocked:
            found.append(f"{count(self.blocked, 'step is', 'steps are')} blocked, and not taken")
        return found


def attention(
    plan: Plan,
    openings: Mapping[str, Opening],
    protections: Mapping[str, Protection],
    kept_back: Collection[int] = (),
) -> Attention:
    """What stands out. `protections` and `kept_back`, the steps that checks keep back, are empty before the tenant was
    read."""
    references = [subject.reference for subject in plan.subjects]
    return Attention(
        protected=tuple(one for one in references if one in protections and not protections[one].allows),
        unsure=tuple(one for one in references if _is_unsure(openings.get(one))),
        blocked=len(plan.blocked_steps() | set(kept_back)),
        people=len(references),
        micros=max(map(abs, plan.money.values()), default=0),
    )


def _is_unsure(opening: Opening | None) -> bool:
    """Whether a finding behind the changes of a person is not certain; somebody erased is unsure too."""
    if opening is None:
        return True
    found = opening.values.get("findings")
    rows = found if isinstance(found, list) else []
    return any(isinstance(one, dict) and one.get("confidence") != "certain" for one in rows)


def _named(references: tuple[str, ...]) -> str:
    more = len(references) - _NAMED
    names = ", ".join(references[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{names} {'is' if len(references) == 1 else 'are'}"
