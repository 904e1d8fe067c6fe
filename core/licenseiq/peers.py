"""Which seats a newcomer will need, by what similar people need (not by what they hold).

It abstains from small groups, which prove nothing and would tell about single people, and from groups that differ.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from licenseiq.accounts import AccountKind, account_kind
from licenseiq.context import Context
from licenseiq.findings import Confidence
from licenseiq.holders import monthly_cost
from licenseiq.money import Total
from licenseiq.people import Person
from licenseiq.right_sizing import recommend

SMALLEST_GROUP = 5
LEAST_AGREEMENT = 600  # per mille


@dataclass(frozen=True, slots=True)
class PeerRecommendation:
    """`recommended` is None where it abstains. `agreement` is per mille of `group_size` people, None below five."""

    recommended: tuple[str, ...] | None
    monthly: Total | None
    group_size: int
    agreement: int | None
    confidence: Confidence
    because: tuple[str, ...]


def recommend_for_newcomer(
    people: Iterable[Person],
    context: Context,
    department: str | None = None,
    job_title: str | None = None,
    location: str | None = None,
    employee_type: str | None = None,
) -> PeerRecommendation:
    """The set of seats that most similar people need. A location matches the office or the usage location."""
    asked = (_key(department), _key(job_title), _key(location), _key(employee_type))
    if not any(asked):
        return _abstain(0, None, "Name at least one of department, job title, location and employee type.")
    group = [p for p in people if _is_alike(p, asked) and _is_a_peer(p, context)]
    needs = [need for person in group if (need := _need(person, context))]
    size = len(needs)
    if size < SMALLEST_GROUP:
        return _abstain(size, None, f"Fewer than {SMALLEST_GROUP} similar people use paid seats: too few to go by.")
    best, votes = min(Counter(needs).items(), key=lambda item: (-item[1], item[0]))
    agreement = 1000 * votes // size
    if agreement < LEAST_AGREEMENT:
        return _abstain(size, agreement, f"Only {agreement // 10} % of {size} similar people need the same seats.")
    confidence = Confidence.CERTAIN if agreement == 1000 else Confidence.LIKELY
    because = f"{votes} of {size} similar people need these seats, by their use where it can be seen."
    return PeerRecommendation(best, monthly_cost(best, context), size, agreement, confidence, (because,))


def _is_alike(person: Person, asked: tuple[str, str, str, str]) -> bool:
    department, job_title, location, employee_type = asked
    return (
        (not department or department == _key(person.department))
        and (not job_title or job_title == _key(person.job_title))
        and (not location or location in {_key(person.office), _key(person.usage_location)})
        and (not employee_type or employee_type == _key(person.employee_type))
    )


def _is_a_peer(person: Person, context: Context) -> bool:
    return person.account_enabled is not False and account_kind(person, context) is AccountKind.PERSON


def _need(person: Person, context: Context) -> tuple[str, ...]:
    """Right-sized where that can be said, else what is held; empty for who needs none and is no example."""
    advice = recommend(person, context)
    return advice.current if advice.recommended is None else advice.recommended


def _key(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _abstain(size: int, agreement: int | None, why: str) -> PeerRecommendation:
    return PeerRecommendation(None, None, size, agreement, Confidence.UNKNOWN, (why,))
