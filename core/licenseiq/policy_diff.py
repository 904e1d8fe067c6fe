"""What another policy would find in the same tenant: which findings come and go, and their money."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.evaluation import Evaluation
from licenseiq.findings.finding import Claim
from licenseiq.money import Total
from licenseiq.spend import money_of


class Weight(StrEnum):
    """Where a finding stands: in exposure and score, with a person to review it, or with an exception made from it."""

    EXPOSURE = "exposure"
    TO_REVIEW = "to_review"
    EXCEPTED = "excepted"


@dataclass(frozen=True, slots=True)
class Amount:
    """What claims of one weight come to, a month. `monthly` is without the `unpriced` seats."""

    weight: Weight
    seats: int
    monthly: Total
    unpriced: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding that is not the same under both policies: what it claims before and after, None where it is not
    there."""

    finding_id: str
    kind: str
    before: Amount | None
    after: Amount | None

    @property
    def size(self) -> int:
        """By how much it differs, in micro-units of the currency that differs most: to order by, not to show."""
        before, after = _by_currency(self.before), _by_currency(self.after)
        if self.before is not None and self.after is not None and self.before.weight is not self.after.weight:
            return max([*before.values(), *after.values()], default=0)
        return max((abs(after.get(one, 0) - before.get(one, 0)) for one in before.keys() | after.keys()), default=0)


@dataclass(frozen=True, slots=True)
class KindChange:
    """The findings of one kind and weight: how many come to it, go from it, and claim something else within it; and
    what all of them claim."""

    kind: str
    weight: Weight
    added: int
    removed: int
    changed: int
    before: Amount
    after: Amount


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """Scores are in tenths of a point, None where nothing can be scored. `differences` are sorted by their money, the
    largest first."""

    score_before: int | None
    score_after: int | None
    exposure_before: Total | None
    exposure_after: Total | None
    kinds: tuple[KindChange, ...]
    differences: tuple[Difference, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both policies find the same."""
        return not self.differences and self.score_before == self.score_after


def compare(before: Evaluation, after: Evaluation) -> PolicyDiff:
    """Two evaluations of the same data."""
    first, then = _by_finding(before.claims), _by_finding(after.claims)
    found = []
    for finding_id, kind in first.keys() | then.keys():
        amounts = first.get((finding_id, kind)), then.get((finding_id, kind))
        if amounts[0] != amounts[1]:
            found.append(Difference(finding_id, kind, *amounts))
    found.sort(key=lambda one: (-one.size, one.kind, one.finding_id))
    return PolicyDiff(
        before.summary.score,
        after.summary.score,
        before.summary.exposure,
        after.summary.exposure,
        tuple(_kinds(found, before.claims, after.claims)),
        tuple(found),
    )


def weight_of(claim: Claim) -> Weight:
    """Where the finding of a claim stands; all claims of one finding stand alike."""
    if claim.is_excepted:
        return Weight.EXCEPTED
    return Weight.EXPOSURE if claim.counts else Weight.TO_REVIEW


def _kinds(found: Iterable[Difference], before: Iterable[Claim], after: Iterable[Claim]) -> Iterable[KindChange]:
    added, removed, changed = Counter[_Group](), Counter[_Group](), Counter[_Group]()
    for one in found:
        went = (one.before.weight, one.kind) if one.before is not None else None
        came = (one.after.weight, one.kind) if one.after is not None else None
        if went is not None and went == came:
            changed[went] += 1
            continue
        if went is not None:
            removed[went] += 1
        if came is not None:
            added[came] += 1
    first, then = _by_group(before), _by_group(after)
    for weight in Weight:
        for group in sorted(group for group in {*added, *removed, *changed} if group[0] is weight):
            amounts = _amount(first.get(group, ()), weight), _amount(then.get(group, ()), weight)
            yield KindChange(group[1], weight, added[group], removed[group], changed[group], *amounts)


_Group = tuple[Weight, str]


def _by_group(claims: Iterable[Claim]) -> dict[_Group, list[Claim]]:
    found: dict[_Group, list[Claim]] = {}
    for claim in claims:
        found.setdefault((weight_of(claim), claim.kind), []).append(claim)
    return found


def _by_finding(claims: Iterable[Claim]) -> dict[tuple[str, str], Amount]:
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        found.setdefault((claim.finding_id, claim.kind), []).append(claim)
    return {key: _amount(mine, weight_of(mine[0])) for key, mine in found.items()}


def _amount(claims: Iterable[Claim], weight: Weight) -> Amount:
    return Amount(weight, *money_of(claims))


def _by_currency(amount: Amount | None) -> dict[str, int]:
    return {money.currency: money.micros for money in amount.monthly} if amount is not None else {}
