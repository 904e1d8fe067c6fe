"""Which seats a person needs, by what the person uses and what the tenant requires.

What Graph cannot show for one person is required by default. So a step down that loses something for the whole
tenant, or something that no report shows, is at most a candidate for a person's review, and never recommended.
"""

from dataclasses import dataclass

from licenseiq.accounts import account_kind
from licenseiq.activity import activity_of
from licenseiq.context import Context
from licenseiq.evaluate import findings_of
from licenseiq.findings import Confidence
from licenseiq.findings.silence import is_new
from licenseiq.holders import monthly_cost
from licenseiq.money import Total
from licenseiq.people import Person
from licenseiq.step_down import Step, Verdict, step_down


@dataclass(frozen=True, slots=True)
class ReviewCandidate:
    """A cheaper set that only a person can release: what it saves a month, and what has to be decided first."""

    sku_ids: tuple[str, ...]
    saving: Total | None
    decide: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`recommended` is None where nothing can be said, empty where no paid seat is needed, and equal to `current`
    where all is well. `saving` is per month, None where it is unknown. The texts hold no text of the tenant."""

    current: tuple[str, ...]
    recommended: tuple[str, ...] | None
    saving: Total | None
    confidence: Confidence
    because: tuple[str, ...]
    would_lose: tuple[str, ...] = ()
    not_observable: tuple[str, ...] = ()
    review_candidate: ReviewCandidate | None = None


def recommend(person: Person, context: Context) -> Recommendation:
    """The seats that `person` needs, or abstention with what is missing."""
    held = context.paid_seats(person)
    if not person.licences_known:
        return _abstain(held, "Microsoft Graph did not say which licences this person holds.")
    if not held:
        return Recommendation(held, (), (), Confidence.CERTAIN, ("The person holds no paid seat.",))
    findings = findings_of(person, context)
    counting = next((f for f in findings if f.confidence.counts), None)
    if counting is not None:
        saved = monthly_cost(held, context)
        because = (counting.reason, "No paid seat is needed while the account is unused.")
        return Recommendation(held, (), saved, counting.confidence, because)
    if findings:
        return _abstain(held, findings[0].reason)
    kind = account_kind(person, context)
    if not kind.can_be_claimed:
        return _abstain(held, f"This is a {kind}: usage does not show what it needs.")
    if not activity_of(person, context).is_known:
        return _abstain(held, "Neither sign-in activity nor the active-users report could be read for this account.")
    if is_new(person, context):
        return _abstain(held, "The person joined too recently for reports to show what is used.")
    suites = [sku_id for sku_id in held if context.catalogue.tier_of(sku_id) is not None]
    if len(suites) != 1:
        found = "no suite" if not suites else "several suites"
        return _abstain(held, f"The person holds {found} of a known ladder, so there is no step down to compare.")
    step = step_down(person, context, suites[0], has_others=len(held) > 1)
    return _from_step(held, step, suites[0])


def _from_step(held: tuple[str, ...], step: Step, suite: str) -> Recommendation:
    if step.verdict is Verdict.NOT_READ:
        return _abstain(held, *step.because, would_lose=step.would_lose, not_observable=step.not_observable)
    if step.verdict is Verdict.KEEP or step.target is None:
        return Recommendation(held, held, (), Confidence.LIKELY, step.because, step.would_lose, step.not_observable)
    swapped = tuple(sorted({*(sku_id for sku_id in held if sku_id != suite), step.target}))
    if step.verdict is Verdict.REVIEW:
        because = ("What cannot be seen for one person counts as needed.", *step.because)
        candidate = ReviewCandidate(swapped, step.saving, step.decide)
        return Recommendation(
            held, held, (), Confidence.LIKELY, because, step.would_lose, step.not_observable, candidate
        )
    return Recommendation(
        held, swapped, step.saving, Confidence.LIKELY, step.because, step.would_lose, step.not_observable
    )


def _abstain(
    held: tuple[str, ...], *because: str, would_lose: tuple[str, ...] = (), not_observable: tuple[str, ...] = ()
) -> Recommendation:
    return Recommendation(held, None, None, Confidence.UNKNOWN, because, would_lose, not_observable)
