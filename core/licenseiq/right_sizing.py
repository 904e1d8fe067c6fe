"""Which seats a person needs, by what the person uses and what the tenant requires.

What Graph cannot show for one person is required by default. So a set that loses something for the whole tenant, or
something that no report shows, is at most a candidate for a person's review, and never recommended.
"""

from dataclasses import dataclass

from licenseiq.accounts import account_kind
from licenseiq.activity import activity_of
from licenseiq.context import Context
from licenseiq.evaluate import findings_of
from licenseiq.findings import Confidence
from licenseiq.findings.departed_holder import departed_holder
from licenseiq.findings.disabled_holder import disabled_holder
from licenseiq.findings.inactive_holder import inactive_holder
from licenseiq.findings.licensed_shared_mailbox import licensed_shared_mailbox
from licenseiq.findings.never_used import never_used
from licenseiq.findings.silence import is_new
from licenseiq.holders import monthly_cost
from licenseiq.money import Total
from licenseiq.people import Person
from licenseiq.right_size.needs import State, needs_of
from licenseiq.right_size.offers import has_free_seat
from licenseiq.right_size.saving import Saving, saving_of
from licenseiq.right_size.sizing import Choice, Sizing, sizing_of, sure_set
from licenseiq.right_size.why import decisions, lacks, names, next_lower, pooled, warnings, why_not
from licenseiq.words import a_or_an

# Findings about single seats of somebody who goes on to work with others.
SINGLE_SEATS = frozenset({"overlapping_skus", "unused_addon", "unused_premium"})
# The rules that say that an account as a whole needs no seat, in their order of precedence.
NEEDS_NONE = (departed_holder, disabled_holder, licensed_shared_mailbox, inactive_holder, never_used)
_UNSEEN = (State.ASSUMED, State.REVIEW, State.NOT_READ)


@dataclass(frozen=True, slots=True)
class ReviewCandidate:
    """A cheaper set that only a person can release: what it saves a month, and what has to be decided first."""

    sku_ids: tuple[str, ...]
    saving: Total | None
    decide: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`recommended` is None where nothing can be said, empty where no paid seat is needed, and equal to `current`
    where all is well. `saving` is per month, None where it is unknown; `terms` says from when it is real.

    `is_proven` is False where products without a known price, named in `could_be_cheaper`, may make a cheaper set; None
    where nothing was searched. `why_not_lower` is about the tier below the one recommended. `would_lose`, `pooled` and
    `warnings` are about what is recommended where that is a change, else about `review_candidate`. `untouched` are
    seats whose contents are not known: they stay. The texts hold no text of the tenant.
    """

    current: tuple[str, ...]
    recommended: tuple[str, ...] | None
    saving: Total | None
    confidence: Confidence
    because: tuple[str, ...]
    would_lose: tuple[str, ...] = ()
    not_observable: tuple[str, ...] = ()
    review_candidate: ReviewCandidate | None = None
    terms: Saving | None = None
    why_not_lower: tuple[str, ...] = ()
    is_proven: bool | None = None
    could_be_cheaper: tuple[str, ...] = ()
    pooled: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()


def recommend(person: Person, context: Context) -> Recommendation:
    """The seats that `person` needs, or abstention with what is missing."""
    held = context.paid_seats(person)
    said = _without_looking(person, held, context)
    if said is not None:
        return said
    sizing = sizing_of(person, context)
    if not sizing.needs.held:
        return _abstain(held, "What the seats held give is not known, so there is nothing to compare.")
    return _from_sizing(held, sizing, context)


def sure_need(person: Person, context: Context) -> tuple[str, ...] | None:
    """What `recommend` recommends, without its reasons: for when hundreds of people are looked at."""
    said = _without_looking(person, context.paid_seats(person), context)
    if said is not None:
        return said.recommended
    needs = needs_of(person, context)
    kept = sure_set(needs, context) if needs.held else None
    return None if kept is None else tuple(sorted((*kept, *needs.untouched)))


def _without_looking(person: Person, held: tuple[str, ...], context: Context) -> Recommendation | None:
    """The answer where the use of single products does not matter; None where it has to be looked at."""
    if not person.licences_known:
        return _abstain(held, "Microsoft Graph did not say which licences this person holds.")
    if not held:
        return Recommendation(held, (), (), Confidence.CERTAIN, ("The person holds no paid seat.",))
    findings = findings_of(person, context, NEEDS_NONE)
    counting = next((f for f in findings if f.counts), None)
    if counting is not None:
        saved = monthly_cost(held, context)
        because = (counting.reason, "No paid seat is needed while the account is unused.")
        terms = saving_of(held, (), context)
        return Recommendation(held, (), saved, counting.confidence, because, terms=terms)
    if findings:
        return _abstain(held, findings[0].reason)
    kind = account_kind(person, context)
    if not kind.can_be_claimed:
        return _abstain(held, f"This is {a_or_an(kind)}: usage does not show what it needs.")
    if not activity_of(person, context).is_known:
        return _abstain(held, "Neither sign-in activity nor the active-users report could be read for this account.")
    if is_new(person, context):
        return _abstain(held, "The person joined too recently for reports to show what is used.")
    return None


def _from_sizing(held: tuple[str, ...], sizing: Sizing, context: Context) -> Recommendation:
    needs, best = sizing.needs, sizing.best
    change = best if sizing.is_sure else None
    review = sizing.review or (best if best.changes and change is None else None)
    subject = change or review
    kept = change.sku_ids if change else needs.held
    lower = next_lower(kept, context)
    why = why_not(lower, kept, needs, context) if lower is not None else ()
    missing = subject.lost if subject is not None else ()
    if subject is None and lower is not None:
        missing = lacks(lower, kept, needs, context)
    terms = saving_of(subject.removed, subject.added, context) if subject is not None else None
    said = Recommendation(
        current=held,
        recommended=tuple(sorted((*kept, *needs.untouched))),
        saving=terms.amount if change is not None and terms is not None else (),
        confidence=Confidence.LIKELY,
        because=_because(sizing, change, review, why, context),
        would_lose=names((capability for capability, _ in missing), context),
        not_observable=names((capability for capability, state in missing if state in _UNSEEN), context),
        review_candidate=_candidate(review, sizing, context) if review is not None else None,
        terms=terms,
        why_not_lower=why,
        is_proven=sizing.is_proven,
        could_be_cheaper=sizing.could_be_cheaper,
        pooled=pooled(subject, context) if subject is not None else (),
        warnings=warnings(subject, needs) if subject is not None else (),
        untouched=needs.untouched,
    )
    if change is None and sizing.unread:
        words = ", ".join(names(sizing.unread, context))
        because = f"Not read for this person, so a cheaper set cannot be judged: {words}."
        return _abstain(held, because, would_lose=said.would_lose, not_observable=said.not_observable)
    return said


def _candidate(review: Choice, sizing: Sizing, context: Context) -> ReviewCandidate:
    untouched = sizing.needs.untouched
    saving = saving_of(review.removed, review.added, context).amount
    decide = decisions(review, context, untouched)
    if saving is None:
        decide = (*decide, "What both cost: one of the prices is not known.")
    return ReviewCandidate(tuple(sorted((*review.sku_ids, *untouched))), saving, decide)


def _because(
    sizing: Sizing, change: Choice | None, review: Choice | None, why: tuple[str, ...], context: Context
) -> tuple[str, ...]:
    said = []
    if change is not None:
        gone = ", ".join(context.sku(sku_id).name for sku_id in change.removed)
        said.append(f"Nothing was seen that needs {gone} as well: this set covers all that is used or required.")
        said += [
            f"No seat of {context.sku(sku_id).name} is known to be free; it may have to be bought first."
            for sku_id in change.added
            if not has_free_seat(sku_id, context)
        ]
    elif review is not None:
        said.append("What cannot be seen for one person counts as needed.")
    elif why:
        said.append(why[0])
    else:
        said.append("No cheaper permitted set covers what is used and required.")
    if sizing.own_price_unknown:
        kept = ", ".join(context.sku(sku_id).name for sku_id in sizing.own_price_unknown)
        said.append(f"What {kept} costs is not known, so a cheaper set cannot be ruled out.")
    if sizing.could_be_cheaper:
        others = ", ".join(context.sku(sku_id).name for sku_id in sizing.could_be_cheaper)
        said.append(f"Not proven cheapest: {others} has no known price and could make a cheaper set.")
    if sizing.needs.untouched:
        kept = ", ".join(context.sku(sku_id).name for sku_id in sizing.needs.untouched)
        said.append(f"What {kept} gives is not known, so it stays.")
    return tuple(said)


def _abstain(
    held: tuple[str, ...], *because: str, would_lose: tuple[str, ...] = (), not_observable: tuple[str, ...] = ()
) -> Recommendation:
    return Recommendation(held, None, None, Confidence.UNKNOWN, because, would_lose, not_observable)
